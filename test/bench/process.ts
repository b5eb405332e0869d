import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Runs a command to its end; its output is thrown away. Throws when it does not exit with 0. */
export async function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
  });
  let problems = '';
  child.stderr.on('data', (chunk: Buffer) => {
    problems += chunk.toString();
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: status ${String(status)}: ${problems}`);
}

/** A daemon that was started, and how long it took to answer. */
export interface Daemon {
  readonly startMs: number;
  /** Milliseconds until `/info` was answered, which needs all of the daemon. */
  readonly readyMs: number;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
}

/** How a daemon is started. */
export interface DaemonCommand {
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a daemon and waits for the first answer to `/_ping` on its socket. */
export async function startDaemon(
  { command: [command, ...args], env = {} }: DaemonCommand,
  socketPath: string,
): Promise<Daemon> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const until = async (path: string): Promise<number> => {
    while (!(await answers(socketPath, path))) {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
      await pause(1);
    }
    return performance.now() - start;
  };
  const startMs = await until('/_ping');
  return { startMs, readyMs: await until('/info'), stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function answers(socketPath: string, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => {
      resolve(false);
    });
    ping.end();
  });
}
