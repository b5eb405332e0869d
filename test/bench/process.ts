import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryKb } from './crowd/own-memory.ts';
import { cpuOfTree } from './processor-time.ts';

/** What a command gets beside its arguments. */
export interface CommandSetup {
  readonly env?: Readonly<Record<string, string>>;
  /** It is ended after this. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end; its output is thrown away. Throws when it does not exit with 0. */
export async function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  { env = {}, timeoutMs = 30_000 }: CommandSetup = {},
): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: timeoutMs,
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
  /** The most memory that its process has had, all threads together (VmHWM of proc_pid_status(5)), in KB. */
  peakMemoryKb(): number;
  /** The memory that its process has now (Pss of proc_pid_smaps(5)), in KB. */
  memoryKb(): number;
  /** Processor time of its process, of those below it and of those that have ended, in ms. */
  cpuMs(): number;
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
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-2000);
  });
  const until = async (path: string): Promise<number> => {
    while (!(await answers(socketPath, path))) {
      if (child.exitCode !== null)
        throw new Error(`${command} ended with ${child.exitCode}: ${log}`);
      await pause(1);
    }
    return performance.now() - start;
  };
  const startMs = await until('/_ping');
  const readyMs = await until('/info');
  const peakMemoryKb = (): number => {
    const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  };
  const ownMemoryKb = (): number => memoryKb(child.pid ?? 0);
  const cpuMs = (): number => cpuOfTree(child.pid ?? 0);
  return {
    ...{ startMs, readyMs, peakMemoryKb, memoryKb: ownMemoryKb, cpuMs },
    stop: () => stop(child),
  };
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
