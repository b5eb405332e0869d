import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import { notRunning } from '../../../runtime/container/lifecycle/live-container.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import type { CgroupPlace } from '../../../runtime/container/ports.ts';
import { execConfigSchema } from '../../../runtime/container/exec/exec-config.ts';
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
  id = await run('web', ['deaf']);
});

async function run(name: string, Cmd: readonly string[], config: object = {}): Promise<string> {
  const HostConfig = { NetworkMode: 'none' };
  const request = createRequestSchema.parse({ Image: 'bb', Cmd, HostConfig, ...config });
  const created = await engine.create({ request, name });
  await engine.start(name);
  return created.id;
}

const status = (name = 'web'): string => engine.find(name).record.state.status;
const stands = async (of = id): Promise<boolean> => !(await runtime.cgroups.isThawed({ id: of }));

/** A new berthd, on what the old one left. */
async function another(): Promise<void> {
  engine = await parts.engine(runtime, clock);
}

/** Nothing can be recorded of the container meanwhile. */
async function whileUnwritable(task: () => Promise<unknown>): Promise<void> {
  const folder = join(parts.dataFolder, id);
  renameSync(folder, `${folder}.away`);
  mkdirSync(folder);
  rmdirSync(folder);
  await task();
  renameSync(`${folder}.away`, folder);
}

describe('a paused container', () => {
  test('stands still until it is unpaused, whatever berthd', async () => {
    const heard: string[] = [];
    engine.onEvent(({ action }) => heard.push(action));
    await engine.pause('web');
    expect([status(), await stands()]).toEqual(['paused', true]);
    await another();
    expect([status(), await stands()]).toEqual(['paused', true]);
    await engine.unpause('web');
    expect([status(), await stands()]).toEqual(['running', false]);
    expect(heard).toEqual(['pause']);
  });

  test('is not paused again, also not at the same time; nor unpaused twice', async () => {
    const both = await Promise.allSettled([engine.pause('web'), engine.pause('web')]);
    expect(both.map(({ status: how }) => how)).toEqual(['fulfilled', 'rejected']);
    const message = `Container ${id} is already paused`;
    await expect(engine.pause('web')).rejects.toMatchObject({ code: 'CONTAINER_PAUSED', message });
    await engine.unpause('web');
    await expect(engine.unpause('web')).rejects.toMatchObject({
      code: 'CONTAINER_NOT_PAUSED',
      message: `Container ${id} is not paused`,
    });
  });

  test.each([
    ['start', () => engine.start('web'), 'cannot start a paused container, try unpause instead'],
    [
      'remove',
      () => engine.remove('web', { mode: 'stopped-only', volumes: 'keep' }),
      'cannot remove container "/web": container is paused and must be unpaused first',
    ],
    [
      'exec',
      () => engine.execs.create('web', execConfigSchema.parse({ Cmd: ['sh'] })),
      'Container web is paused, unpause the container before exec',
    ],
    [
      'attach',
      () =>
        engine.attach('web', {
          output: ['stream'],
          streams: ['stdout'],
          input: 'none',
          framing: 'of-container',
          detachKeys: Buffer.of(16),
        }),
      'container web is paused, unpause the container before attach',
    ],
  ])('refuses %s in the words of Docker', async (_verb, ask, message) => {
    await engine.pause('web');
    await expect(ask()).rejects.toThrow(message);
    expect([status(), await stands()]).toEqual(['paused', true]);
  });

  test.each([
    ['SIGKILL', {}, '', true],
    ['the stop signal', { StopSignal: 'SIGINT' }, 'INT', true],
    ['another signal', { StopSignal: 'SIGINT' }, 'USR1', false],
    ['any signal without a stop signal', {}, 'USR1', true],
  ])('is let go by %s', async (_, config, signal, goes) => {
    const other = await run('other', ['deaf'], config);
    await engine.pause('other');
    await engine.kill('other', signal);
    expect(await stands(other)).toBe(!goes);
    if (signal !== '') expect(status('other')).toBe(goes ? 'running' : 'paused');
  });

  test('is stopped, restarted and removed like any other', async () => {
    await engine.pause('web');
    const restarting = engine.restart('web', { timeoutSeconds: 0 });
    await clock.somebodySleeps();
    clock.advance(0);
    await restarting;
    expect([status(), await stands()]).toEqual(['running', false]);
    await engine.pause('web');
    await engine.remove('web', { mode: 'kill-first', volumes: 'keep' });
    expect(await stands()).toBe(false);
  });
});

