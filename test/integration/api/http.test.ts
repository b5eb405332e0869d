import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { ApiListener } from '../../../runtime/api/listener.ts';
import { collectGarbage } from '../../support/processes.ts';
import { busyboxArchive } from './busybox-image.ts';
import { ask, post, RawConnection } from './raw-http.ts';
import type { HttpAnswer } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(() => {
  expect(daemon.problems).toEqual([]);
});

const get = (path: string): Promise<HttpAnswer> => ask(daemon.socket, { path });
const json = (answer: HttpAnswer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

async function create(name: string, config: object): Promise<void> {
  const body = { Image: 'bb', HostConfig: { NetworkMode: 'none' }, ...config };
  const answer = await post(daemon.socket, `/containers/create?name=${name}`, body);
  expect(answer.status).toBe(201);
}

const startIt = (name: string): Promise<HttpAnswer> =>
  post(daemon.socket, `/containers/${name}/start`);
const removeIt = (name: string): Promise<HttpAnswer> =>
  ask(daemon.socket, { method: 'DELETE', path: `/containers/${name}?force=1` });

describe('every answer', () => {
  test("has the id of its request: the client's own, or one of its own", async () => {
    const headers = { 'X-Request-Id': 'mine-1' };
    const missing = await ask(daemon.socket, { path: '/containers/none/json', headers });
    expect(missing.headers['x-request-id']).toBe('mine-1');
    expect(json(missing)).toMatchObject({ code: 'CONTAINER_NOT_FOUND', requestId: 'mine-1' });
    const [one, two] = [await get('/nowhere'), await get('/_ping')];
    expect(json(one)['requestId']).toBe(one.headers['x-request-id']);
    expect(two.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    expect(two.headers['x-request-id']).not.toBe(one.headers['x-request-id']);
    const stream = await ask(daemon.socket, { path: '/events?until=1', headers });
    expect(stream.headers['x-request-id']).toBe('mine-1');
  });

  test('has the headers by which clients negotiate', async () => {
    const answer = await ask(daemon.socket, { method: 'HEAD', path: '/_ping' });
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('');
    expect(answer.headers).toMatchObject({
      'api-version': '1.51',
      'docker-experimental': 'false',
      ostype: 'linux',
      server: 'berth/0.1.0 (linux)',
      'builder-version': '1',
      'content-length': '0',
    });
    expect((await get('/v1.24/_ping')).body).toBe('OK');
  });

  test.each([
    [
      '/v1.10/version',
      'client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
    ],
    ['/v1.99/version', 'client version 1.99 is too new. Maximum supported API version is 1.51'],
  ])('refuses %s', async (path, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ message, code: 'API_VERSION_UNSUPPORTED' });
  });

  test.each([
    ['GET', '/nosuch'],
    ['PUT', '/containers/json'],
    ['GET', '/v1.51/containers/x/nosuch'],
  ])('says that there is no page for %s %s', async (method, path) => {
    const answer = await ask(daemon.socket, { method, path });
    expect(answer.status).toBe(404);
    expect(json(answer)).toMatchObject({ message: 'page not found' });
  });
});

describe('what is easily overlooked', () => {
  test('is answered as Docker answers it', async () => {
    await create('plain', { Cmd: ['cat'], OpenStdin: true });
    expect((await get('/containers/plain/changes')).body).toBe('null\n');
    // Of a version that has it no more, and of one that has.
    const update = (version: string): Promise<HttpAnswer> =>
      post(daemon.socket, `/${version}/containers/plain/update`, { KernelMemory: 2 ** 22 });
    expect([(await update('v1.42')).status, (await update('v1.41')).status]).toEqual([200, 400]);
    const cluster = { Name: 'of-a-cluster', ClusterVolumeSpec: {} };
    const refused = await post(daemon.socket, '/volumes/create', cluster);
    expect([refused.status, json(refused)['code']]).toEqual([400, 'UNSUPPORTED_FIELD']);
    // Frames are told of to who asks for an upgrade alone.
    const path = '/containers/plain/attach?stream=1&stdout=1';
    const attaching = ask(daemon.socket, { method: 'POST', path });
    const { output, turns } = daemon.engine.find('plain');
    await expect.poll(() => turns.size + output.size, { timeout: 10_000 }).toBeGreaterThan(0);
    await removeIt('plain');
    expect((await attaching).headers['content-type']).toBe('application/vnd.docker.raw-stream');
  });
});

