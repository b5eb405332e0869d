import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { until } from '../scripts/support/until.ts';
import { ApiClient } from './crash/api-client.ts';
import { RealBerthd } from './real-berthd.ts';

const berthd = new RealBerthd();
const client = new ApiClient(berthd.socket);
const count = 12;

beforeAll(async () => {
  await berthd.start();
  await client.must('POST', '/images/load', readFileSync(busyboxArchive(berthd.root)));
  await client.must('POST', '/containers/create?name=tty', {
    ...{ Image: 'bb', Cmd: ['cat'], Tty: true, OpenStdin: true },
    HostConfig: { NetworkMode: 'none' },
  });
  await client.must('POST', '/containers/tty/start');
});
afterAll(async () => {
  await client.call('DELETE', '/containers/tty?force=1');
  await berthd.destroy();
});

/** Sends a request for a connection that is taken over; resolves when that has happened. */
async function upgraded(
  path: string,
  { method = 'POST', body = '', headers = ['Upgrade: tcp'] } = {},
): Promise<Socket> {
  const socket = connect(berthd.socket);
  const lines = ['Host: d', 'Connection: Upgrade', ...headers, 'Content-Type: application/json'];
  const head = [`${method} ${path} HTTP/1.1`, ...lines, `Content-Length: ${body.length}`];
  socket.on('error', () => undefined);
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  await new Promise<void>((resolve, reject) => {
    socket.once('readable', resolve);
    socket.once('close', () => {
      reject(new Error(`${path}: closed`));
    });
  });
  expect(String(socket.read())).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

const attach = (): Promise<Socket> =>
  upgraded('/containers/tty/attach?stream=1&stdin=1&stdout=1&stderr=1');
const websocket = (): Promise<Socket> =>
  upgraded('/containers/tty/attach/ws?stream=1&stdin=1&stdout=1', {
    method: 'GET',
    headers: [
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==',
    ],
  });
async function exec(Cmd: readonly string[]): Promise<Socket> {
  const streams = { AttachStdin: true, AttachStdout: true, Tty: true };
  const { body } = await client.must('POST', '/containers/tty/exec', { ...streams, Cmd });
  const { Id } = JSON.parse(body) as { Id: string };
  return upgraded(`/exec/${Id}/start`, { body: JSON.stringify({ Detach: false, Tty: true }) });
}

/** How a client leaves. */
const ways: Readonly<Record<string, (socket: Socket) => void>> = {
  'cuts the connection': (socket) => {
    socket.destroy();
  },
  'closes its half, and later all': (socket) => {
    socket.end();
    socket.resume();
  },
};

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Descriptors of berthd and of the container's monitor. */
async function held(): Promise<readonly number[]> {
  const { State } = await client.get<{ State: { Pid: number } }>('/containers/tty/json');
  return [openFiles(berthd.pid), openFiles(parentOf(State.Pid))];
}

async function echoes(socket: Socket, word: string): Promise<void> {
  let seen = '';
  const listen = (chunk: Buffer): void => {
    seen += chunk.toString();
  };
  socket.on('data', listen);
  socket.write(`${word}\n`);
  await until(`an echo of ${word}`, () => (seen.includes(`${word}\r\n${word}`) ? true : undefined));
  socket.off('data', listen);
}

test.each([
  ['attached', attach],
  ['of WebSocket', websocket],
  // Programs run on without their clients, as in Docker: these end by themselves.
  ['of an exec', () => exec(['sleep', '2'])],
  ['of an exec that nobody reads', () => exec(['seq', '50000'])],
])('clients that are %s and leave are missed by nobody', async (name, open) => {
  const stays = await attach();
  await echoes(stays, 'before');
  // What is made when it is needed first is there.
  const first = await open();
  first.destroy();
  const files = await until('the first has left', async () => {
    const now = await held();
    return JSON.stringify(now) === JSON.stringify(await held()) ? now : undefined;
  });
  for (const [how, leave] of Object.entries(ways)) {
    const gone: Socket[] = [];
    for (let done = 0; done < count; done += 1) {
      const socket = await open();
      leave(socket);
      gone.push(socket);
    }
    await echoes(stays, how.replaceAll(/\W/g, ''));
    for (const socket of gone) socket.destroy();
  }
  await until(`what ${name} had is given back`, async () => {
    const now = await held();
    return now.every((each, index) => each <= (files[index] ?? 0) + 2) ? true : undefined;
  });
  stays.destroy();
});
