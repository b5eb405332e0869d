import { afterAll, beforeAll, expect, test } from 'vitest';

import { RawConnection } from './raw-http.ts';
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
