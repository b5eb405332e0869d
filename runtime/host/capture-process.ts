import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A program to run for what it prints. */
export interface CaptureRequest {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Longest run, in milliseconds; then it gets SIGKILL, with all that it has started. */
  readonly timeoutMs: number;
  /** Ends the program as the time limit does. */
  readonly signal?: AbortSignal;
  /** Takes its standard output as it comes. `enough`: nothing more is wanted, and the program ends. */
  onOutput(chunk: Uint8Array): 'more' | 'enough';
}

/** How a captured program ended. */
export type CaptureEnd =
  | {
      readonly kind: 'exited';
      /** 128 + its number for a signal, as a shell has it. */
      readonly exitCode: number;
      /** The beginning of what it wrote to standard error, as UTF-8. */
      readonly stderr: string;
    }
  /** There is no such program, or it may not be executed. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'enough' };

const mostErrorBytes = 4096;
const signalBase = 128;

/**
 * Runs a program and hands on what it prints, without gathering it. Always resolves by its time limit: a program that even
 * SIGKILL cannot end (it waits for a dead disk) is left behind, and does not keep this process from ending either.
 */
export function captureProcess(request: CaptureRequest): Promise<CaptureEnd> {
  const [program, ...args] = request.argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: request.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that what it starts ends with it.
      detached: true,
    });
    let stderr = '';
    const end = (how: CaptureEnd): void => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', giveUp);
      resolve(how);
    };
    const leave = (how: CaptureEnd): void => {
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      end(how);
    };
    const giveUp = (): void => {
      leave({ kind: 'timeout' });
    };
    const timer = setTimeout(giveUp, request.timeoutMs);
    request.signal?.addEventListener('abort', giveUp, { once: true });
    if (request.signal?.aborted === true) giveUp();
    child.stdout.on('data', (chunk: Buffer) => {
      if (request.onOutput(chunk) === 'enough') leave({ kind: 'enough' });
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < mostErrorBytes) stderr += chunk.toString('utf8').slice(0, mostErrorBytes);
    });
    child.once('error', () => {
      end({ kind: 'missing' });
    });
    child.once('close', (code, signal) => {
      const exitCode = code ?? signalBase + (signal === null ? 0 : constants.signals[signal]);
      end({ kind: 'exited', exitCode, stderr });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
