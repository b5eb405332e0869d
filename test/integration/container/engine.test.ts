import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';

import { beforeEach, describe, expect, test } from 'vitest';

import type { ContainerEngine } from '../../../runtime/container/engine.ts';
import type { ContainerEvent } from '../../../runtime/container/events/container-event.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import type { ContainerState } from '../../../runtime/container/model/container-state.ts';
import { newContainerId } from '../../../runtime/container/model/container-id.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import { FakeRuntime } from '../../contract/container/fake-runtime.ts';
import { ManualClock } from './manual-clock.ts';
import { EngineParts } from './parts.ts';

let parts: EngineParts;
let clock: ManualClock;
let runtime: FakeRuntime;
let engine: ContainerEngine;

beforeEach(async () => {
  parts = await EngineParts.make();
  clock = new ManualClock();
  runtime = new FakeRuntime(() => clock.now());
  engine = await parts.engine(runtime, clock);
});

const never = new AbortController().signal;

async function create(
  name: string,
  Cmd: readonly string[],
  hostConfig: object = {},
): Promise<string> {
  const HostConfig = { NetworkMode: 'none', ...hostConfig };
  const request = createRequestSchema.parse({ Image: 'bb', Cmd, OpenStdin: true, HostConfig });
  return (await engine.create({ request, name })).id;
}

/** A new berthd, on what the old one left. */
async function another(): Promise<void> {
  engine = await parts.engine(runtime, clock);
}

const stateOf = (name: string): ContainerState => engine.find(name).record.state;
const names = async (): Promise<readonly string[]> => {
  const all = await engine.list({ scope: 'all', limit: 0, filters: noFilters });
  return all.map(({ record }) => record.name).sort();
};

describe('starting', () => {
  test('counts from before the program can write: its log since then is all of it', async () => {
    const before = clock.now();
    const start = runtime.start.bind(runtime);
    runtime.start = async (request) => {
      const started = await start(request);
      clock.advance(500);
      return started;
    };
    await create('chatty', ['deaf']);
    await engine.start('chatty');
    expect(stateOf('chatty').startedAt).toBe(before);
  });
});

describe('stopping', () => {
  test('kills a program that does not heed its signal, when its time is up and not before', async () => {
    await create('deaf', ['deaf']);
    await engine.start('deaf');
    const stopping = engine.stop('deaf', { timeoutSeconds: 7 });
    await clock.somebodySleeps();
    clock.advance(6999);
    expect(runtime.signals).toEqual([15]);
    clock.advance(1);
    await stopping;
    expect(runtime.signals).toEqual([15, 9]);
    expect(stateOf('deaf')).toMatchObject({ status: 'exited', exitCode: 137 });
  });

  test('waits for ever when asked, and a kill goes past it', async () => {
    await create('deaf', ['deaf']);
    await engine.start('deaf');
    const stopping = engine.stop('deaf', { timeoutSeconds: -1, signal: 'INT' });
    await engine.kill('deaf', '');
    await stopping;
    expect(runtime.signals).toEqual([2, 9]);
  });

  test('uses the signal and time of the container', async () => {
    const request = createRequestSchema.parse({
      Image: 'bb',
      Cmd: ['deaf'],
      StopSignal: 'SIGQUIT',
      StopTimeout: 3,
      HostConfig: { NetworkMode: 'none' },
    });
    await engine.create({ request, name: 'own' });
    await engine.start('own');
    const stopping = engine.stop('own', {});
    await clock.somebodySleeps();
    clock.advance(3000);
    await stopping;
    expect(runtime.signals).toEqual([3, 9]);
  });
});

