import { once } from 'node:events';
import { request } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { text as read } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { busyboxArchive } from './busybox-image.ts';
import { ask, post } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;
const events: string[] = [];

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await fine('load', '-i', busyboxArchive(daemon.root));
  daemon.engine.onEvent(({ action, name }) => events.push(`${name} ${action}`));
});
afterAll(async () => {
  await daemon.destroy();
});

async function fine(...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await daemon.docker(args);
  expect(exitCode, stderr).toBe(0);
}

/** A client's end of an attachment. */
class Client {
  readonly connection: Duplex;
  #seen = '';
  ended = false;

  constructor(connection: Duplex) {
    this.connection = connection;
    connection.on('data', (chunk: Buffer) => {
      this.#seen += chunk.toString('latin1');
    });
    connection.on('close', () => {
      this.ended = true;
    });
    connection.on('error', () => undefined);
  }

  static open(name: string, query: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const call = request({
        socketPath: daemon.socket,
        method: 'POST',
        path: `/containers/${name}/attach?${query}`,
        headers: { connection: 'Upgrade', upgrade: 'tcp' },
      });
      call.on('upgrade', (_response, socket) => {
        resolve(new Client(socket));
      });
      call.on('response', (response) => {
        reject(new Error(String(response.statusCode)));
      });
      call.end();
    });
  }

  get seen(): string {
    return this.#seen;
  }

  async sees(text: string): Promise<void> {
    await expect.poll(() => this.#seen.includes(text), { timeout: 10_000 }).toBe(true);
  }

  async ends(): Promise<void> {
    await expect.poll(() => this.ended, { timeout: 10_000 }).toBe(true);
  }
}

const all = 'stream=1&stdin=1&stdout=1&stderr=1';
const attachable = ['run', '-d', '-i', '--network', 'none', '--name'];

describe('attach', () => {
  test('before the start and after it, of several at once, one of which does not read', async () => {
    // Not by the command, with which the first client's end would be that of the input.
    const created = await post(daemon.socket, '/containers/create?name=many', {
      Image: 'bb',
      Cmd: ['cat'],
      OpenStdin: true,
      HostConfig: { NetworkMode: 'none' },
    });
    expect(created.status).toBe(201);
    const early = await Client.open('many', all);
    await fine('start', 'many');
    const [late, slow] = [await Client.open('many', all), await Client.open('many', all)];
    slow.connection.pause();
    const line = `${'x'.repeat(1023)}\n`;
    late.connection.write(line.repeat(4096));
    early.connection.write('from the first\n');
    // More than any buffer on the way to the slow one takes.
    for (const client of [early, late]) {
      await expect.poll(() => client.seen.length, { timeout: 20_000 }).toBeGreaterThan(1024 * 4096);
      await client.sees('from the first');
    }
    const before = await Client.open('many', 'logs=1&stdout=1');
    await before.sees('from the first');
    await before.ends();
    late.connection.destroy();
    early.connection.write('still there\n');
    await early.sees('still there');
    slow.connection.resume();
    await slow.sees('still there');
    await fine('rm', '-f', 'many');
    for (const client of [early, slow]) await client.ends();
  });

  test('tells all that a program has said, however many files of its log are gone by then', async () => {
    const log = ['--log-opt', 'max-size=1k', '--log-opt', 'max-file=20'];
    await fine('create', '--rm', '--network', 'none', ...log, '--name', 'brief', 'bb', 'seq', '99');
    const attachment = await daemon.engine.attach('brief', {
      output: ['stream'],
      streams: ['stdout'],
      input: 'none',
      framing: 'raw',
      detachKeys: Buffer.alloc(0),
    });
    const removed = daemon.engine.wait('brief', 'removed', new AbortController().signal);
    await fine('start', 'brief');
    await removed;
    const [client, ours] = duplexPair();
    const text = read(client);
    client.end();
    expect(await attachment.serve(ours)).toBe('program-ended');
    expect(await text).toBe(Array.from({ length: 99 }, (_, i) => `${i + 1}\n`).join(''));
  });

  test('holds nothing for a client that has left before it was served', async () => {
    await fine(...attachable, 'unattended', 'bb', 'sleep', '1d');
    const { output, turns } = daemon.engine.find('unattended');
    const request = { streams: ['stdout'], framing: 'raw', detachKeys: Buffer.alloc(0) } as const;
    for (const input of ['none', 'stdin'] as const) {
      const asked = { ...request, input, output: ['stream'] } as const;
      const attachment = await daemon.engine.attach('unattended', asked);
      const [client] = duplexPair();
      client.destroy();
      await once(client, 'close');
      expect(await attachment.serve(client)).toBe('client-left');
    }
    await expect.poll(() => output.size + turns.size, { timeout: 10_000 }).toBe(0);
    await fine('rm', '-f', 'unattended');
  });

  test('ends the input of a program once its only client has said all', async () => {
    await fine(
      'create',
      '-i',
      '-a',
      'stdin',
      '--network',
      'none',
      '--name',
      'once',
      'bb',
      'wc',
      '-c',
    );
    const client = await Client.open('once', all);
    await fine('start', 'once');
    client.connection.end('12345');
    await client.sees('5\n');
    await client.ends();
  });

  test('is left by the keys that the client names, which is told of', async () => {
    await fine('run', '-d', '-t', '-i', '--network', 'none', '--name', 'keys', 'bb', 'cat');
    const client = await Client.open('keys', `${all}&detachKeys=ctrl-a,q`);
    client.connection.write('\x10\x11typed\n');
    await client.sees('typed');
    client.connection.write('\x01q');
    await client.ends();
    await expect.poll(() => events, { timeout: 10_000 }).toContain('keys detach');
    expect(events).toContain('keys attach');
    const { stdout } = await daemon.docker(['inspect', '-f', '{{.State.Running}}', 'keys']);
    expect(stdout).toBe('true\n');
    const path = '/containers/keys/attach?stream=1&stdin=1&detachKeys=ctrl-A';
    const wrong = await ask(daemon.socket, { method: 'POST', path });
    // Docker has hijacked the connection by then: the message is text, up to its end.
    const rawType = 'application/vnd.docker.raw-stream';
    expect([wrong.status, wrong.headers['content-type'], wrong.body]).toEqual([
      400,
      rawType,
      'Invalid detach keys (ctrl-A) provided\r\n',
    ]);
    const headers = { connection: 'Upgrade', upgrade: 'tcp' };
    const nobody = { method: 'POST', path: '/containers/nobody/attach?stream=1', headers };
    const noSuch = await ask(daemon.socket, nobody);
    expect([noSuch.status, noSuch.headers['content-type'], noSuch.body]).toEqual([
      404,
      rawType,
      'No such container: nobody\r\n',
    ]);
  });

  test('resizes with two numbers, and says which one is wrong', async () => {
    const resize = async (what: string, query: string): Promise<readonly unknown[]> => {
      const path = `/${what}/resize?${query}`;
      const { status, body } = await ask(daemon.socket, { method: 'POST', path });
      return [status, body === '' ? '' : (JSON.parse(body) as { message: string }).message];
    };
    expect(await resize('containers/keys', 'h=40&w=100')).toEqual([200, '']);
    expect(await resize('containers/keys', 'h=&w=1')).toEqual([
      400,
      'invalid resize height "": invalid syntax',
    ]);
    expect(await resize('containers/keys', 'h=1&w=-2')).toEqual([
      400,
      'invalid resize width "-2": value out of range',
    ]);
    expect(await resize('exec/none', 'h=x&w=1')).toEqual([
      400,
      'invalid resize height "x": invalid syntax',
    ]);
    expect(events).toContain('keys resize');
  });
});