describe('bad input', () => {
  test('a path that cannot be decoded is refused', async () => {
    const answer = await get('/containers/%zz/json');
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'API_REQUEST_INVALID' });
  });

  test.each([
    [{ Image: 5 }, 'Image'],
    [{ Image: 'bb', HostConfig: { Memory: 'much' } }, 'HostConfig.Memory'],
    [{ Image: 'bb', HostConfig: { Binds: [{}] } }, 'HostConfig.Binds.0'],
    [{ Image: 'bb', Env: { A: 'b' } }, 'Env'],
    [[], 'body'],
  ])('%j gets 400 that names the field', async (body, field) => {
    const answer = await post(daemon.socket, '/containers/create', body);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'API_REQUEST_INVALID' });
    expect(json(answer)['message']).toContain(`${field}: `);
  });

  test.each([
    ['{', 'application/json', 'invalid JSON'],
    ['{} {}', 'application/json', 'unexpected content after JSON'],
    ['', 'application/json', 'got EOF'],
    ['{}', 'text/plain', "must be 'application/json'"],
  ])('%j as %s gets 400', async (body, type, message) => {
    const headers = { 'content-type': type };
    const path = '/containers/create';
    const answer = await ask(daemon.socket, { method: 'POST', path, headers, body });
    expect(answer.status).toBe(400);
    expect(json(answer)['message']).toContain(message);
  });

  test.each([
    ['POST', '/containers/nosuch/start', 404, 'No such container: nosuch'],
    ['POST', '/containers/nosuch/wait', 404, 'No such container: nosuch'],
    ['GET', '/containers/nosuch/logs?stdout=1', 404, 'No such container: nosuch'],
    ['GET', '/containers/nosuch/logs', 400, 'you must choose at least one stream'],
    ['GET', '/containers/json?filters=x', 400, 'invalid filter'],
    ['GET', '/containers/json?filters={"odd":["1"]}', 400, "invalid filter 'odd'"],
    ['GET', '/containers/json?limit=x', 400, 'limit'],
    ['GET', '/images/no/such/image:tag/json', 404, 'no/such/image:tag'],
    ['POST', '/containers/nosuch/start?checkpoint=x', 404, 'No such container: nosuch'],
    ['GET', '/containers/nosuch/checkpoints', 404, 'No such container: nosuch'],
    ['DELETE', '/containers/nosuch/checkpoints/c1', 404, 'No such container: nosuch'],
    ['PUT', '/volumes/nosuch', 501, 'does not have PUT /volumes/nosuch'],
    ['DELETE', '/containers/nosuch?link=1', 404, 'No such container: nosuch'],
    ['POST', '/auth', 400, "unsupported Content-Type header (): must be 'application/json'"],
  ])('%s %s gets %i', async (method, path, status, message) => {
    const answer = await ask(daemon.socket, { method, path: encodeURI(path) });
    expect(answer.status).toBe(status);
    expect(json(answer)['message']).toContain(message);
  });

  test('a body that is too large is refused', async () => {
    const body = { Image: 'bb', Labels: { long: 'x'.repeat(17 * 1024 * 1024) } };
    const answer = await post(daemon.socket, '/containers/create', body);
    expect(answer.status).toBe(413);
    expect(json(answer)).toMatchObject({ code: 'API_BODY_TOO_LARGE' });
  });

  test('a failed creation leaves nothing', async () => {
    const answer = await post(daemon.socket, '/containers/create?name=half', { Image: 'nosuch' });
    expect(answer.status).toBe(404);
    expect((await get('/containers/json?all=1')).body).toBe('[]\n');
  });
});

