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
    `GET /_ping HTTP/1.1\r\nHost: d\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
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
