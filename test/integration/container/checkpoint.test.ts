import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import { updateRequestSchema } from '../../../runtime/container/model/update-request.ts';
import { FakeRuntime } from '../../contract/container/fake-runtime.ts';
import { ManualClock } from './manual-clock.ts';
import { MortalRuntime } from './mortal-runtime.ts';
import { EngineParts } from './parts.ts';
import { removeTree } from '../../support/remove-tree.ts';

let parts: EngineParts;
let clock: ManualClock;
let runtime: FakeRuntime;
let own: MortalRuntime;
let engine: ContainerEngine;
let id: string;
/** As they come. */
let events: string[];
let elsewhere: string;

beforeEach(async () => {
  parts = await EngineParts.make();
  clock = new ManualClock();
  runtime = new FakeRuntime(() => clock.now());
  elsewhere = mkdtempSync(join(tmpdir(), 'berth-checkpoints-'));
  await berthd();
  id = await run('web', ['deaf']);
});

afterEach(() => {
  removeTree(elsewhere);
});

async function berthd(): Promise<void> {
  own = new MortalRuntime(runtime);
  engine = await parts.engine(own, clock);
  const told: string[] = [];
  events = told;
  engine.onEvent(({ action }) => told.push(action));
}

async function run(name: string, Cmd: readonly string[], hostConfig: object = {}): Promise<string> {
  const HostConfig = { NetworkMode: 'none', ...hostConfig };
  const request = createRequestSchema.parse({ Image: 'bb', Cmd, HostConfig });
  const created = await engine.create({ request, name });
  await engine.start(name);
  return created.id;
}

const checkpoint = (name: string, then: 'end' | 'go-on' = 'end', directory = ''): Promise<void> =>
  engine.checkpoints.create('web', { name, directory, then });
const state = () => engine.find('web').record.state;
const stands = async (): Promise<boolean> => !(await runtime.cgroups.isThawed({ id }));
const folder = (): string => join(parts.dataFolder, id, 'checkpoints');
const inFolder = (): readonly string[] => (existsSync(folder()) ? readdirSync(folder()) : []);
/** Nothing of a checkpoint that did not come to its end. */
const nothingLeft = async (): Promise<void> => {
  expect([inFolder(), engine.find('web').record.checkpointImages]).toEqual([[], undefined]);
  expect([state().status, await stands()]).toEqual(['running', false]);
};

