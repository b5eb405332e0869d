import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import type { ContainerRecord } from '../../../runtime/container/model/container-record.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { FakeRuntime } from '../../contract/container/fake-runtime.ts';
import { ManualClock } from './manual-clock.ts';
import { MortalRuntime } from './mortal-runtime.ts';
import { EngineParts } from './parts.ts';

let parts: EngineParts;
let clock: ManualClock;
let runtime: FakeRuntime;
let own: MortalRuntime;
let engine: ContainerEngine;
/** `action name`, as they come. */
let events: string[];

beforeEach(async () => {
  parts = await EngineParts.make();
  clock = new ManualClock();
  runtime = new FakeRuntime(() => clock.now());
  await berthd();
});

async function berthd(): Promise<void> {
  own = new MortalRuntime(runtime);
  engine = await parts.engine(own, clock);
  const told: string[] = [];
  events = told;
  engine.onEvent(({ action, name }) => told.push(`${action} ${name}`));
}

/** berthd is killed at this point, and another one started. */
async function kill(): Promise<void> {
  own.kill();
  // Never resolves when something has begun.
  void engine.close();
  await berthd();
}

const never = new AbortController().signal;
const recordOf = (name: string): ContainerRecord => engine.find(name).record;
const statusOf = (name: string): string => recordOf(name).state.status;

async function create(name: string, Cmd: readonly string[], hostConfig: object): Promise<string> {
  const HostConfig = { NetworkMode: 'none', ...hostConfig };
  const request = createRequestSchema.parse({ Image: 'bb', Cmd, OpenStdin: true, HostConfig });
  return (await engine.create({ request, name })).id;
}

/** Creates and starts one that has a policy such as `on-failure:3`. */
async function run(name: string, policy: string, ...command: readonly string[]): Promise<void> {
  const [Name = '', count = '0'] = policy.split(':');
  await create(name, command, { RestartPolicy: { Name, MaximumRetryCount: Number(count) } });
  await engine.start(name);
}

const fails = ['sh', '-c', 'exit 3'] as const;

/** Resolves with the next event of a kind. */
function event(action: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = engine.onEvent((each) => {
      if (each.action !== action) return;
      stop();
      resolve();
    });
  });
}

/** What has happened by now has its effects. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Ends a `cat` by itself. */
async function endCat(name: string): Promise<void> {
  const died = engine.wait(name, 'next-exit', never);
  engine.find(name).connection?.stdin.end('');
  await died;
}

describe('a policy', () => {
  test('starts a program again after a while that gets longer, and counts', async () => {
    await run('loop', 'always', ...fails);
    for (const [index, delay] of [100, 200, 400].entries()) {
      expect(recordOf('loop')).toMatchObject({
        restartCount: index + 1,
        state: { status: 'restarting', exitCode: 3 },
      });
      clock.advance(delay - 1);
      expect(statusOf('loop')).toBe('restarting');
      const died = event('die');
      clock.advance(1);
      await died;
    }
    expect(events.filter((each) => each === 'start loop')).toHaveLength(4);
  });

  test('begins with a short while again when the program has run for ten seconds', async () => {
    await run('long', 'always', 'cat');
    for (const ranMs of [0, 0, 10_000]) {
      clock.advance(ranMs);
      await endCat('long');
      const started = event('start');
      clock.advance(ranMs === 0 ? 60_000 : 100);
      await started;
    }
    expect(recordOf('long').restartCount).toBe(3);
  });

  test('on-failure gives up when it has tried often enough', async () => {
    await run('two', 'on-failure:2', ...fails);
    for (const delay of [100, 200]) {
      const died = event('die');
      clock.advance(delay);
      await died;
    }
    expect(recordOf('two')).toMatchObject({
      restartCount: 2,
      state: { status: 'exited', exitCode: 3 },
    });
    await run('well', 'on-failure', 'sh', '-c', 'exit 0');
    expect(recordOf('well')).toMatchObject({ restartCount: 0, state: { status: 'exited' } });
  });

  test('ends with a start that does not work, and the reason is kept', async () => {
    await run('broken', 'always', ...fails);
    const waiting = engine.wait('broken', 'not-running', never);
    runtime.start = () =>
      Promise.reject(new BerthError('START_FAILED', { message: 'the disk is gone' }));
    clock.advance(100);
    const error: unknown = expect.stringContaining('the disk is gone');
    expect(await waiting).toEqual({ exitCode: 3, error });
    await engine.close();
    expect(recordOf('broken').state).toMatchObject({ status: 'exited', exitCode: 3 });
    expect(parts.problems).toHaveLength(1);
    parts.problems.length = 0;
  });

  test('does nothing for a program that somebody has stopped', async () => {
    for (const policy of ['always', 'unless-stopped', 'on-failure']) {
      await run(policy, policy, 'sleep', '9');
      await engine.stop(policy, {});
      expect(recordOf(policy)).toMatchObject({ restartCount: 0, state: { status: 'exited' } });
    }
  });
});