describe('a failed creation', () => {
  test.each([
    ['a name that is taken', { name: 'taken' }, 'CONTAINER_NAME_IN_USE'],
    ['a name that is none', { name: '-' }, 'CONTAINER_NAME_INVALID'],
  ])('because of %s leaves nothing', async (_, options, code) => {
    await create('taken', ['echo']);
    const before = readdirSync(parts.dataFolder);
    const request = createRequestSchema.parse({ Image: 'bb' });
    await expect(engine.create({ request, ...options })).rejects.toMatchObject({ code });
    expect(readdirSync(parts.dataFolder)).toEqual(before);
  });

  test('because the disk cannot be written frees the name again', async () => {
    writeFileSync(parts.dataFolder, 'in the way');
    await expect(create('web', ['echo'])).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(await names()).toEqual([]);
    await expect(create('web', ['echo'])).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  test("because a bind's source is missing names it", async () => {
    const Mounts = [{ Type: 'bind', Source: '/no/such/place', Target: '/x' }];
    await expect(create('bind', ['echo'], { Mounts })).rejects.toThrow(
      'bind source path does not exist: /no/such/place',
    );
  });

  test.each(['/proc/none', '/sys/none/deeper', '/etc/hostname/below'])(
    "because a bind's source %s cannot be made names it",
    async (source) => {
      await expect(create('bind', ['echo'], { Binds: [`${source}:/x`] })).rejects.toMatchObject({
        code: 'CONTAINER_CONFIG_INVALID',
        message: expect.stringContaining(`mount source path '${source}': E`) as unknown,
      });
    },
  );
});

describe('a container with AutoRemove', () => {
  test('is gone when its program has ended, and its waiters know the exit code', async () => {
    const id = await create('brief', ['sh', '-c', 'exit 5'], { AutoRemove: true });
    const removed = engine.wait(id, 'removed', never);
    const exited = engine.wait(id, 'next-exit', never);
    await engine.start(id);
    expect([await removed, await exited]).toEqual([
      { exitCode: 5, error: '' },
      { exitCode: 5, error: '' },
    ]);
    expect(await names()).toEqual([]);
    expect(existsSync(join(parts.dataFolder, id))).toBe(false);
    expect(readdirSync(parts.runFolder)).toEqual([]);
  });

  test('stays when it is restarted', async () => {
    await create('stays', ['sleep', '9'], { AutoRemove: true });
    await engine.start('stays');
    await engine.restart('stays', {});
    expect(stateOf('stays').status).toBe('running');
    const removed = engine.wait('stays', 'removed', never);
    await engine.kill('stays', 'KILL');
    await removed;
    expect(await names()).toEqual([]);
  });

  test('is gone also when its program cannot be started', async () => {
    const id = await create('wrong', ['nosuch'], { AutoRemove: true });
    const removed = engine.wait(id, 'removed', never);
    await expect(engine.start(id)).rejects.toMatchObject({ code: 'EXEC_NOT_FOUND' });
    expect(await removed).toMatchObject({ exitCode: 127 });
    expect(await names()).toEqual([]);
  });

  test('ends the attachments to it with all of its output', async () => {
    const id = await create('words', ['echo', 'last words'], { AutoRemove: true });
    const attachment = await engine.attach(id, {
      output: ['stream'],
      streams: ['stdout'],
      input: 'none',
      framing: 'of-container',
      detachKeys: Buffer.alloc(0),
    });
    const [client, server] = duplexPair();
    const received = text(client);
    const end = attachment.serve(server);
    await engine.start(id);
    client.end();
    expect(await end).toBe('program-ended');
    expect(await received).toBe('\u0001\0\0\0\0\0\0\u000blast words\n');
  });
});

describe('a new berthd', () => {
  test('goes on with what runs', async () => {
    await create('runs', ['sleep', '9']);
    await engine.start('runs');
    const { startedAt } = stateOf('runs');
    clock.advance(5000);
    await another();
    expect(stateOf('runs')).toMatchObject({ status: 'running', startedAt });
    const exit = engine.wait('runs', 'not-running', never);
    await engine.kill('runs', 'TERM');
    expect(await exit).toEqual({ exitCode: 143, error: '' });
  });

  test('finds a program that was started and not recorded', async () => {
    const id = await create('early', ['sleep', '9']);
    const path = join(parts.dataFolder, id, 'container.json');
    const before = readFileSync(path);
    await engine.start('early');
    writeFileSync(path, before);
    await another();
    expect(stateOf('early').status).toBe('running');
  });

  test('takes the exit of a program that ended in the meantime', async () => {
    const id = await create('ends', ['cat']);
    await engine.start('ends');
    const path = join(parts.dataFolder, id, 'container.json');
    const running = readFileSync(path);
    const exited = engine.wait('ends', 'next-exit', never);
    engine.find('ends').connection?.stdin.end('');
    await exited;
    writeFileSync(path, running);
    await another();
    expect(stateOf('ends')).toMatchObject({ status: 'exited', exitCode: 0 });
  });

  test('after a power cut says that nobody saw the end, and removes what was to be removed', async () => {
    await create('lost', ['sleep', '9']);
    await create('brief', ['sleep', '9'], { AutoRemove: true });
    await create('new', ['sleep', '9']);
    await engine.start('lost');
    await engine.start('brief');
    runtime.powerCut();
    await another();
    expect(await names()).toEqual(['lost', 'new']);
    expect(stateOf('lost')).toMatchObject({ status: 'exited', exitCode: 255 });
    expect(stateOf('new').status).toBe('created');
  });

  test('sweeps up what a cut-short creation or removal left', async () => {
    const remains = join(parts.dataFolder, newContainerId());
    mkdirSync(join(remains, 'upper'), { recursive: true });
    writeFileSync(join(remains, 'output.log'), '');
    await another();
    expect(existsSync(remains)).toBe(false);
    expect(parts.problems).toEqual([]);
  });

  test('leaves a record alone that it cannot read, and says so', async () => {
    await create('fine', ['echo']);
    const id = await create('future', ['echo']);
    const path = join(parts.dataFolder, id, 'container.json');
    const record = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...record, version: 2 }));
    await another();
    expect(await names()).toEqual(['fine']);
    expect(parts.problems).toMatchObject([{ code: 'CONTAINER_RECORD_INVALID' }]);
    expect(existsSync(path)).toBe(true);
  });

  test('forgets one with AutoRemove whose name alone came to the disk before a power cut', async () => {
    const [brief, kept] = [
      await create('brief', ['echo'], { AutoRemove: true }),
      await create('kept', ['echo']),
    ];
    for (const id of [brief, kept]) truncateSync(join(parts.dataFolder, id, 'container.json'));
    await another();
    expect(readdirSync(parts.dataFolder)).toEqual([kept]);
    expect(parts.problems).toMatchObject([{ code: 'CONTAINER_RECORD_INVALID' }]);
  });

  test('keeps names and their order', async () => {
    await create('first', ['echo']);
    clock.advance(1);
    await create('second', ['echo']);
    await engine.rename('first', 'third');
    await another();
    const all = await engine.list({ scope: 'all', limit: 0, filters: noFilters });
    expect(all.map(({ record }) => record.name)).toEqual(['second', 'third']);
    await expect(create('third', ['echo'])).rejects.toMatchObject({
      code: 'CONTAINER_NAME_IN_USE',
    });
    await create('first', ['echo']);
  });
});

