import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestEngine } from './client-bench.ts';
import { startEngineProcess } from './engine-process.ts';

const program = 'dockerd';

/** Whether this machine has it. */
export function hasDockerd(): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

const cgroupsOfDocker = (): readonly string[] => globSync('/sys/fs/cgroup/*/docker');

/**
 * Starts Debian's dockerd on folders and a socket of its own, without touching the network.
 *
 * @param settings Of daemon.json
 */
export async function startDockerd(settings: object = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-dockerd-'));
  const before = new Set(cgroupsOfDocker());
  const [socketPath, config] = [join(folder, 'docker.sock'), join(folder, 'daemon.json')];
  await writeFile(config, JSON.stringify(settings));
  const stop = await startEngineProcess({
    command: [
      ...([program, '--config-file', config] as const),
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'docker.pid'), '--host', `unix://${socketPath}`],
      // It would switch on forwarding for the whole machine, and leave it on.
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
    ],
    ready: 'API listen on',
  });
  return {
    socketPath,
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true });
      for (const path of cgroupsOfDocker()) if (!before.has(path)) await rmdir(path);
    },
  };
}
