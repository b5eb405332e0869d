import { existsSync, rmSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());

const wait = { timeout: 20_000, interval: 20 };

/** A program whose child takes more than there is when it is told to; gives what is below its root. */
async function start(name: string): Promise<(path: string) => string> {
  // While the victim is on its way out the kernel may choose another one, which must not be the first process.
  const child = 'echo 1000 > /proc/self/oom_score_adj; head -c 200m /dev/zero | busybox tail';
  const script = `until [ -e /go ]; do sleep 0.02; done; (${child}); touch /done; sleep 1000`;
  const limits = ['--memory', '20m', '--memory-swap', '20m', '--network', 'none'];
  await daemon.docker(['run', '-d', '--name', name, ...limits, 'bb', 'sh', '-c', script]);
  const { stdout } = await daemon.docker(['inspect', '-f', '{{.State.Pid}}', name]);
  return (path) => `/proc/${stdout.trim()}/root/${path}`;
}

const stateOf = async (name: string): Promise<string> => {
  const format = '{{.State.Status}} {{.State.OOMKilled}}';
  return (await daemon.docker(['inspect', '-f', format, name])).stdout.trim();
};

test('a child that is killed for want of memory is told of while the container goes on', async () => {
  const events: string[] = [];
  daemon.engine.onEvent(({ action, name }) => events.push(`${name} ${action}`));
  const below = await start('live');
  expect(await stateOf('live')).toBe('running false');
  writeFileSync(below('go'), '');
  await vi.waitFor(() => {
    expect(events).toContain('live oom');
  }, wait);
  await vi.waitFor(() => {
    expect(existsSync(below('done'))).toBe(true);
  }, wait);
  expect(await stateOf('live')).toBe('running true');
  // The next run is to go on without.
  rmSync(below('go'));
  await daemon.docker(['kill', 'live']);
  expect(await stateOf('live')).toBe('exited true');
  expect(events.filter((event) => event.startsWith('live ')).slice(-3)).toEqual([
    ...['live oom', 'live kill', 'live die'],
  ]);
  await daemon.docker(['start', 'live']);
  expect(await stateOf('live')).toBe('running false');
  expect(daemon.problems).toEqual([]);
});

test('a berthd that was away hears of it when it comes back', async () => {
  const below = await start('away');
  await daemon.down();
  writeFileSync(below('go'), '');
  await vi.waitFor(() => {
    expect(existsSync(below('done'))).toBe(true);
  }, wait);
  await daemon.up();
  await vi.waitFor(async () => {
    expect(await stateOf('away')).toBe('running true');
  }, wait);
  expect(daemon.problems).toEqual([]);
});
