import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import type { HostConfig } from '../../../runtime/container/model/host-config.ts';
import { updateRequestSchema } from '../../../runtime/container/model/update-request.ts';
import { FakeRuntime } from '../../contract/container/fake-runtime.ts';
import { ManualClock } from './manual-clock.ts';
import { EngineParts } from './parts.ts';

let parts: EngineParts;
let clock: ManualClock;
let runtime: FakeRuntime;
let engine: ContainerEngine;
let id: string;

beforeEach(async () => {
  parts = await EngineParts.make();
  clock = new ManualClock();
  runtime = new FakeRuntime(() => clock.now());
  engine = await parts.engine(runtime, clock);
  const HostConfig = { NetworkMode: 'none', PidsLimit: 5, CpuShares: 100 };
  const request = createRequestSchema.parse({ Image: 'bb', Cmd: ['deaf'], HostConfig });
  ({ id } = await engine.create({ request, name: 'web' }));
});

async function another(): Promise<void> {
  engine = await parts.engine(runtime, clock);
}

const update = (fields: object): Promise<readonly string[]> =>
  engine.update('web', updateRequestSchema.parse(fields));
const hostConfig = (): HostConfig => engine.find('web').record.hostConfig;

test('is written down for a container that does not run, which starts with it', async () => {
  await update({ CpuShares: 200 });
  await another();
  expect([hostConfig().CpuShares, hostConfig().PidsLimit]).toEqual([200, 5]);
  expect(runtime.changes).toEqual([]);
});

test('tells a cgroup what has changed, and what holds', async () => {
  await engine.start('web');
  await update({ CpuShares: 200, PidsLimit: -1 });
  expect(runtime.changes).toMatchObject([
    { change: { cpu: { shares: 200 }, pids: { limit: 0 } }, resources: { cpu: { shares: 200 } } },
  ]);
  await another();
  expect([hostConfig().CpuShares, hostConfig().PidsLimit]).toEqual([200, 0]);
  // What was carried out is not carried out again.
  expect(runtime.changes).toHaveLength(1);
});

test('that is refused changes nothing', async () => {
  await engine.start('web');
  runtime.refusesLimits = true;
  await expect(update({ CpuShares: 200 })).rejects.toMatchObject({
    code: 'CGROUP_UPDATE_REFUSED',
    message: `Cannot update container ${id}: the fake takes no limits`,
  });
  await expect(update({ CpuShares: -2 })).rejects.toMatchObject({
    code: 'CONTAINER_CONFIG_INVALID',
  });
  await expect(update({ Memory: 1e9 })).rejects.toMatchObject({
    code: 'CONTAINER_UPDATE_CONFLICT',
  });
  await another();
  expect(hostConfig().CpuShares).toBe(100);
  expect(parts.problems).toEqual([]);
});

test('that cannot be written down is not carried out', async () => {
  await engine.start('web');
  const folder = join(parts.dataFolder, id);
  renameSync(folder, `${folder}.away`);
  await expect(update({ CpuShares: 200 })).rejects.toThrow('ENOENT');
  expect(existsSync(folder)).toBe(false);
  renameSync(`${folder}.away`, folder);
  expect(hostConfig().CpuShares).toBe(100);
  expect(runtime.changes).toEqual([]);
});

/** Updates with a berthd that gets no further than the cgroup. */
async function dieWithin(fields: object): Promise<void> {
  const real = { ...runtime.cgroups };
  const reached = Promise.withResolvers<undefined>();
  Object.assign(runtime.cgroups, {
    update: () => {
      reached.resolve(undefined);
      return new Promise(() => undefined);
    },
  });
  await Promise.race([reached.promise, update(fields)]);
  Object.assign(runtime.cgroups, real);
}

test('of which a berthd died halfway is carried out by the next', async () => {
  await engine.start('web');
  await dieWithin({ CpuShares: 200 });
  await another();
  expect(hostConfig().CpuShares).toBe(200);
  expect(runtime.changes).toMatchObject([{ change: { cpu: { shares: 200 }, pids: { limit: 5 } } }]);
  await another();
  expect(runtime.changes).toHaveLength(1);
});

test('of which a machine died halfway holds for the next run, and nothing is left to do', async () => {
  await engine.start('web');
  await dieWithin({ CpuShares: 200 });
  runtime = new FakeRuntime(() => clock.now());
  await another();
  expect(hostConfig().CpuShares).toBe(200);
  const record = readFileSync(join(parts.dataFolder, id, 'container.json'), 'utf8');
  expect(JSON.parse(record)).not.toHaveProperty('limitsPending');
});

test('of a container on its way out is refused', async () => {
  await engine.start('web');
  const [removed, updated] = await Promise.allSettled([
    engine.remove('web', { mode: 'kill-first', volumes: 'keep' }),
    update({ CpuShares: 200 }),
  ]);
  expect(removed.status).toBe('fulfilled');
  // Whichever comes first.
  if (updated.status === 'rejected') {
    expect(updated.reason).toMatchObject({ code: 'CONTAINER_BEING_REMOVED' });
  }
  expect(existsSync(join(parts.dataFolder, id))).toBe(false);
});
