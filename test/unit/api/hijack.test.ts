import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';

import { quietAfterHeaders } from '../../../runtime/api/http/hijack.ts';
import { takeWebSocket } from '../../../runtime/api/http/websocket.ts';

test.each([
  ['docker-sdk-python/7.1.0', 30],
  ['docker-compose/1.29.2 docker-py/5.0.3 Linux/6.1.0', 30],
  ['Docker-Client/20.10.24 (linux)', 0],
  [undefined, 0],
])('a client called %s has %d milliseconds to read its headers', (agent, milliseconds) => {
  expect(quietAfterHeaders(agent === undefined ? {} : { 'user-agent': agent })).toBe(milliseconds);
});

test('no WebSocket is waited for that a client wants who has left', async () => {
  const connection = new Socket();
  const request = new IncomingMessage(connection);
  request.method = 'GET';
  request.headers = {
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  const response = new ServerResponse(request);
  response.assignSocket(connection);
  const upgrade = { connection, head: Buffer.alloc(0) };
  connection.destroy();
  await once(connection, 'close');
  const taking = takeWebSocket({ request, response, upgrade, id: '1' }, 'binary');
  await expect(taking).rejects.toThrow('not websocket protocol');
});