describe('operations at the same time', () => {
  test('start once, and tell the others', async () => {
    await create('one', ['sleep', '9']);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => engine.start('one')));
    const codes = results.map((result) =>
      result.status === 'fulfilled' ? 'started' : (result.reason as { code: string }).code,
    );
    expect(codes.sort()).toEqual([
      ...Array<string>(4).fill('CONTAINER_ALREADY_IN_STATE'),
      'started',
    ]);
  });

  test('remove a container by force that is being started', async () => {
    const id = await create('both', ['sleep', '9']);
    const starting = engine.start(id);
    await engine.remove(id, { mode: 'kill-first', volumes: 'remove' });
    await starting;
    expect(await names()).toEqual([]);
    expect(existsSync(join(parts.dataFolder, id))).toBe(false);
  });

  test('remove a container by force that is being restarted, and start it no more', async () => {
    const id = await create('deaf', ['deaf']);
    await engine.start(id);
    const actions: string[] = [];
    const signalled = new Promise<void>((resolve) => {
      engine.onEvent(({ action }) => {
        actions.push(action);
        if (action === 'kill') resolve();
      });
    });
    // It waits for the end that the removal brings, and nothing else: it is the first to act on it.
    const restarting = engine.restart(id, { timeoutSeconds: -1 });
    const refused = expect(restarting).rejects.toMatchObject({ code: 'CONTAINER_BEING_REMOVED' });
    await signalled;
    await engine.remove(id, { mode: 'kill-first', volumes: 'remove' });
    await refused;
    expect(actions).toEqual(['kill', 'kill', 'die', 'stop', 'destroy']);
    expect(existsSync(join(parts.dataFolder, id))).toBe(false);
  });

  test('tell of each step once, in order', async () => {
    const events: ContainerEvent[] = [];
    engine.onEvent((event) => events.push(event));
    await create('told', ['sleep', '9']);
    await engine.start('told');
    await engine.stop('told', {});
    await engine.rename('told', 'tale');
    await engine.remove('tale', { mode: 'stopped-only', volumes: 'remove' });
    expect(events.map(({ action }) => action)).toEqual([
      'create',
      'start',
      'kill',
      'die',
      'stop',
      'rename',
      'destroy',
    ]);
    expect(events.at(3)?.attributes).toEqual({ exitCode: '143', execDuration: '0' });
    expect(events.at(-1)?.name).toBe('tale');
  });
});