describe('states', () => {
  test('that are already reached get 304', async () => {
    await create('still', { Cmd: ['sleep', '100'] });
    expect((await post(daemon.socket, '/containers/still/stop')).status).toBe(304);
    expect((await startIt('still')).status).toBe(204);
    expect((await startIt('still')).status).toBe(304);
    expect((await removeIt('still')).status).toBe(204);
    expect((await removeIt('still')).status).toBe(404);
  });

  test('change once, whoever asks at the same time', async () => {
    await create('race', { Cmd: ['sleep', '100'] });
    const starts = await Promise.all(Array.from({ length: 8 }, () => startIt('race')));
    expect(starts.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(7).fill(304)]);
    const removals = await Promise.all(Array.from({ length: 4 }, () => removeIt('race')));
    expect(removals.filter(({ status }) => status === 204).length).toBeGreaterThanOrEqual(1);
    expect((await get('/containers/race/json')).status).toBe(404);
  });

  test('are waited for, under all three conditions', async () => {
    await create('wait', { Cmd: ['sh', '-c', 'read x; exit 6'], OpenStdin: true, StdinOnce: true });
    const now = await post(daemon.socket, '/containers/wait/wait');
    expect(json(now)).toEqual({ StatusCode: 0 });
    const next = post(daemon.socket, '/containers/wait/wait?condition=next-exit');
    const removed = post(daemon.socket, '/containers/wait/wait?condition=removed');
    await startIt('wait');
    const input = await attach('wait', 'stdin=1&stream=1');
    input.send('go\n');
    expect(json(await next)).toEqual({ StatusCode: 6 });
    await removeIt('wait');
    expect(json(await removed)).toEqual({ StatusCode: 6 });
    await input.ends();
    const wrong = await post(daemon.socket, '/containers/wait/wait?condition=odd');
    expect(wrong.status).toBe(400);
  });

  test('are not waited for when the client has gone', async () => {
    await create('left', { Cmd: ['sleep', '100'] });
    await startIt('left');
    const waiting = new RawConnection(daemon.socket);
    waiting.send('POST /containers/left/wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await waiting.sees('200 OK');
    const { turns } = daemon.engine.find('left');
    expect(turns.size).toBe(1);
    const closed = new Promise((resolve) => waiting.socket.once('close', resolve));
    waiting.socket.destroy();
    await closed;
    while (turns.size > 0) await new Promise((resolve) => setImmediate(resolve));
    await removeIt('left');
  });
});

