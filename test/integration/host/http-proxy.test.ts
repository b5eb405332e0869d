import { readFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import type { HttpRequest } from '../../../runtime/host/http-request.ts';
import type { ProxySettings } from '../../../runtime/host/http-proxy.ts';
import { makeCertificate, startServer } from '../registry/support.ts';
import { startProxyServer } from './proxy-server.ts';

const common = { headTimeoutMs: 5_000, idleTimeoutMs: 5_000, certificates: 'none' } as const;

function connections(proxies: ProxySettings): HttpConnections {
  const made = new HttpConnections(proxies);
  onTestFinished(() => {
    made.close();
  });
  return made;
}

async function text(
  client: HttpConnections,
  url: string,
  more: Partial<HttpRequest> = {},
): Promise<string> {
  const request = { url: new URL(url), method: 'GET', ...common, ...more } as const;
  const { status, body } = await client.request(request);
  return `${status} ${(await body.toArray()).join('')}`;
}

/** A server on loopback that answers over https. Returns its host and port. */
async function startSecureServer(): Promise<string> {
  const { certificate, key } = await makeCertificate();
  const server = createSecureServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, response) => {
      response.end(`secure ${request.url ?? ''}`);
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a proxy', () => {
  test('of http gets the whole URL, and the user of its own URL', async () => {
    const origin = await startServer((request, response) => {
      response.end(`plain ${request.url ?? ''} ${request.headers.host ?? ''}`);
    });
    const hosts = { 'registry.test:5000': origin };
    const proxy = await startProxyServer({ hosts, user: 'ann:p@ss word' });
    const client = connections({ httpProxy: `http://ann:p%40ss%20word@${proxy.host}` });
    expect(await text(client, 'http://registry.test:5000/v2/?n=1')).toBe(
      '200 plain /v2/?n=1 registry.test:5000',
    );
    expect(proxy.requests).toEqual([
      { line: 'GET http://registry.test:5000/v2/?n=1', user: 'ann:p@ss word' },
    ]);
  });

  test('of https is asked to connect, once for a kept connection', async () => {
    const hosts = { 'registry.test:443': await startSecureServer() };
    const proxy = await startProxyServer({ hosts, user: 'ann:secret' });
    const client = connections({ httpsProxy: `http://ann:secret@${proxy.host}` });
    expect(await text(client, 'https://registry.test/v2/')).toBe('200 secure /v2/');
    expect(await text(client, 'https://registry.test/v2/again')).toBe('200 secure /v2/again');
    expect(proxy.requests).toEqual([{ line: 'CONNECT registry.test:443', user: 'ann:secret' }]);
  });

  test('lets bodies through, also streamed ones', async () => {
    const origin = await startServer((request, response) => {
      void request.toArray().then((parts) => response.end(parts.join('').toUpperCase()));
    });
    const proxy = await startProxyServer({ hosts: { 'registry.test': origin } });
    const client = connections({ httpProxy: proxy.host });
    const body = {
      open: async function* () {
        await Promise.resolve();
        yield Buffer.from('one ');
        yield Buffer.from('two');
      },
      sizeBytes: 7,
    };
    expect(await text(client, 'http://registry.test/', { method: 'PUT', body })).toBe(
      '200 ONE TWO',
    );
  });

  test('that refuses is an error that does not tell its password', async () => {
    const proxy = await startProxyServer({ hosts: {}, user: 'ann:secret' });
    const client = connections({ httpsProxy: `http://ann:wrong-password@${proxy.host}` });
    const failed = text(client, 'https://registry.test/');
    await expect(failed).rejects.toThrow(/407/);
    await expect(failed).rejects.not.toThrow(/wrong-password/);
  });

  test('is not asked for what noProxy names, nor for loopback', async () => {
    const origin = await startServer((_request, response) => response.end('direct'));
    const proxy = await startProxyServer({ hosts: {} });
    const client = connections({ httpProxy: `http://${proxy.host}`, noProxy: 'registry.test' });
    expect(await text(client, `http://${origin}/`)).toBe('200 direct');
    // Directly there is no such host.
    await expect(text(client, 'http://registry.test/')).rejects.toThrow(/registry\.test/);
    expect(proxy.requests).toEqual([]);
  });
});