test('nobody pauses what is being killed: it would not die', async () => {
  const [killed, paused] = await Promise.allSettled([engine.kill('web', ''), engine.pause('web')]);
  expect(killed.status).toBe('fulfilled');
  expect(paused).toMatchObject({ reason: { code: 'CONTAINER_NOT_RUNNING' } });
  expect(await stands()).toBe(false);
});

test('what is being paused is killed all the same', async () => {
  const real = { ...runtime.cgroups };
  let killing: Promise<void> | undefined;
  Object.assign(runtime.cgroups, {
    freeze: async (place: CgroupPlace) => {
      await real.freeze(place);
      killing = engine.kill('web', '');
    },
  });
  await engine.pause('web');
  await killing;
  expect([status(), await stands()]).toEqual(['exited', false]);
});

test('a container that does not run is not paused', async () => {
  await engine.kill('web', '');
  await expect(engine.pause('web')).rejects.toMatchObject({
    code: 'CONTAINER_NOT_RUNNING',
    message: `container ${id} is not running`,
  });
});

describe('docker commit', () => {
  const asked = { author: '', comment: '', changes: [], processes: 'still' } as const;

  /** Does something in the middle of a commit. */
  async function commitWhile(
    task: () => Promise<void>,
    processes: 'still' | 'running' = 'still',
  ): Promise<void> {
    const commit = parts.images.commit.bind(parts.images);
    parts.images.commit = async (request) => {
      parts.images.commit = commit;
      await task();
      return commit(request);
    };
    await engine.commit('web', { ...asked, processes });
  }

  test.each(['still', 'running'] as const)('reads files of processes: %s', async (processes) => {
    const seen: unknown[] = [];
    const heard: string[] = [];
    engine.onEvent(({ action }) => heard.push(action));
    await commitWhile(async () => {
      seen.push(await stands(), status());
    }, processes);
    expect(seen).toEqual([processes === 'still', 'running']);
    expect(await stands()).toBe(false);
    expect(heard).toEqual(processes === 'still' ? ['pause', 'commit', 'unpause'] : ['commit']);
  });

  test('and a pause do not end each other', async () => {
    await commitWhile(() => engine.pause('web'));
    expect([status(), await stands()]).toEqual(['paused', true]);
    await commitWhile(() => engine.unpause('web'));
    expect([status(), await stands()]).toEqual(['running', false]);
    await commitWhile(async () => {
      await engine.commit('web', asked);
      expect(await stands()).toBe(true);
    });
    expect(await stands()).toBe(false);
  });

  test('does not keep a container from being removed', async () => {
    await commitWhile(() => engine.kill('web', ''));
    expect([status(), await stands()]).toEqual(['exited', false]);
  });

  test('of a container that ends just then reads its files all the same', async () => {
    // Its cgroup is gone, and nobody has heard of the end so far.
    runtime.cgroups.freeze = () => Promise.reject(notRunning(engine.find(id)));
    const seen: unknown[] = [];
    await commitWhile(async () => {
      seen.push(await stands(), status());
    });
    expect(seen).toEqual([false, 'running']);
    await engine.pause('web').catch((error: unknown) => seen.push(error));
    expect(seen[2]).toMatchObject({ code: 'CONTAINER_NOT_RUNNING' });
  });

  test('that dies with its berthd leaves a container that goes on', async () => {
    await commitWhile(another);
    expect([status(), await stands()]).toEqual(['running', false]);
  });
});

describe('what was cut short', () => {
  test('a pause of which nothing is recorded is undone by the next berthd', async () => {
    await runtime.cgroups.freeze({ id });
    await another();
    expect([status(), await stands()]).toEqual(['running', false]);
  });

  test('a container that others let go is running', async () => {
    await engine.pause('web');
    await runtime.cgroups.thaw({ id });
    await another();
    expect(status()).toBe('running');
    await another();
    expect(status()).toBe('running');
  });

  test('a pause that cannot be recorded is undone at once', async () => {
    await whileUnwritable(async () => {
      await expect(engine.pause('web')).rejects.toThrow('ENOENT');
    });
    expect([status(), await stands()]).toEqual(['running', false]);
  });

  test('an end of the machine is the end of a pause', async () => {
    await engine.pause('web');
    runtime.powerCut();
    await another();
    expect(engine.find('web').record.state).toMatchObject({ status: 'exited', exitCode: 255 });
  });
});
