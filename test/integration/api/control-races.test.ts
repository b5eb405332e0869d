import { afterAll, beforeAll, expect, test } from 'vitest';

import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import { updateRequestSchema } from '../../../runtime/container/model/update-request.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import { LiveCgroups } from '../../../runtime/launch/cgroups/live-cgroups.ts';
import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());

/** What somebody may be told who comes at a bad moment; everything else is a mistake. */
const expected = [
  'CONTAINER_NOT_RUNNING',
  'CONTAINER_PAUSED',
  'CONTAINER_NOT_PAUSED',
  'CONTAINER_ALREADY_IN_STATE',
  'CONTAINER_PRUNE_RUNNING',
  'CONTAINER_BEING_REMOVED',
  'CONTAINER_NOT_FOUND',
] as const;

const never = new AbortController().signal;
const rounds = 8;

async function firstUsage(): Promise<void> {
  for await (const _ of daemon.engine.usage('web', never)) return;
}

/** All that can be done to a container at once; which comes first, the round decides. */
function tasks(round: number): readonly (() => Promise<unknown>)[] {
  const { engine } = daemon;
  const all = [
    () => engine.pause('web'),
    () => engine.update('web', updateRequestSchema.parse({ PidsLimit: 20 + round })),
    () => engine.kill('web', ''),
    firstUsage,
    () => engine.pause('web'),
    () => engine.unpause('web'),
    () => engine.start('web'),
    () => engine.top('web', ''),
    () => engine.restart('web', { timeoutSeconds: 0 }),
    // Which may take it, when it finds it at rest.
    () => engine.prune({ isWanted: () => round % 4 === 0, signal: never }),
  ];
  return [...all.slice(round % all.length), ...all.slice(0, round % all.length)];
}

test('whatever is done at the same time, record and processes agree', async () => {
  const cgroups = new LiveCgroups(await detectCgroups(), systemClock);
  for (let round = 0; round < rounds; round += 1) {
    const args = ['run', '-d', '--network', 'none', '--name', 'web', 'bb', 'sleep', '1000'];
    expect((await daemon.docker(args)).stderr).toBe('');
    const { id } = daemon.engine.find('web');
    for (const result of await Promise.allSettled(tasks(round).map((task) => task()))) {
      if (result.status === 'fulfilled') continue;
      const isFine = expected.some((code) => isBerthError(result.reason, code));
      expect(isFine ? undefined : result.reason).toBeUndefined();
    }
    const { stdout } = await daemon.docker(['ps', '-a', '--format', '{{.State}}']);
    const state = stdout.trim();
    expect(['running', 'paused', 'exited', '']).toContain(state);
    if (state === 'running' || state === 'paused') {
      expect(await cgroups.isThawed({ id })).toBe(state === 'running');
    }
    await daemon.docker(['rm', '-f', 'web']);
    expect((await daemon.docker(['ps', '-aq'])).stdout).toBe('');
  }
  expect(daemon.problems).toEqual([]);
});