describe('a container that waits to be started again', () => {
  beforeEach(() => run('loop', 'always', ...fails));

  test.each([
    ['stop', () => engine.stop('loop', {}), ['stop loop']],
    ['kill', () => engine.kill('loop', ''), []],
  ])('waits no longer after a %s', async (_, operation, told) => {
    const waiting = engine.wait('loop', 'not-running', never);
    events.length = 0;
    await operation();
    expect(await waiting).toMatchObject({ exitCode: 3 });
    clock.advance(100_000);
    expect(statusOf('loop')).toBe('exited');
    expect(events).toEqual(told);
    await expect(engine.kill('loop', '')).rejects.toMatchObject({ code: 'CONTAINER_NOT_RUNNING' });
  });

  test('is removed only by force', async () => {
    await expect(
      engine.remove('loop', { mode: 'stopped-only', volumes: 'remove' }),
    ).rejects.toThrow(
      'container is restarting: stop the container before removing or force remove',
    );
    await engine.remove('loop', { mode: 'kill-first', volumes: 'remove' });
    clock.advance(100_000);
    expect(await engine.list({ scope: 'all', limit: 0, filters: noFilters })).toEqual([]);
  });

  test('has nobody attached', async () => {
    const request = {
      output: [],
      streams: [],
      input: 'none',
      framing: 'of-container',
      detachKeys: Buffer.alloc(0),
    } as const;
    await expect(engine.attach('loop', request)).rejects.toThrow(
      'container loop is restarting, wait until the container is running',
    );
  });

  test('counts as running for somebody who starts it, or lists what runs', async () => {
    await expect(engine.start('loop')).rejects.toMatchObject({
      code: 'CONTAINER_ALREADY_IN_STATE',
    });
    expect(await engine.list({ scope: 'running', limit: 0, filters: noFilters })).toHaveLength(1);
  });

  test('is started at once by a restart, and counts from the beginning', async () => {
    const died = event('die');
    clock.advance(100);
    await died;
    expect(recordOf('loop').restartCount).toBe(2);
    await engine.restart('loop', {});
    expect(recordOf('loop').restartCount).toBe(1);
    const again = event('die');
    clock.advance(100);
    await again;
  });

  test('goes on with it when berthd was killed, and its count goes on', async () => {
    const died = event('die');
    clock.advance(100);
    await died;
    await kill();
    await event('die');
    expect(recordOf('loop')).toMatchObject({ restartCount: 3, state: { status: 'restarting' } });
  });
});

