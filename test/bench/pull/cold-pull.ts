import { execFileSync } from 'node:child_process';
import type { BenchDaemon } from '../daemons.ts';
import { timed } from '../median.ts';
import { type Daemon, runCommand, startDaemon } from '../process.ts';

/** What one pull into an empty store took. */
export interface ColdPull {
  readonly pullMs: number;
  readonly peakMemoryMb: number;
  /** Processor time of the daemon and its helpers. */
  readonly cpuMs: number;
}

/** A started daemon, and commands of the docker client to it. */
export interface RunningDaemon extends Daemon {
  readonly docker: (args: readonly string[], timeoutMs?: number) => Promise<void>;
}

/** Runs `use` on a daemon that has just been started on empty folders; both end with it. */
export async function withColdDaemon<T>(
  daemon: BenchDaemon,
  use: (running: RunningDaemon) => Promise<T>,
): Promise<T> {
  daemon.clear();
  // What was removed is still being written off by the disk, which the next round would wait for.
  execFileSync('sync');
  const running = await startDaemon(daemon, daemon.socket);
  const env = { DOCKER_HOST: `unix://${daemon.socket}` };
  const docker = (args: readonly string[], timeoutMs = 120_000): Promise<void> =>
    runCommand(['docker', ...args], { env, timeoutMs });
  try {
    return await use({ ...running, docker });
  } finally {
    await running.stop();
    daemon.clear();
  }
}

/** Pulls with the docker client. */
export function coldPull(daemon: BenchDaemon, reference: string): Promise<ColdPull> {
  return withColdDaemon(daemon, async (running) => {
    const cpuBefore = running.cpuMs();
    const pullMs = await timed(() => running.docker(['pull', '--quiet', reference]));
    return {
      pullMs,
      peakMemoryMb: running.peakMemoryKb() / 1024,
      cpuMs: running.cpuMs() - cpuBefore,
    };
  });
}
