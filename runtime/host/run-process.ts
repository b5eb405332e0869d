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
}

/** How a program ended. */
export interface ProcessResult {
  /** 128 + its number for a signal, as a shell has it. */
  readonly exitCode: number;
  /** What it wrote, as UTF-8. */
  readonly stdout: string;
}

const signalBase = 128;

/**
 * Runs a program and collects its standard output. Its standard error is this process's own, so that it can talk to
 * the user.
 *
 * @throws Node.js system errors: `ENOENT` when there is no such program, `EACCES` when it may not be executed
 */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { program, args, input, env } = request;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    // A program that ends without reading its input has not failed for that.
    child.stdin.on('error', () => undefined);
    child.once('close', (code, signal) => {
      const exitCode = code ?? signalBase + (signal === null ? 0 : constants.signals[signal]);
      resolve({ exitCode, stdout: Buffer.concat(chunks).toString('utf8') });
    });
    child.stdin.end(input);
  });
}
