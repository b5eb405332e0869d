import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A program that uses this process's own input and output. */
export interface AttachedProcess {
  /** Sends it a signal; nothing happens once it has ended. */
  kill(signal: NodeJS.Signals): void;
  /** Its exit status, 128 + n when signal n ended it. Rejects with the system's error when it could not be started. */
  readonly ended: Promise<number>;
}

/** Starts a program, without a shell, that talks to the user itself. */
export function startAttached(argv: readonly [string, ...string[]]): AttachedProcess {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: 'inherit' });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  return {
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}