describe('attach by a WebSocket', () => {
  /** Connects; what comes is kept as it came. */
  async function open(path: string): Promise<{
    readonly socket: WebSocket;
    readonly messages: { readonly text: string; readonly isBinary: boolean }[];
    readonly closed: () => boolean;
  }> {
    const socket = new WebSocket(`ws+unix://${daemon.socket}:${path}`);
    const messages: { text: string; isBinary: boolean }[] = [];
    let isClosed = false;
    socket.on('message', (data, isBinary) => {
      messages.push({ text: Buffer.from(data as Buffer).toString(), isBinary });
    });
    socket.on('close', () => {
      isClosed = true;
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return { socket, messages, closed: () => isClosed };
  }

  test('carries bare bytes both ways until either side ends', async () => {
    await fine(...attachable, 'socket', 'bb', 'sh', '-c', 'echo error >&2; cat');
    const { socket, messages, closed } = await open(
      '/v1.51/containers/socket/attach/ws?logs=1&stream=1&stdin=1&stdout=1&stderr=1',
    );
    const seen = (): string => messages.map(({ text }) => text).join('');
    socket.send('hello\n');
    await expect.poll(seen, { timeout: 10_000 }).toBe('error\nhello\n');
    expect(messages.every(({ isBinary }) => isBinary)).toBe(true);
    const old = await open('/v1.24/containers/socket/attach/ws?stream=1');
    old.socket.send('as text\n');
    await expect
      .poll(() => old.messages, { timeout: 10_000 })
      .toContainEqual({
        text: 'as text\n',
        isBinary: false,
      });
    old.socket.close();
    await expect.poll(old.closed, { timeout: 10_000 }).toBe(true);
    await fine('rm', '-f', 'socket');
    await expect.poll(closed, { timeout: 10_000 }).toBe(true);
  });

  test('is refused where there is nobody, and to who asks for no WebSocket', async () => {
    await expect(open('/containers/nobody/attach/ws?stream=1')).rejects.toThrow('404');
    const plain = await ask(daemon.socket, { path: '/containers/keys/attach/ws' });
    expect([plain.status, JSON.parse(plain.body)]).toMatchObject([
      400,
      { message: 'not websocket protocol' },
    ]);
  });
});
