import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** A program to start. */
export interface StartRequest {
  /** Program, as a path or a name that is looked for in the `PATH` of `env`, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program under way, with its three standard streams. All of them have to be read or ended. */
export interface StartedProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Resolves with the exit status, 128 + n after signal n, when the program has ended. Others may still hold its output
   * open then. Rejects with the system error (`ENOENT`) when it could not be started.
   */
  readonly exited: Promise<number>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

const signalBase = 128;

/**
 * Starts a program in a session of its own (setsid(2)): Ctrl-C on the terminal reaches only this process, which then
 * ends the program in the right order, and the program cannot ask questions on the terminal behind its back.
 */
export function startProcess(request: StartRequest): StartedProcess {
  const [program, ...args] = request.argv;
  const child = spawn(program, args, {
    env: request.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? signalBase + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  // Whoever waits gets it; nobody has to.
  exited.catch(() => undefined);
  // A program that ends without reading its input has not failed for that.
  child.stdin.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: (signal) => void child.kill(signal),
  };
}
