import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from './http.ts';

/** Where and how to listen. */
export interface WebServerOptions {
  /** An address, or a name that has one. */
  readonly host: string;
  /** 0 takes one that is free. */
  readonly port: number;
  /** PEM; without it plain http is spoken. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A web server that listens. */
export interface WebServer {
  /** `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Takes no more connections, and ends those that there are. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP/1.1 over TCP.
 *
 * @throws Node.js system errors: `EADDRINUSE`, `EADDRNOTAVAIL`, `ENOTFOUND`, `EACCES`; OpenSSL's for a bad certificate
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { host, port, tls, onRequest } = options;
  const server: Server =
    tls === undefined
      ? createServer(onRequest)
      : process
          .getBuiltinModule('node:https')
          .createServer({ cert: tls.certificate, key: tls.key }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // It listens on TCP, so its address is not a path.
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${name}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export type { IncomingMessage, ServerResponse } from 'node:http';
