import { once } from 'node:events';
import { createServer, request as startRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a `ProxyServer` was asked for. */
export interface ProxiedRequest {
  /** `CONNECT registry.test:443`, or `GET http://registry.test/`. */
  readonly line: string;
  /** Of the header Proxy-Authorization, decoded. */
  readonly user: string | undefined;
}

/** A proxy on loopback. */
export interface ProxyServer {
  readonly host: string;
  readonly requests: readonly ProxiedRequest[];
}

/** How `startProxyServer` goes about it. */
export interface ProxyServerOptions {
  /** Where hosts really are: `127.0.0.1:5000` for `registry.test:443`. The proxy knows no others. */
  readonly hosts: Readonly<Record<string, string>>;
  /** `user:password` that it wants. */
  readonly user?: string;
}

/** Starts a proxy (RFC 9110, sections 7.7 and 9.3.6) for one test: CONNECT, and requests with a whole URL. */
export async function startProxyServer({ hosts, user }: ProxyServerOptions): Promise<ProxyServer> {
  const requests: ProxiedRequest[] = [];
  const note = (line: string, header: string | undefined): boolean => {
    const given = header && Buffer.from(header.replace('Basic ', ''), 'base64').toString('utf8');
    requests.push({ line, user: given });
    return user === undefined || given === user;
  };
  const server = createServer((request, response) => {
    const target = request.url ?? '';
    const isKnown = note(
      `${request.method ?? ''} ${target}`,
      request.headers['proxy-authorization'],
    );
    const url = URL.canParse(target) ? new URL(target) : undefined;
    const place = url && hosts[url.host];
    if (!isKnown || url === undefined || place === undefined) {
      response.writeHead(isKnown ? 502 : 407).end();
      return;
    }
    const path = `${url.pathname}${url.search}`;
    const options = { method: request.method, headers: request.headers };
    const onward = startRequest(`http://${place}${path}`, options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, client) => {
    const target = request.url ?? '';
    const isKnown = note(`CONNECT ${target}`, request.headers['proxy-authorization']);
    const [host = '', port = ''] = (hosts[target] ?? '').split(':');
    client.on('error', () => undefined);
    if (!isKnown || port === '') {
      client.end(
        `HTTP/1.1 ${isKnown ? '502 Bad Gateway' : '407 Proxy Authentication Required'}\r\n\r\n`,
      );
      return;
    }
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
