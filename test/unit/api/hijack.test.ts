import { expect, test } from 'vitest';

import { quietAfterHeaders } from '../../../runtime/api/http/hijack.ts';

test.each([
  ['docker-sdk-python/7.1.0', 30],
  ['docker-compose/1.29.2 docker-py/5.0.3 Linux/6.1.0', 30],
  ['Docker-Client/20.10.24 (linux)', 0],
  [undefined, 0],
])('a client called %s has %d milliseconds to read its headers', (agent, milliseconds) => {
  expect(quietAfterHeaders(agent === undefined ? {} : { 'user-agent': agent })).toBe(milliseconds);
});
