import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask, post, RawConnection } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
});
afterAll(() => daemon.destroy());

const head = 'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n';

test.each([
  ['no request at all', 'ODD\r\n\r\n', 400],
  [
    'headers without end',
    `GET /_ping HTTP/1.1\r\nHost: d\r\nX: ${'x'.repeat(1024 * 1024 + 1024)}\r\n\r\n`,
    431,
  ],
  ['a body in odd pieces', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
])('%s is answered as other errors are', async (_what, text, status) => {
  const connection = new RawConnection(daemon.socket);
  connection.send(text);
  const answer = (await connection.ends()).toString();
  const [lines = '', body = ''] = answer.split('\r\n\r\n');
  expect(lines).toContain(`HTTP/1.1 ${status} `);
  const { code, requestId } = JSON.parse(body) as Record<string, unknown>;
  expect(code).toBe('API_REQUEST_INVALID');
  expect(lines).toContain(`X-Request-Id: ${String(requestId)}`);
  expect(daemon.problems).toEqual([]);
});

test('a path that is not clean leads to the one that is, as in Docker', async () => {
  const [list, creation, clean] = await Promise.all([
    ask(daemon.socket, { path: '//containers/json?all=1' }),
    post(daemon.socket, '/v1.51/containers/../containers//create', { Image: 'none' }),
    ask(daemon.socket, { path: '/containers/json?all=1' }),
  ]);
  const places = [list, creation].map(({ status, headers }) => [status, headers['location']]);
  expect(places).toEqual([
    [301, '/containers/json?all=1'],
    [301, '/v1.51/containers/create'],
  ]);
  expect([list.body, clean.body]).toEqual(['', '[]\n']);
});

/** Sends texts on one connection, each when the answer to the one before is there; gives what came of all. */
async function talk(...steps: readonly (readonly [send: string, sees: string])[]): Promise<string> {
  const connection = new RawConnection(daemon.socket);
  let seen = '';
  for (const [text, wanted] of steps) {
    connection.send(text);
    seen = await connection.sees(wanted);
  }
  connection.socket.destroy();
  return seen;
}

const creation = '{"Image":"none:1"}';
const ofLength = `Content-Length: ${creation.length}\r\n`;
const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n';
const noImage = 'No such image: none:1';

/** As Go's net/http, which dockerd stands on, answers them; the second ping shows that the connection stays. */
test.each([
  ['in absolute form', `GET http://docker/v1.51/_ping?x=/ HTTP/1.1\r\nHost: x\r\n\r\n`, 'OK'],
  [
    'in absolute form without a path',
    'OPTIONS http://docker HTTP/1.1\r\nHost: x\r\n\r\n',
    ' 200 OK',
  ],
  ['for a route with OPTIONS', 'OPTIONS /v1.51/images/json HTTP/1.1\r\nHost: x\r\n\r\n', ' 200 OK'],
  ['with a header of 500 KB', `${ping}X-Registry-Auth: ${'a'.repeat(500_000)}\r\n\r\n`, 'OK'],
  [
    'with a URL of 100 KB',
    `GET /images/json?x=${'a'.repeat(100_000)} HTTP/1.1\r\nHost: d\r\n\r\n`,
    '[]',
  ],
  ['with a body that nobody wants', `${ping}Content-Length: 5\r\n\r\nhello`, 'OK'],
  [
    'in chunks with extensions and trailers',
    `${head}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2;a=b\r\n{"\r\n` +
      `${(creation.length - 2).toString(16)}\r\n${creation.slice(2)}\r\n0\r\nX-Sum: 1\r\n\r\n`,
    noImage,
  ],
  [
    'that would rather have another protocol where there is none',
    `${head}${ofLength}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n${creation}`,
    noImage,
  ],
  [
    'asking for tcp where there is none',
    `${ping}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
    'OK',
  ],
])('a request %s is answered, and the connection stays', async (_what, text, wanted) => {
  const seen = await talk([text, wanted], [`${ping}X-Request-Id: the-last\r\n\r\n`, 'the-last']);
  expect(seen).toContain(wanted);
  // What Node.js would say of it by itself.
  expect(seen).not.toMatch(/^(?:Connection|Keep-Alive):/im);
});

test('requests in one piece are answered in their order', async () => {
  const posted = `${head}${ofLength}\r\n${creation}`;
  const all = `${ping}\r\n${posted}GET /nowhere HTTP/1.1\r\nHost: d\r\n\r\n${ping}\r\n`;
  const seen = await talk([all, 'page not found'], [`${ping}\r\n`, 'OK']);
  const statuses = [...seen.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses.slice(0, 3)).toEqual(['200', '404', '404']);
  expect(seen.indexOf(noImage)).toBeLessThan(seen.indexOf('page not found'));
});

test('a client that asks whether to go on is told so, before its body comes', async () => {
  const seen = await talk(
    [`${head}${ofLength}Expect: 100-continue\r\n\r\n`, 'HTTP/1.1 100 Continue\r\n\r\n'],
    [creation, noImage],
  );
  expect(seen).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 404 /);
});

test('Connection: close ends the connection with the answer', async () => {
  const connection = new RawConnection(daemon.socket);
  connection.send(`${ping}Connection: close\r\n\r\n`);
  const answer = (await connection.ends()).toString();
  expect(answer).toMatch(/ 200 OK\r\n[^]*Connection: close\r\n(?:[^]*\r\n)?\r\nOK$/);
});

const older = 'HTTP/1.0\r\nX-Request-Id: it\r\n';

/** As Go's net/http, by which dockerd answers. */
test.each([
  ['a path', `GET /_ping ${older}\r\n`, '200 OK', /\r\n\r\nOK$/],
  ['an error', `GET /none ${older}Connection: close\r\n\r\n`, '404 Not Found', /page not found/],
  ['a stream', `GET /events?until=1 ${older}Connection: keep-alive\r\n\r\n`, '200 OK', /\r\n\r\n$/],
])('%s is answered in HTTP/1.0, which ends the connection', async (_what, text, status, body) => {
  const connection = new RawConnection(daemon.socket);
  connection.send(text);
  const answer = (await connection.ends()).toString();
  expect(answer.startsWith(`HTTP/1.0 ${status}\r\n`)).toBe(true);
  expect(answer).not.toMatch(/^(?:Connection|Keep-Alive|Transfer-Encoding):/im);
  expect(answer).toMatch(body);
});

test('a connection of HTTP/1.0 is kept when the client asks for it', async () => {
  const kept = (path: string): string => `${path} ${older}Connection: Keep-Alive\r\n\r\n`;
  const connection = new RawConnection(daemon.socket);
  connection.send(kept('HEAD /_ping') + kept('GET /none') + `GET /_ping ${older}\r\n`);
  const answers = (await connection.ends()).toString();
  expect(answers.match(/^HTTP\/.*$/gm)).toEqual([
    'HTTP/1.0 200 OK',
    'HTTP/1.0 404 Not Found',
    'HTTP/1.0 200 OK',
  ]);
  expect(answers.match(/^Connection: .*$/gm)).toEqual(Array(2).fill('Connection: keep-alive'));
});

/** Connections to the daemon that are open, at its side or at the other (/proc/net/unix: state 3 is connected). */
function openConnections(): number {
  const rows = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return rows.filter((row) => row.endsWith(` ${daemon.socket}`) && / 03 +\d+ \//.test(row)).length;
}

const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
const jsonType = 'Content-Type: application/json\r\n';

/** Where a connection could have become another protocol's, and did not. */
const refusals = [
  `POST /exec/none/start HTTP/1.1\r\nHost: d\r\n${jsonType}${upgrade}Content-Length: 2\r\n\r\n{}`,
  `POST /containers/none/attach?stream=1 HTTP/1.1\r\nHost: d\r\n${upgrade}\r\n`,
  'POST /containers/none/attach?stream=1 HTTP/1.1\r\nHost: d\r\n\r\n',
  `GET /containers/none/attach/ws HTTP/1.1\r\nHost: d\r\n${upgrade}\r\n`,
];

test('of what was refused an upgrade nothing stays, whatever the client still sends', async () => {
  await expect.poll(openConnections, { timeout: 10_000 }).toBe(0);
  for (const refusal of refusals) {
    const connection = new RawConnection(daemon.socket);
    connection.send(refusal);
    await connection.sees('HTTP/1.1 4');
    // As whoever types before the answer is there.
    connection.send('typed too early\n');
    connection.socket.end();
    await expect.poll(openConnections, { timeout: 10_000 }).toBe(0);
    connection.socket.destroy();
  }
});

test('a client that keeps such a connection open keeps no daemon from ending', async () => {
  const kept = refusals.map((refusal) => {
    const connection = new RawConnection(daemon.socket);
    connection.send(refusal);
    return connection;
  });
  for (const connection of kept) await connection.sees('HTTP/1.1 4');
  await daemon.down();
  for (const connection of kept) connection.socket.destroy();
  await daemon.up();
});

test('what comes on a connection before the last answer waits for it, as with dockerd', async () => {
  const name = 'one-after-the-other';
  const asked = [
    `POST /volumes/create HTTP/1.1\r\nHost: d\r\n${jsonType}Content-Length: ${name.length + 11}\r\n\r\n{"Name":"${name}"}`,
    `GET /volumes/${name} HTTP/1.1\r\nHost: d\r\n\r\n`,
    `DELETE /volumes/${name} HTTP/1.1\r\nHost: d\r\n\r\n`,
    'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n',
  ];
  const connection = new RawConnection(daemon.socket);
  connection.send(asked.join(''));
  const answers = (await connection.ends()).toString().matchAll(/HTTP\/1\.1 (\d+) /g);
  expect(Array.from(answers, ([, status]) => status)).toEqual(['201', '200', '204', '200']);
});

test('a wish for an upgrade before the last answer costs the connection, and no daemon', async () => {
  for (const after of [...refusals.filter((each) => each.includes(upgrade)), 'ODD\r\n\r\n']) {
    const connection = new RawConnection(daemon.socket);
    connection.send(`GET /events HTTP/1.1\r\nHost: d\r\n\r\n${after}`);
    await connection.ends();
    expect(await ask(daemon.socket, { path: '/_ping' })).toMatchObject({ status: 200 });
  }
  await expect.poll(openConnections, { timeout: 10_000 }).toBe(0);
  expect(daemon.problems).toEqual([]);
});

test('what is left of a body when all is said hides neither the next request nor the client that goes', async () => {
  const load = (bytes: number): string =>
    `POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(300_000)}`;
  const connection = new RawConnection(daemon.socket);
  connection.send(load(300_000));
  await connection.sees('checksum');
  connection.send('GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  expect((await connection.ends()).toString()).toMatch(/\r\n\r\nOK$/);
  const leaving = new RawConnection(daemon.socket);
  leaving.send(load(100_000_000));
  await leaving.sees('checksum');
  leaving.socket.destroy();
  await expect.poll(openConnections, { timeout: 10_000 }).toBe(0);
});

test('more clients than Node waits for by itself may come at once', async () => {
  // Nobody is taken before all have come: this is one turn of the daemon's loop, too.
  const crowd = Array.from({ length: 1000 }, () => new RawConnection(daemon.socket));
  await Promise.all(crowd.map(({ socket }) => once(socket, 'connect')));
  for (const { socket } of crowd) socket.destroy();
  await expect.poll(openConnections, { timeout: 10_000 }).toBe(0);
});
