import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../support/fault.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';

const body = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const upstream = createServer((incoming, response) => {
  if (incoming.url === '/chunked') response.write(body.subarray(0, 10));
  else response.setHeader('content-length', body.byteLength);
  incoming.resume().on('end', () => response.end(incoming.url === '/chunked' ? 'x' : body));
});
let proxy: FaultProxy;

beforeAll(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  proxy = await FaultProxy.start(`127.0.0.1:${(upstream.address() as AddressInfo).port}`);
});
afterEach(() => {
  proxy.script = {};
  proxy.reset();
});
afterAll(async () => {
  agent.destroy();
  await proxy.stop();
  upstream.closeAllConnections();
  upstream.close();
});

interface Received {
  readonly status: number;
  readonly length: number;
  readonly retryAfter: string | undefined;
  readonly bytes: Buffer;
  readonly error: string | undefined;
}

/** An answer, or as much of it as comes; rejects when there is none. */
async function get(path: string, method = 'GET', signal?: AbortSignal): Promise<Received> {
  const message = request(`http://${proxy.host}${path}`, {
    method,
    agent,
    ...(signal && { signal }),
  });
  message.end(method === 'POST' ? 'something' : undefined);
  // What comes after the answer, such as a reset, is seen in its body.
  message.on('error', () => undefined);
  const [answer] = (await once(message, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  let error: string | undefined;
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch (problem) {
    error = (problem as NodeJS.ErrnoException).code;
  }
  const { statusCode: status = 0, headers } = answer;
  return {
    status,
    length: Number(headers['content-length']),
    retryAfter: headers['retry-after'],
    bytes: Buffer.concat(chunks),
    error,
  };
}

const inject = (fault: Fault): void => {
  proxy.script = { request: () => fault };
};

describe('the fault proxy', () => {
  test('passes on what has no fault, on one connection, and counts', async () => {
    const before = proxy.connections;
    for (const method of ['GET', 'POST', 'HEAD']) {
      const { bytes, status } = await get('/v2/blobs', method);
      expect(status).toBe(200);
      expect(bytes.equals(method === 'HEAD' ? Buffer.alloc(0) : body)).toBe(true);
    }
    expect((await get('/chunked')).bytes).toEqual(
      Buffer.concat([body.subarray(0, 10), Buffer.from('x')]),
    );
    expect(proxy.connections - before).toBeLessThanOrEqual(1);
    expect(proxy.requests.map((each) => [each.method, each.bodyBytes])).toMatchObject([
      ['GET', body.byteLength],
      ['POST', body.byteLength],
      ['HEAD', 0],
      ['GET', expect.any(Number) as unknown],
    ]);
    expect(proxy.requests.at(-1)?.priorOnConnection).toBeGreaterThanOrEqual(3);
    expect(proxy.bytesToClients).toBeGreaterThan(2 * body.byteLength);
    expect(proxy.bytesToRegistry).toBeGreaterThan(100);
  });

  test.each(['end', 'reset'] as const)('cuts (%s) at a part of the body', async (how) => {
    inject({ kind: 'cut', at: { part: 0.5 }, how });
    const { length, bytes, error } = await get('/');
    expect(length).toBe(body.byteLength);
    expect(error).toBe('ECONNRESET');
    expect(bytes.equals(body.subarray(0, body.byteLength / 2))).toBe(true);
    expect(proxy.bodyBytes()).toBe(body.byteLength / 2);
  });

  test('corrupts one byte', async () => {
    inject({ kind: 'corrupt', at: { bytes: 100_000 } });
    const { bytes } = await get('/');
    expect(bytes.byteLength).toBe(body.byteLength);
    expect([...bytes.entries()].filter(([i, byte]) => byte !== body[i])).toEqual([
      [100_000, (body[100_000] ?? 0) ^ 0xff],
    ]);
  });

  test('truncates, and says so, and goes on with the connection', async () => {
    inject({ kind: 'truncate', at: { bytes: 77 } });
    expect(await get('/')).toMatchObject({
      length: 77,
      bytes: body.subarray(0, 77),
      error: undefined,
    });
    proxy.script = {};
    expect((await get('/')).bytes.equals(body)).toBe(true);
    expect(proxy.requests.at(-1)?.priorOnConnection).toBeGreaterThan(0);
  });

  test('lies about the length', async () => {
    inject({ kind: 'lie', byBytes: 5 });
    expect(await get('/')).toMatchObject({
      length: body.byteLength + 5,
      bytes: body,
      error: 'ECONNRESET',
    });
    inject({ kind: 'lie', byBytes: -5 });
    expect(await get('/')).toMatchObject({
      length: body.byteLength - 5,
      bytes: body.subarray(0, -5),
    });
  });

  test('repeats bytes', async () => {
    inject({ kind: 'duplicate', at: { bytes: 65_530 }, bytes: 20 });
    const { bytes, length } = await get('/');
    const wanted = [body.subarray(0, 65_550), body.subarray(65_530)];
    expect(length).toBe(body.byteLength + 20);
    expect(bytes.equals(Buffer.concat(wanted))).toBe(true);
  });

  test('answers in the place of the server', async () => {
    inject({ kind: 'answer', status: 429, retryAfter: '7' });
    expect(await get('/', 'POST')).toMatchObject({ status: 429, retryAfter: '7' });
    expect(await get('/')).toMatchObject({ status: 429 });
    expect(proxy.bytesToRegistry).toBe(0);
  });

  test('slows down', async () => {
    inject({ kind: 'slow', bytesPerSecond: body.byteLength * 5 });
    const start = performance.now();
    expect((await get('/')).bytes.equals(body)).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(150);
  });

  test('hangs up, on a connection that has been used, too', async () => {
    await get('/');
    inject({ kind: 'hang-up' });
    await expect(get('/')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(proxy.requests.at(-1)?.priorOnConnection).toBeGreaterThan(0);
  });

  test.each([undefined, { bytes: 1000 }])('stalls until the client gives up (%o)', async (at) => {
    inject({ kind: 'stall', ...(at && { at }) });
    const stop = new AbortController();
    const answer = get('/', 'GET', stop.signal);
    await expect.poll(() => proxy.requests.at(-1)?.bodyBytes).toBe(at?.bytes ?? 0);
    stop.abort();
    if (at === undefined) await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    else
      expect(await answer).toMatchObject({
        bytes: body.subarray(0, 1000),
        error: expect.any(String) as unknown,
      });
  });

  test('resets and ignores connections', async () => {
    agent.destroy();
    proxy.script = { connection: () => 'reset' };
    await expect(get('/')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) as unknown });
    proxy.script = { connection: () => 'stall' };
    const stop = new AbortController();
    const seen = proxy.connections;
    const answer = get('/', 'GET', stop.signal);
    await expect.poll(() => proxy.connections).toBe(seen + 1);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(proxy.requests).toEqual([]);
  });
});
