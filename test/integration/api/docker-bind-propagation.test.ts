import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { readMountPoints } from '../../../runtime/host/mount-points.ts';
import { busyboxArchive } from './busybox-image.ts';
import { type CommandResult, TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;
let host: string;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await docker('load', '-i', busyboxArchive(daemon.root));
  host = join(daemon.root, 'host');
  mkdirSync(host);
  execFileSync('mount', ['-t', 'tmpfs', 'host', host]);
  mkdirSync(join(host, 'below/late'), { recursive: true });
});
afterAll(async () => {
  execFileSync('umount', ['-R', host]);
  await daemon.destroy();
});

const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);

const propagate = (how: string): void => {
  execFileSync('mount', [`--make-${how}`, host]);
};

function run(propagation: string, script: string): Promise<CommandResult> {
  const options = ['--network', 'none', '--rm', '--cap-add', 'SYS_ADMIN'];
  const volume = `${join(host, 'below')}:/m:${propagation}`;
  return docker('run', ...options, '-v', volume, 'bb', 'sh', '-c', script);
}

test('a bind that is to share what its host does not share is refused, as in Docker', async () => {
  propagate('private');
  const place = `path ${join(host, 'below')} is mounted on ${host} but it is`;
  for (const propagation of ['shared', 'rshared'])
    expect(await run(propagation, 'true')).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(`${place} not a shared mount`) as string,
    });
  for (const propagation of ['slave', 'rslave'])
    expect(await run(propagation, 'true')).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(`${place} not a shared or slave mount`) as string,
    });
  expect(await run('rprivate', 'true')).toMatchObject({ exitCode: 0 });
  expect((await docker('ps', '-aq')).stdout).toBe('');
  expect(daemon.problems.splice(0)).toEqual([]);
});

test('what a container mounts in a shared bind is seen on the host, and in no other', async () => {
  propagate('shared');
  const script = 'busybox mount -t tmpfs late /m/late';
  for (const [propagation, isSeen] of [
    ['rshared', true],
    ['rslave', false],
  ] as const) {
    expect(await run(propagation, script)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const late = join(host, 'below/late');
    expect((await readMountPoints()).includes(late)).toBe(isSeen);
    if (isSeen) execFileSync('umount', [late]);
  }
});

test('what the host mounts in a shared or slave bind is seen in the container', async () => {
  propagate('shared');
  const late = join(host, 'below/late');
  const script = 'echo ready; read line; busybox grep -c /m/late /proc/mounts; true';
  for (const [propagation, count] of [
    ['rslave', '1'],
    ['rprivate', '0'],
  ] as const) {
    const volume = `${join(host, 'below')}:/m:${propagation}`;
    const options = ['-di', '--network', 'none', '--name', 'sees'];
    await docker('run', ...options, '-v', volume, 'bb', 'sh', '-c', script);
    await expect.poll(async () => (await docker('logs', 'sees')).stdout).toContain('ready');
    execFileSync('mount', ['-t', 'tmpfs', 'late', late]);
    await daemon.docker(['attach', 'sees'], { input: '\n' });
    await docker('wait', 'sees');
    expect((await docker('logs', 'sees')).stdout).toBe(`ready\n${count}\n`);
    await docker('rm', '-f', 'sees');
    execFileSync('umount', [late]);
  }
});
