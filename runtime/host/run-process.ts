import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A program to run to its end. */
export interface ProcessRequest {
  /** A path, or a name that is looked for in the `PATH` of `env`. */
  readonly program: string;
  readonly args: readonly string[];
  /** All that standard input gives. */
  readonly input: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Longest run, in milliseconds; then SIGTERM, and SIGKILL to what is left half a second later, for the program and what it
   * has started: those are a process group of their own then. None when absent.
   */
  readonly timeoutMs?: number;
  /** Ends the program (SIGTERM) when aborted. */
  readonly signal?: AbortSignal;
  /** `collect`: what it writes to standard error is in the result. Else it talks to the user itself. */
  readonly errors?: 'collect' | 'inherit';
}

/** How a program ended. */
export interface ProcessResult {
  /** 128 + its number for a signal, as a shell has it. */
  readonly exitCode: number;
  /** What it wrote, as UTF-8. */
  readonly stdout: string;
  /** The same of standard error, when that was collected. */
  readonly stderr: string;
}

const signalBase = 128;

/**
 * Runs a program, without a shell, and collects its standard output. It ends by itself, by the time limit or by the signal;
 * its status tells.
 *
 * @throws Node.js system errors: `ENOENT` when there is no such program, `EACCES` when it may not be executed
 */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { program, args, input, env, timeoutMs, signal: abort } = request;
  return new Promise((resolve, reject) => {
    const errors = request.errors === 'collect' ? 'pipe' : 'inherit';
    const detached = timeoutMs !== undefined;
    const child = spawn(program, args, { env, detached, stdio: ['pipe', 'pipe', errors] });
    const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on('data', (chunk: Buffer) => written.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => written.stderr.push(chunk));
    const kill = (name: NodeJS.Signals): void => {
      if (detached) killGroup(child.pid, name);
      else child.kill(name);
    };
    const end = (): void => {
      kill('SIGTERM');
    };
    const limits = detached ? limitsOf(timeoutMs, kill) : [];
    if (abort?.aborted === true) end();
    abort?.addEventListener('abort', end);
    child.once('error', (error) => {
      limits.forEach(clearTimeout);
      reject(error);
    });
    // A program that ends without reading its input has not failed for that.
    child.stdin?.on('error', () => undefined);
    child.once('close', (code, signal) => {
      abort?.removeEventListener('abort', end);
      limits.forEach(clearTimeout);
      const exitCode = code ?? signalBase + (signal === null ? 0 : constants.signals[signal]);
      const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      resolve({ exitCode, stdout: text(written.stdout), stderr: text(written.stderr) });
    });
    child.stdin?.end(input);
  });
}

const graceMs = 500;

/** What a program has started holds its pipes open, and would be waited for: so the whole group is ended. */
function limitsOf(
  timeoutMs: number,
  kill: (name: NodeJS.Signals) => void,
): readonly NodeJS.Timeout[] {
  return [setTimeout(kill, timeoutMs, 'SIGTERM'), setTimeout(kill, timeoutMs + graceMs, 'SIGKILL')];
}

function killGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // ESRCH: all of it has ended by itself.
  }
}
