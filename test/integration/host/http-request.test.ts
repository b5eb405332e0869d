import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import type { HttpRequest, HttpResponse } from '../../../runtime/host/http-request.ts';
import { startServer } from '../registry/support.ts';

const chunk = Buffer.alloc(64 * 1024, 'x');

function send(host: string, request: Partial<HttpRequest>): Promise<HttpResponse> {
  const connections = new HttpConnections();
  onTestFinished(() => {
    connections.close();
  });
  return connections.request({
    url: new URL(`http://${host}/`),
    method: 'GET',
    headTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    certificates: 'none',
    ...request,
  });
}

const textOf = async ({ body }: HttpResponse): Promise<string> => (await body.toArray()).join('');

/** A body of many chunks, and how many of them were read. */
function manyChunks(count: number): { body: NonNullable<HttpRequest['body']>; read: () => number } {
  let read = 0;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (; read < count; read += 1) {
      await Promise.resolve();
      yield chunk;
    }
  };
  return { body: { open, sizeBytes: count * chunk.byteLength }, read: () => read };
}

describe('a request', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)('by %s', async (method) => {
    const host = await startServer((request, response) => {
      response.end(`${request.method ?? ''} ${request.headers['content-length'] ?? 'no length'}`);
    });
    const body = method === 'GET' || method === 'DELETE' ? undefined : 'four';
    const expected = body === undefined ? 'no length' : '4';
    expect(await textOf(await send(host, { method, body }))).toBe(`${method} ${expected}`);
  });

  test('by HEAD has the length, and no body', async () => {
    const host = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1234 }).end();
    });
    const response = await send(host, { method: 'HEAD' });
    expect(response.headers['content-length']).toBe('1234');
    expect(await textOf(response)).toBe('');
  });
});

describe('a streamed body', () => {
  test.each([
    ['with its length', 5, '327680 undefined'],
    ['in chunks, when nobody knows its length', undefined, '327680 chunked'],
  ])('is sent %s', async (_name, chunks, expected) => {
    const host = await startServer((request, response) => {
      let received = 0;
      request.on('data', (part: Buffer) => (received += part.byteLength));
      request.on('end', () => response.end(`${received} ${request.headers['transfer-encoding']}`));
    });
    const { body } = manyChunks(5);
    const sent =
      typeof body === 'object' && 'open' in body && chunks === undefined
        ? { open: body.open, sizeBytes: undefined }
        : body;
    expect(await textOf(await send(host, { method: 'PUT', body: sent }))).toBe(expected);
  });

  test('is read no faster than it is taken, and the wait has an end', async () => {
    const host = await startServer(() => {
      // Takes nothing, and says nothing.
    });
    const { body, read } = manyChunks(2_000);
    await expect(send(host, { method: 'PUT', body, idleTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('did not take more within 200 ms') as unknown,
    });
    // The kernel's buffers take some of the 125 MiB.
    expect(read()).toBeLessThan(1_000);
  });

  test('is given up when the answer comes early, which is the answer', async () => {
    const host = await startServer((_request, response) => {
      response.writeHead(413).end('too much');
    });
    const { body, read } = manyChunks(20_000);
    const response = await send(host, { method: 'PUT', body });
    expect(response.status).toBe(413);
    expect(await textOf(response)).toBe('too much');
    expect(read()).toBeLessThan(20_000);
  });

  test('that cannot be read ends the request with its error', async () => {
    const host = await startServer((request) => request.resume());
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(chunk);
      throw new Error('the disk is broken');
    };
    const body = { open, sizeBytes: 1_000_000 };
    await expect(send(host, { method: 'PUT', body })).rejects.toThrow('the disk is broken');
  });

  test('stops with the signal', async () => {
    const stop = new AbortController();
    const host = await startServer((request) => {
      request.once('data', () => {
        stop.abort(new Error('enough'));
      });
    });
    const { body } = manyChunks(20_000);
    const failed = send(host, { method: 'PUT', body, signal: stop.signal });
    await expect(failed).rejects.toThrow('enough');
  });

  test.each([
    ['PUT', 'is sent again', 2],
    ['PATCH', 'which adds to something, is not sent again', 1],
  ] as const)(
    'by %s %s when a kept connection turns out to be closed',
    async (method, _what, expected) => {
      let connections = 0;
      const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
      const server = createTcpServer((socket) => {
        const isFirst = (connections += 1) === 1;
        let requests = 0;
        socket.on('error', () => undefined);
        socket.on('data', (data) => {
          if (!/^(?:GET|PUT|PATCH)/.test(data.toString('latin1'))) return;
          requests += 1;
          if (isFirst && requests > 1) socket.resetAndDestroy();
          else socket.write(answer);
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => {
        server.close();
      });
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const client = new HttpConnections();
      onTestFinished(() => {
        client.close();
      });
      const common = { headTimeoutMs: 5_000, idleTimeoutMs: 5_000, certificates: 'none' } as const;
      const url = new URL(`http://${host}/`);
      await textOf(await client.request({ url, method: 'GET', ...common }));
      const { body } = manyChunks(1);
      const sent = client.request({ url, method, body, ...common });
      if (method === 'PUT') (await sent).body.destroy();
      else await expect(sent).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(connections).toBe(expected);
    },
  );
});