/** Attaches by Docker's upgrade, and waits until that is answered. */
async function attach(name: string, query: string): Promise<RawConnection> {
  const connection = new RawConnection(daemon.socket);
  connection.send(
    `POST /v1.51/containers/${name}/attach?${query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
  );
  const answer = await connection.sees('\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n/);
  return connection;
}

describe('attach', () => {
  test('gives frames that name their stream, and the end of the output', async () => {
    await create('frames', { Cmd: ['sh', '-c', 'echo out; echo err >&2'] });
    const connection = await attach('frames', 'stdout=1&stderr=1&stream=1');
    await startIt('frames');
    const text = (await connection.ends()).toString('latin1');
    expect(text).toContain('Content-Type: application/vnd.docker.multiplexed-stream\r\n');
    expect(text).toContain('\x01\0\0\0\0\0\0\x04out\n');
    expect(text).toContain('\x02\0\0\0\0\0\0\x04err\n');
    await removeIt('frames');
  });

  test("ends the program's input when the client closes its half, and sends output after that", async () => {
    const config = {
      Cmd: ['sh', '-c', 'cat; echo after'],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
    };
    await create('half', config);
    const connection = await attach('half', 'stdin=1&stdout=1&stream=1');
    connection.send('typed\n');
    connection.socket.end();
    await startIt('half');
    const text = (await connection.ends()).toString('latin1');
    expect(text).toContain('typed\n');
    expect(text).toContain('after\n');
    await removeIt('half');
  });

  test("ends the program's input when the connection is cut", async () => {
    const config = {
      Cmd: ['sh', '-c', 'cat >/dev/null; exit 8'],
      OpenStdin: true,
      StdinOnce: true,
    };
    await create('cut', config);
    await startIt('cut');
    const exited = post(daemon.socket, '/containers/cut/wait?condition=next-exit');
    const connection = await attach('cut', 'stdin=1&stream=1');
    connection.socket.destroy();
    expect(json(await exited)).toEqual({ StatusCode: 8 });
    await removeIt('cut');
  });

  test('works without an upgrade, as old clients do it', async () => {
    const config = { Cmd: ['cat'], OpenStdin: true, StdinOnce: true };
    await create('old', config);
    await startIt('old');
    const connection = new RawConnection(daemon.socket);
    connection.send(
      'POST /v1.24/containers/old/attach?stdin=1&stdout=1&stream=1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: old\r\nContent-Length: 0\r\n\r\n',
    );
    await connection.sees(
      'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\nX-Request-Id: old\r\n\r\n',
    );
    connection.send('GET / HTTP/1.1\r\n\r\n');
    await connection.sees('\x01\0\0\0\0\0\0\x12GET / HTTP/1.1\r\n\r\n');
    connection.socket.end();
    await connection.ends();
    await removeIt('old');
  });

  test('shows what was written before, when asked', async () => {
    await create('past', { Cmd: ['sh', '-c', 'echo early; sleep 100'] });
    const first = await attach('past', 'stdout=1&stream=1');
    await startIt('past');
    await first.sees('early\n');
    const second = await attach('past', 'stdout=1&logs=1&stream=1');
    await second.sees('early\n');
    const third = await attach('past', 'stdout=1&stream=1');
    await removeIt('past');
    expect((await third.ends()).toString()).not.toContain('early');
    await Promise.all([first.ends(), second.ends()]);
  });

  test('of several clients gives each everything', async () => {
    await create('many', { Cmd: ['seq', '1', '20000'] });
    const clients = await Promise.all(
      Array.from({ length: 5 }, () => attach('many', 'stdout=1&stream=1')),
    );
    await startIt('many');
    const received = await Promise.all(clients.map((client) => client.ends()));
    for (const bytes of received) {
      expect(payloadOf(bytes)).toBe(
        Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join(''),
      );
    }
    await removeIt('many');
  });
});

/** Takes the headers and the frames off a multiplexed answer. */
function payloadOf(bytes: Buffer): string {
  const pieces: string[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at + 4);
    pieces.push(bytes.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return pieces.join('');
}

describe('logs', () => {
  test('wait for a slow reader, and lose nothing', async () => {
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    await create('flood', { Cmd: ['sh', '-c', 'yes 0123456789 | head -c 20000000'] });
    await startIt('flood');
    const reader = new RawConnection(daemon.socket);
    reader.socket.pause();
    // HTTP 1.0 has no chunks in the way of the frames.
    reader.send('GET /containers/flood/logs?stdout=1&follow=1 HTTP/1.0\r\n\r\n');
    const exit = await post(daemon.socket, '/containers/flood/wait');
    expect(json(exit)).toEqual({ StatusCode: 0 });
    const memory = process.memoryUsage().arrayBuffers - before;
    expect(memory).toBeLessThan(100_000_000);
    reader.socket.resume();
    const bytes = await reader.ends();
    expect(payloadOf(bytes) === '0123456789\n'.repeat(2_000_000).slice(0, 20_000_000)).toBe(true);
    await removeIt('flood');
  });
});

describe('the socket', () => {
  test('is for root and the group only', () => {
    expect(lstatSync(daemon.socket).mode & 0o777).toBe(0o660);
  });

  test('of a living daemon, or another file, is left alone', async () => {
    const inUse = { code: 'API_SOCKET_IN_USE' };
    await expect(ApiListener.open(daemon.socket, '0')).rejects.toMatchObject(inUse);
    const path = join(daemon.root, 'file');
    writeFileSync(path, 'mine');
    await expect(ApiListener.open(path, '0')).rejects.toMatchObject(inUse);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await get('/_ping')).status).toBe(200);
  });

  test('that a killed daemon left is taken over', async () => {
    const path = join(daemon.root, 'dead.sock');
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', program]).signal).toBe('SIGKILL');
    const listener = await ApiListener.open(path, '0');
    expect((await ask(path, { path: '/_ping' })).body).toBe('OK');
    await listener.close();
  });
});
