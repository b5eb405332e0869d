import { afterAll, beforeAll, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

test('docker container prune', async () => {
  const none = ['--network', 'none'];
  await docker('run', '-d', ...none, '--name', 'runs', 'bb', 'sleep', '1000');
  await docker('create', ...none, '--name', 'kept', '--label', 'keep', 'bb');
  await docker('run', ...none, '--name', 'big', 'bb', 'sh', '-c', 'head -c 3000 /dev/zero >/f');
  const big = (await docker('inspect', '--format', '{{.Id}}', 'big')).stdout.trim();

  const young = await docker('container', 'prune', '-f', '--filter', 'until=1h');
  expect(young.stdout).toBe('Total reclaimed space: 0B\n');
  const pruned = await docker('container', 'prune', '-f', '--filter', 'label!=keep');
  expect(pruned.stdout).toBe(`Deleted Containers:\n${big}\n\nTotal reclaimed space: 3kB\n`);
  const left = await docker('ps', '-a', '--format', '{{.Names}}');
  expect(left.stdout.trim().split('\n').sort()).toEqual(['kept', 'runs']);
  const odd = await docker('container', 'prune', '-f', '--filter', 'odd=1');
  expect(odd.stderr).toContain("invalid filter 'odd'");
  expect(daemon.problems).toEqual([]);
});

test('docker system prune goes through all kinds, also those of which berth has none', async () => {
  await docker('create', '--network', 'none', '--name', 'idle', 'bb');
  const id = (await docker('inspect', '--format', '{{.Id}}', 'idle')).stdout.trim();
  const nameless = (await docker('volume', 'create')).stdout.trim();
  const odd = await docker('network', 'prune', '-f', '--filter', 'odd=1');
  expect(odd.stderr).toContain("invalid filter 'odd'");
  const pruned = await docker('system', 'prune', '-f', '--volumes');
  expect(pruned).toMatchObject({ exitCode: 0, stderr: '' });
  expect(pruned.stdout).toContain(`\n${id}\n`);
  expect(pruned.stdout).toContain(`Deleted Volumes:\n${nameless}\n`);
  expect((await docker('builder', 'prune', '-f')).stdout).toContain('Total');
  expect(daemon.problems).toEqual([]);
});
