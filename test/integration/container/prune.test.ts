import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import { FakeRuntime } from '../../contract/container/fake-runtime.ts';
import { ManualClock } from './manual-clock.ts';
import { EngineParts } from './parts.ts';

let parts: EngineParts;
let engine: ContainerEngine;

beforeEach(async () => {
  parts = await EngineParts.make();
  const clock = new ManualClock();
  engine = await parts.engine(new FakeRuntime(() => clock.now()), clock);
});

const never = new AbortController().signal;
const everything = { isWanted: () => true, signal: never };

async function create(name: string): Promise<string> {
  const request = createRequestSchema.parse({
    Image: 'bb',
    Cmd: ['deaf'],
    HostConfig: { NetworkMode: 'none' },
  });
  return (await engine.create({ request, name })).id;
}

const names = async (): Promise<readonly string[]> => {
  const all = await engine.list({ scope: 'all', limit: 0, filters: noFilters });
  return all.map(({ record }) => record.name).sort();
};

test('takes what does not run, counts it, and tells of it once', async () => {
  const heard: string[] = [];
  const [first] = [await create('first'), await create('other')];
  for (const name of ['runs', 'paused']) {
    await create(name);
    await engine.start(name);
  }
  await engine.pause('paused');
  writeFileSync(join(parts.dataFolder, first, 'upper/file'), 'x'.repeat(5000));
  engine.onEvent(({ action, attributes }) => {
    heard.push(`${action} ${attributes['reclaimed'] ?? ''}`.trim());
  });
  const { removed, reclaimedBytes } = await engine.prune(everything);
  expect(removed).toContain(first);
  expect([removed.length, reclaimedBytes]).toEqual([2, 5000]);
  expect(await names()).toEqual(['paused', 'runs']);
  expect(heard).toEqual(['destroy', 'destroy', 'prune 5000']);
});

test('leaves one alone that is started in the meantime', async () => {
  await create('web');
  const [pruned] = await Promise.all([engine.prune(everything), engine.start('web')]);
  expect(pruned.removed).toEqual([]);
  expect(engine.find('web').record.state.status).toBe('running');
});

test('and a restart get on with each other', async () => {
  await create('web');
  await engine.start('web');
  const heard: Promise<unknown>[] = [];
  // The moment in which it does not run.
  engine.onEvent(({ action }) => {
    if (action === 'die') heard.push(engine.prune(everything));
  });
  await engine.kill('web', '');
  await Promise.all(heard);
  expect(await names()).toEqual([]);
  await create('again');
  await engine.start('again');
  heard.length = 0;
  await engine.restart('again', { signal: 'KILL' });
  expect(await Promise.all(heard)).toEqual([{ removed: [], reclaimedBytes: 0 }]);
  expect(engine.find('again').record.state.status).toBe('running');
});

test('is one at a time, and ends when whoever asked has left', async () => {
  await create('web');
  const left = { ...everything, signal: AbortSignal.abort() };
  expect(await engine.prune(left)).toEqual({ removed: [], reclaimedBytes: 0 });
  const both = await Promise.allSettled([engine.prune(everything), engine.prune(everything)]);
  expect(both).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'CONTAINER_PRUNE_RUNNING' } },
  ]);
  expect(await engine.prune(everything)).toEqual({ removed: [], reclaimedBytes: 0 });
});
