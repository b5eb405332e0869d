import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readMountPoints } from '../../../runtime/host/mount-points.ts';
import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeContainers } from '../../support/empty-engine.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  await removeContainers(daemon.socket);
  expect(daemon.problems).toEqual([]);
  expect(await shmMounts()).toEqual([]);
});

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

const run = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  docker('run', '--network', 'none', ...args);

/** What is mounted on the host for containers that share their memory. */
async function shmMounts(): Promise<readonly string[]> {
  const points = await readMountPoints();
  return [...points].filter((path) => path.startsWith(daemon.root) && path.endsWith('/shm'));
}

async function namespaceOf(name: string, type: string): Promise<string> {
  const { stdout } = await docker('exec', name, 'busybox', 'readlink', `/proc/self/ns/${type}`);
  expect(stdout).toContain(type);
  return stdout.trim();
}

test('--pid container: processes see each other, and end with those whose namespace it is', async () => {
  const donor = (await run('-d', '--name', 'donor', 'bb', 'sleep', '1001')).stdout.trim();
  await run('-d', '--name', 'guest', '--pid', 'container:donor', 'bb', 'sleep', '1002');
  expect((await docker('exec', 'donor', 'busybox', 'ps')).stdout).toContain('sleep 1002');
  expect((await docker('exec', 'guest', 'busybox', 'ps')).stdout).toMatch(/^ *1 .*sleep 1001$/m);
  expect(await namespaceOf('guest', 'pid')).toBe(await namespaceOf('donor', 'pid'));
  expect(await namespaceOf('guest', 'mnt')).not.toBe(await namespaceOf('donor', 'mnt'));
  const inspect = await docker('inspect', '--format', '{{.HostConfig.PidMode}}', 'guest');
  expect(inspect.stdout.trim()).toBe(`container:${donor}`);
  // The id is kept, and not the name.
  await docker('rename', 'donor', 'other');
  await docker('restart', '-t', '0', 'guest');
  expect((await docker('exec', 'other', 'busybox', 'ps')).stdout).toContain('sleep 1002');
  await docker('kill', 'other');
  expect((await docker('wait', 'guest')).stdout.trim()).toBe('137');
  const again = await docker('start', 'guest');
  expect(again.stderr).toContain(`failed to join PID namespace: container ${donor} is not running`);
  expect(again.exitCode).toBe(1);
});

test('--ipc container: memory is shared with those that lend it, over their end, and with nobody else', async () => {
  await run(
    '-d',
    '--name',
    'donor',
    '--ipc',
    'shareable',
    '--shm-size',
    '1m',
    'bb',
    'sleep',
    '1001',
  );
  expect(await shmMounts()).toHaveLength(1);
  await docker('exec', 'donor', 'sh', '-c', 'echo ours >/dev/shm/note');
  const guest = ['-d', '--name', 'guest', '--ipc', 'container:donor', 'bb', 'sleep', '1002'];
  expect((await run(...guest)).stderr).toBe('');
  expect((await docker('exec', 'guest', 'cat', '/dev/shm/note')).stdout).toBe('ours\n');
  expect(await namespaceOf('guest', 'ipc')).toBe(await namespaceOf('donor', 'ipc'));
  const mount = (await docker('exec', 'guest', 'busybox', 'grep', ' /dev/shm ', '/proc/mounts'))
    .stdout;
  expect(mount).toMatch(/^shm \/dev\/shm tmpfs rw,nosuid,nodev,noexec,.*size=1024k/);
  await docker('restart', '-t', '0', 'donor');
  expect((await docker('exec', 'guest', 'cat', '/dev/shm/note')).stdout).toBe('ours\n');
  expect((await docker('exec', 'donor', 'ls', '/dev/shm')).stdout).toBe('');
  await docker('kill', 'donor', 'guest');
  await docker('wait', 'donor');
  expect(await shmMounts()).toEqual([]);
});

test('a berthd that comes back finds memory that is lent, and takes away what is not', async () => {
  await run('-d', '--name', 'donor', '--ipc', 'shareable', 'bb', 'sleep', '1001');
  await docker('exec', 'donor', 'sh', '-c', 'echo ours >/dev/shm/note');
  await daemon.down();
  await daemon.up();
  const guest = await run('--rm', '--ipc', 'container:donor', 'bb', 'cat', '/dev/shm/note');
  expect(guest.stdout).toBe('ours\n');
  expect(await shmMounts()).toHaveLength(1);
});

test('--ipc host: memory and namespace are those of the host', async () => {
  const { stdout } = await run(
    '--rm',
    '--ipc',
    'host',
    'bb',
    'busybox',
    'stat',
    '-c',
    '%d',
    '/dev/shm',
  );
  expect(Number(stdout)).toBe(statSync('/dev/shm').dev);
});

test('what cannot be shared is said', async () => {
  await run('-d', '--name', 'donor', 'bb', 'sleep', '1001');
  const missing = await run('--rm', '--pid', 'container:nobody', 'bb', 'true');
  expect(missing).toMatchObject({ exitCode: 125 });
  expect(missing.stderr).toContain('No such container: nobody');
  const own = await run('--rm', '--ipc', 'container:donor', 'bb', 'true');
  expect(own).toMatchObject({ exitCode: 125 });
  expect(own.stderr).toContain('non-shareable IPC (hint: use IpcMode:shareable');
  const taken = ['--ipc', 'shareable', '--tmpfs', '/dev/shm'];
  await run('-d', '--name', 'taken', ...taken, 'bb', 'sleep', '1001');
  expect(await shmMounts()).toEqual([]);
  const another = await run('--rm', '--ipc', 'container:taken', 'bb', 'true');
  expect(another.stderr).toContain('non-shareable IPC');
  await docker('stop', '-t', '0', 'donor');
  const stopped = await run('--rm', '--pid', 'container:donor', 'bb', 'true');
  expect(stopped.stderr).toMatch(
    /failed to join PID namespace: container [0-9a-f]{64} is not running/,
  );
  expect((await run('--rm', '--pid', 'container:', 'bb', 'true')).exitCode).toBe(125);
});
