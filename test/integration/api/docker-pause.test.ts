import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { LiveCgroups } from '../../../runtime/launch/cgroups/live-cgroups.ts';
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
});

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

async function start(name: string, script: string): Promise<string> {
  const args = ['run', '-d', '--network', 'none', '--name', name, 'bb', 'sh', '-c', script];
  const { stdout, stderr } = await docker(...args);
  expect(stderr).toBe('');
  return stdout.trim();
}

async function stateOf(name: string): Promise<string> {
  const format = '{{.State.Status}} {{.State.Running}} {{.State.Paused}} {{.State.ExitCode}}';
  return (await docker('inspect', '--format', format, name)).stdout.trim();
}

/** What the kernel says. */
const cgroups = async (): Promise<LiveCgroups> =>
  new LiveCgroups(await detectCgroups(), systemClock);

const echoes = 'while read line; do echo "$line"; done';

test('docker pause and unpause: processes stand still, also for another berthd', async () => {
  const id = await start('web', 'sleep 1000 & wait');
  expect(await docker('pause', 'web')).toMatchObject({ exitCode: 0, stdout: 'web\n' });
  expect(await stateOf('web')).toBe('paused true true 0');
  expect((await docker('ps', '--format', '{{.State}} {{.Status}}')).stdout).toMatch(
    /^paused Up .* \(Paused\)\n$/,
  );
  expect(await (await cgroups()).isThawed({ id })).toBe(false);
  const again = await docker('pause', 'web');
  expect(again.stderr).toContain(`Container ${id} is already paused`);
  const exec = await docker('exec', 'web', 'true');
  expect(exec.stderr).toContain('Container web is paused, unpause the container before exec');
  const attach = await docker('attach', 'web');
  expect(attach.stderr).toMatch(/cannot attach to a paused container/i);
  expect((await docker('start', 'web')).stderr).toContain(
    'cannot start a paused container, try unpause instead',
  );
  expect((await docker('rm', 'web')).stderr).toContain('is paused and must be unpaused first');

  await daemon.down();
  await daemon.up();
  expect(await stateOf('web')).toBe('paused true true 0');
  expect(await (await cgroups()).isThawed({ id })).toBe(false);
  expect(await docker('unpause', 'web')).toMatchObject({ exitCode: 0, stdout: 'web\n' });
  expect(await stateOf('web')).toBe('running true false 0');
  expect((await docker('exec', 'web', 'echo', 'goes on')).stdout).toBe('goes on\n');
  expect((await docker('unpause', 'web')).stderr).toContain(`Container ${id} is not paused`);
});

test('input waits for what is paused, and who waits and reads its log is told in time', async () => {
  await docker('create', '-i', '--network', 'none', '--name', 'echo', 'bb', 'sh', '-c', echoes);
  await docker('start', 'echo');
  await docker('pause', 'echo');
  const waiting = docker('wait', 'echo');
  const reading = docker('logs', '-f', 'echo');
  await docker('unpause', 'echo');
  await docker('kill', '-s', 'KILL', 'echo');
  expect((await waiting).stdout).toBe('137\n');
  expect((await reading).exitCode).toBe(0);
});

test.each([
  ['kill', ['kill', 'web'], 'exited false false 137'],
  ['stop', ['stop', 'web'], 'exited false false 9'],
  ['restart', ['restart', '-t', '0', 'web'], 'running true false 0'],
  ['rm -f', ['rm', '-f', 'web'], ''],
])('docker %s of a paused container', async (_verb, args, after) => {
  await start('web', 'trap "exit 9" TERM; echo up; while :; do sleep 0.05; done');
  await docker('exec', 'web', 'sh', '-c', 'until [ -e /proc/1/root/bin/sh ]; do :; done');
  await docker('pause', 'web');
  expect(await docker(...args)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await stateOf('web')).toBe(after);
});

test('a pause of which nothing was recorded is undone when berthd comes back', async () => {
  const id = await start('web', 'sleep 1000');
  const live = await cgroups();
  await daemon.down();
  await live.freeze({ id });
  await daemon.up();
  expect(await live.isThawed({ id })).toBe(true);
  expect(await stateOf('web')).toBe('running true false 0');
});