describe('a checkpoint', () => {
  test('is written while nothing moves, ends the container, and is where it goes on from', async () => {
    await checkpoint('c1');
    expect(runtime.stillAtCheckpoint).toEqual([true]);
    expect(state()).toMatchObject({ status: 'exited', exitCode: 137 });
    // Docker has no `kill` of it.
    expect(events.slice(events.indexOf('start') + 1)).toEqual(['die', 'checkpoint']);
    expect(await engine.checkpoints.list('web', '')).toEqual(['c1']);

    await engine.start('web', { name: 'c1', directory: '' });
    expect(runtime.restored).toEqual([join(folder(), 'c1')]);
    expect(state()).toMatchObject({ status: 'running', exitCode: 0 });
    await engine.kill('web', '');
    await engine.remove('web', { mode: 'stopped-only', volumes: 'keep' });
    expect(existsSync(folder())).toBe(false);
  });

  test('may leave the container running; its name is taken until it is removed', async () => {
    await checkpoint('c1', 'go-on');
    expect([state().status, await stands()]).toEqual(['running', false]);
    await expect(checkpoint('c1')).rejects.toMatchObject({ code: 'CHECKPOINT_EXISTS' });
    await checkpoint('c2', 'go-on');
    expect(await engine.checkpoints.list('web', '')).toEqual(['c1', 'c2']);
    for (const name of ['c1', 'c2'])
      await engine.checkpoints.remove('web', { name, directory: '' });
    expect(inFolder()).toEqual([]);
    const gone = engine.checkpoints.remove('web', { name: 'c1', directory: '' });
    await expect(gone).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
  });

  test('of a container that is paused leaves it so', async () => {
    await engine.pause('web');
    await checkpoint('c1', 'go-on');
    expect([runtime.stillAtCheckpoint, state().status, await stands()]).toEqual([
      ...[[true], 'paused', true],
    ]);
    await checkpoint('c2');
    expect(state().status).toBe('exited');
  });

  test('is the wanted end of a container that is always started again', async () => {
    const policy = updateRequestSchema.parse({ RestartPolicy: { Name: 'always' } });
    await engine.update('web', policy);
    await checkpoint('c1');
    expect(state().status).toBe('exited');
    expect(events).not.toContain('restart');
    expect(engine.counts.restarts).toBe(0);
  });

  test.each(['failing', 'missing'] as const)(
    'of a CRIU that is %s leaves nothing',
    async (criu) => {
      runtime.criu = criu;
      const code = criu === 'failing' ? 'CRIU_FAILED' : 'CRIU_UNAVAILABLE';
      await expect(checkpoint('c1')).rejects.toMatchObject({ code });
      await nothingLeft();
      expect(events).not.toContain('checkpoint');
    },
  );

  test('may be elsewhere, where nothing else is taken for one', async () => {
    mkdirSync(join(elsewhere, 'documents'));
    writeFileSync(join(elsewhere, 'documents', 'letter'), '');
    await checkpoint('c1', 'go-on', elsewhere);
    expect(readdirSync(elsewhere).toSorted()).toEqual(['c1', 'documents']);
    expect(await engine.checkpoints.list('web', elsewhere)).toEqual(['c1']);
    const other = { name: 'documents', directory: elsewhere };
    await expect(engine.checkpoints.remove('web', other)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
    });
    await expect(engine.checkpoints.list('web', '/nonexistent')).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
    });
    await engine.kill('web', '');
    await engine.start('web', { name: 'c1', directory: elsewhere });
    expect(runtime.restored).toEqual([join(elsewhere, 'c1')]);
  });

  test('has a name that leads nowhere else', async () => {
    const invalid = { code: 'CHECKPOINT_INVALID' };
    for (const name of ['', 'x', '..', '../c', 'a/b', '.a', 'a.', 'n'.repeat(201)]) {
      await expect(checkpoint(name), name).rejects.toMatchObject(invalid);
      const place = { name, directory: '' };
      await expect(engine.checkpoints.remove('web', place), name).rejects.toMatchObject(invalid);
    }
    await nothingLeft();
  });

  test('wants a directory from the root on, and a container that runs', async () => {
    await expect(checkpoint('c1', 'end', 'here')).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
    await engine.kill('web', '');
    await expect(checkpoint('c1')).rejects.toMatchObject({ code: 'CONTAINER_NOT_RUNNING' });
    const start = engine.start('web', { name: 'c1', directory: '' });
    await expect(start).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
    // That was no start that has failed.
    expect(state()).toMatchObject({ status: 'exited', exitCode: 137, error: '' });
  });

  test('is refused of a container with an init, by that name', async () => {
    await run('other', ['deaf'], { Init: true });
    const created = engine.checkpoints.create('other', { name: 'c1', directory: '', then: 'end' });
    await expect(created).rejects.toThrow('HostConfig.Init');
  });

  test('that cannot be restored is a start that has failed', async () => {
    await checkpoint('c1');
    runtime.criu = 'failing';
    const start = engine.start('web', { name: 'c1', directory: '' });
    await expect(start).rejects.toMatchObject({ code: 'CRIU_FAILED' });
    expect(state()).toMatchObject({ status: 'exited', exitCode: 128 });
    expect(await engine.checkpoints.list('web', '')).toEqual(['c1']);
  });

  test('that a berthd was killed over is waited for by the next, and taken away', async () => {
    const criu = Promise.withResolvers<undefined>();
    runtime.criuWorks = criu.promise;
    checkpoint('c1').catch(() => undefined);
    await expect.poll(() => runtime.stillAtCheckpoint).toEqual([true]);
    own.kill();
    await berthd();
    // CRIU still works on the processes: nobody lets them go, or executes anything among them.
    expect([state().status, await stands()]).toEqual(['running', true]);
    expect(inFolder()).toEqual([`.c1.${id.slice(0, 12)}`]);
    expect(engine.find('web').stillFor).toBe(1);
    criu.resolve(undefined);
    await expect.poll(() => engine.find('web').stillFor).toBe(0);
    await expect.poll(stands).toBe(false);
    await nothingLeft();
    await checkpoint('c1');
    expect(state().status).toBe('exited');
  });

  test('that a removal has left without its name is taken away by the next berthd', async () => {
    await checkpoint('c1', 'go-on', elsewhere);
    // Somebody holds a part of it.
    const held = join(elsewhere, 'c1', 'held');
    mkdirSync(held);
    execFileSync('mount', ['-t', 'tmpfs', 'berth-held', held]);
    const removal = engine.checkpoints.remove('web', { name: 'c1', directory: elsewhere });
    try {
      await expect(removal).rejects.toThrow('EBUSY');
    } finally {
      execFileSync('umount', [join(elsewhere, '.c1.removed', 'held')]);
    }
    expect(await engine.checkpoints.list('web', elsewhere)).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(['.c1.removed']);
    own.kill();
    await berthd();
    await expect.poll(() => readdirSync(elsewhere)).toEqual([]);
    await expect.poll(() => engine.find('web').record.checkpointImages).toBe(undefined);
    expect(state().status).toBe('running');
  });
});
