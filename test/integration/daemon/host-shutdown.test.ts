import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goingDownMarker } from '../../../runtime/daemon/host-shutdown.ts';
import { busyboxArchive } from '../api/busybox-image.ts';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';
import { packedBerthd } from '../scripts/support/packed-checkout.ts';
import { removeTree } from '../../support/remove-tree.ts';

const slowMs = 60_000;
let root: string;
let child: ChildProcess;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'berth-shutdown-'));
  child = await start();
  await docker('load', '-i', busyboxArchive(root));
}, slowMs);
afterEach(async () => {
  if (child.exitCode === null) await end();
  rmSync(join(root, 'run', goingDownMarker), { force: true });
  child = await start();
  await docker('rm', '-f', ...(await docker('ps', '-aq')).trim().split('\n'));
  await end();
  removeEmptyCgroups();
  removeTree(root);
}, slowMs);

async function start(): Promise<ChildProcess> {
  const config = join(root, 'daemon.json');
  mkdirSync(join(root, 'run'), { recursive: true });
  const keys = { 'data-root': join(root, 'data'), 'exec-root': join(root, 'run'), group: 'root' };
  writeFileSync(config, JSON.stringify({ ...keys, hosts: [`unix://${join(root, 'api.sock')}`] }));
  const berthd = await packedBerthd();
  const process_ = spawn(process.execPath, [...berthd, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const chunk of process_.stderr) if (String(chunk).includes('is ready')) break;
  return process_;
}

async function end(): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function docker(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: `unix://${join(root, 'api.sock')}`, HOME: root };
  return new Promise((resolve) => {
    execFile('docker', args, { env }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

/** Starts a container and gives its pid. */
async function run(name: string, script: string, ...options: readonly string[]): Promise<number> {
  const ready = `${script}; echo ready; while :; do sleep 0.1; done`;
  await docker(
    'run',
    '-d',
    '--network',
    'none',
    '--name',
    name,
    ...options,
    'bb',
    'sh',
    '-c',
    ready,
  );
  while (!(await docker('logs', name)).includes('ready'));
  return Number(await docker('inspect', '--format', '{{.State.Pid}}', name));
}

const lives = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe('when berthd is told to end', () => {
  test('and the host goes on, containers go on', { timeout: slowMs }, async () => {
    const pid = await run('goes-on', ':');
    await end();
    expect(lives(pid)).toBe(true);
  });

  test(
    'and the host goes down, containers end in order, also those that do not want to',
    { timeout: slowMs },
    async () => {
      const polite = await run('polite', 'trap "exit 7" TERM');
      const stubborn = await run('stubborn', 'trap "" TERM', '--stop-timeout', '1');
      writeFileSync(join(root, 'run', goingDownMarker), '');
      await end();
      expect([polite, stubborn].map(lives)).toEqual([false, false]);
      rmSync(join(root, 'run', goingDownMarker));
      child = await start();
      const states = await docker('ps', '-a', '--format', '{{.Names}} {{.Status}}');
      expect(states).toMatch(/^polite Exited \(7\)/m);
      expect(states).toMatch(/^stubborn Exited \(137\)/m);
    },
  );
});
