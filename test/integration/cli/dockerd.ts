import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestEngine } from './client-bench.ts';

const program = 'dockerd';

/** Whether this machine has it. */
export function hasDockerd(): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

const cgroupsOfDocker = (): readonly string[] => globSync('/sys/fs/cgroup/*/docker');

/** Resolves when dockerd says that it listens. */
function listening(dockerd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    dockerd.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('API listen on')) resolve();
    });
    dockerd.once('exit', () => {
      reject(new Error(`dockerd ended: ${log}`));
    });
    dockerd.once('error', reject);
  });
}

/** Starts Debian's dockerd on folders and a socket of its own, without touching the network. */
export async function startDockerd(): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-dockerd-'));
  const before = new Set(cgroupsOfDocker());
  const socketPath = join(folder, 'docker.sock');
  const dockerd = spawn(
    program,
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'docker.pid'), '--host', `unix://${socketPath}`],
      // It would switch on forwarding for the whole machine, and leave it on.
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await listening(dockerd);
  return {
    socketPath,
    stop: async () => {
      const ended = new Promise((resolve) => dockerd.once('exit', resolve));
      dockerd.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
      for (const path of cgroupsOfDocker()) if (!before.has(path)) await rmdir(path);
    },
  };
}
