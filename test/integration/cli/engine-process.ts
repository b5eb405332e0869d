import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** A program that serves the Docker API, and how one sees that it does. */
export interface EngineProgram {
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** What it writes to standard error once it listens. */
  readonly ready: string;
}

/** Starts the program, and resolves when it listens; gives what ends it. */
export async function startEngineProcess({
  command: [program, ...args],
  env = {},
  ready,
}: EngineProgram): Promise<() => Promise<void>> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  await listening(child, ready);
  return async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await ended;
  };
}

function listening(child: ChildProcess, ready: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes(ready)) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`${child.spawnfile} ended: ${log}`));
    });
    child.once('error', reject);
  });
}