describe('a new berthd', () => {
  test('after a power cut starts what its policy wants to run', async () => {
    await run('always', 'always', 'sleep', '9');
    await run('unless', 'unless-stopped', 'sleep', '9');
    await run('failure', 'on-failure', 'sleep', '9');
    await run('none', 'no', 'sleep', '9');
    await run('stopped-always', 'always', 'sleep', '9');
    await run('stopped-unless', 'unless-stopped', 'sleep', '9');
    await run('done', 'on-failure', 'sh', '-c', 'exit 0');
    await create('new', ['sleep', '9'], { RestartPolicy: { Name: 'always' } });
    await engine.stop('stopped-always', {});
    await engine.stop('stopped-unless', {});
    own.kill();
    await engine.close();
    runtime.powerCut();
    await berthd();
    while (events.filter((each) => each.startsWith('start')).length < 4) await event('start');
    const statuses = ['always', 'unless', 'failure', 'none', 'stopped-always'].map(statusOf);
    expect(statuses).toEqual(['running', 'running', 'running', 'exited', 'running']);
    expect(statusOf('stopped-unless')).toBe('exited');
    expect(statusOf('done')).toBe('exited');
    expect(statusOf('new')).toBe('created');
    expect(recordOf('always')).toMatchObject({ restartCount: 0, manuallyStopped: false });
  });

  test('starts again what was stopped because the host went down', async () => {
    await run('unless', 'unless-stopped', 'sleep', '9');
    await engine.close();
    await engine.stop('unless', { reason: 'host-goes-down' });
    expect(statusOf('unless')).toBe('exited');
    await kill();
    await event('start');
    expect(statusOf('unless')).toBe('running');
  });

  test('starts what ended while the old one went down, which did not', async () => {
    await run('ends', 'always', 'cat');
    await engine.close();
    await endCat('ends');
    expect(recordOf('ends')).toMatchObject({ restartCount: 0, state: { status: 'exited' } });
    await kill();
    await event('start');
    expect(statusOf('ends')).toBe('running');
  });

  test('carries the policy out for a program that ended meanwhile', async () => {
    await run('ends', 'always', 'cat');
    own.kill();
    await engine.close();
    engine.find('ends').connection?.stdin.end('');
    await nextTurn();
    await berthd();
    expect(recordOf('ends')).toMatchObject({ restartCount: 1, state: { status: 'restarting' } });
    const started = event('start');
    clock.advance(100);
    await started;
  });

  test('does not take the end that was recorded for another one', async () => {
    await run('loop', 'always', ...fails);
    const { id } = engine.find('loop');
    const path = join(parts.dataFolder, id, 'container.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ restartCount: 1 });
    // The monitor's record of the end is still there: FakeRuntime keeps it.
    await kill();
    expect(recordOf('loop').restartCount).toBe(1);
  });
});

describe('a restart', () => {
  test('is finished by another berthd, wherever the first one was killed', async () => {
    await create('deaf', ['deaf'], { AutoRemove: true });
    await engine.start('deaf');
    void engine.restart('deaf', { timeoutSeconds: 7 });
    await clock.somebodySleeps();
    expect(recordOf('deaf').pending).toMatchObject({ operation: 'restart', timeoutSeconds: 7 });
    await kill();
    const restarted = event('restart');
    await event('kill');
    await nextTurn();
    clock.advance(7000);
    await restarted;
    expect(recordOf('deaf')).toMatchObject({ state: { status: 'running' } });
    expect(recordOf('deaf').pending).toBeUndefined();
    const told = ['kill', 'kill', 'die', 'stop', 'start', 'restart'];
    expect(events).toEqual(told.map((each) => `${each} deaf`));
  });

  test('is finished by another berthd when the program has ended and was not started', async () => {
    await create('half', ['sleep', '9'], { AutoRemove: true });
    await engine.start('half');
    const died = event('die');
    const restarting = engine.restart('half', {});
    restarting.catch(() => undefined);
    await died;
    expect(recordOf('half')).toMatchObject({ state: { status: 'exited' } });
    await kill();
    if (statusOf('half') !== 'running') await event('start');
    expect(recordOf('half').pending).toBeUndefined();
  });

  test('twice at the same time leaves one program, and removes nothing', async () => {
    for (const AutoRemove of [false, true]) {
      const name = AutoRemove ? 'brief' : 'stays';
      await create(name, ['sleep', '9'], { AutoRemove });
      await engine.start(name);
      await Promise.all([
        engine.restart(name, {}),
        engine.restart(name, {}),
        engine.restart(name, {}),
      ]);
      expect(statusOf(name)).toBe('running');
      expect(recordOf(name).pending).toBeUndefined();
    }
  });

  test('that cannot stop the program leaves its end to be an end', async () => {
    await create('immortal', ['sleep', '9'], { AutoRemove: true });
    await engine.start('immortal');
    const connection = engine.find('immortal').connection;
    if (connection === undefined) throw new Error('it does not run');
    const signal = connection.signal.bind(connection);
    connection.signal = () => undefined;
    const restarting = engine.restart('immortal', { timeoutSeconds: 0 });
    const refused = expect(restarting).rejects.toMatchObject({ code: 'CONTAINER_WILL_NOT_DIE' });
    await clock.somebodySleeps();
    clock.advance(0);
    await clock.somebodySleeps();
    clock.advance(10_000);
    await refused;
    expect(recordOf('immortal').pending).toBeUndefined();
    connection.signal = signal;
    const removed = engine.wait('immortal', 'removed', never);
    await engine.kill('immortal', '');
    await removed;
  });
});

describe('an end that is being recorded', () => {
  test.each([
    ['stop', () => engine.stop('ends', {})],
    ['restart', () => engine.restart('ends', {})],
  ])('is no reason for a %s to fail', async (_, operation) => {
    await create('ends', ['cat'], {});
    await engine.start('ends');
    const died = event('die');
    const { stdin } = engine.find('ends').connection ?? {};
    stdin?.end('');
    const done = operation();
    await died;
    await done;
    expect(['exited', 'running']).toContain(statusOf('ends'));
  });
});

describe('waiting for the removal', () => {
  test('ends when it does not work, with the reason', async () => {
    const id = await create('stuck', ['sleep', '9'], { AutoRemove: true });
    await engine.start('stuck');
    const removed = engine.wait('stuck', 'removed', never);
    const removeContainer = parts.snapshots.removeContainer.bind(parts.snapshots);
    parts.snapshots.removeContainer = () => Promise.reject(new Error('the disk is busy'));
    await engine.kill('stuck', '');
    expect(await removed).toEqual({ exitCode: 137, error: 'the disk is busy' });
    parts.snapshots.removeContainer = removeContainer;
    await engine.remove(id, { mode: 'stopped-only', volumes: 'remove' });
    parts.problems.length = 0;
  });
});
