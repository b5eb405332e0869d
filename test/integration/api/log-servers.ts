import { rmSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server of a log protocol over connections, in the test's own process. */
export interface LogServer {
  /** What each connection has brought, in their order. */
  readonly connections: () => readonly string[];
  readonly port: () => number;
  /** `false`: it takes connections, and reads nothing. */
  reads: boolean;
  /** Goes on to read what was not. */
  resume(): void;
  /** Goes, with its connections. */
  stop(): Promise<void>;
}

/** @param place a path, or 0 for a port of 127.0.0.1 */
export async function startLogServer(place: string | 0, tls?: TlsOptions): Promise<LogServer> {
  const sockets: { readonly socket: Socket; readonly chunks: Buffer[] }[] = [];
  const take = (socket: Socket): void => {
    const chunks: Buffer[] = [];
    sockets.push({ socket, chunks });
    socket.on('error', () => undefined);
    if (server.reads) socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  };
  const listener: Server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  const server: LogServer = {
    connections: () => sockets.map(({ chunks }) => Buffer.concat(chunks).toString()),
    port: () => (listener.address() as AddressInfo).port,
    reads: true,
    resume: () => {
      server.reads = true;
      for (const { socket, chunks } of sockets)
        socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    },
    stop: () =>
      new Promise((resolve) => {
        for (const { socket } of sockets) socket.destroy();
        listener.close(() => {
          resolve();
        });
        if (place !== 0) rmSync(place, { force: true });
      }),
  };
  await new Promise<void>((resolve) => {
    if (place === 0) listener.listen(0, '127.0.0.1', resolve);
    else listener.listen(place, resolve);
  });
  return server;
}
