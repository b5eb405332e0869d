import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What TLS is told. */
export interface TlsFiles {
  /** PEM texts. Authorities count besides those of the host. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether the server has to prove who it is. */
  readonly verifies: boolean;
}

/** Where to connect to. */
export type StreamPlace =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly tls?: TlsFiles | undefined };

/** A server of TLS 1.3 that sends no tickets is taken to be content after so long. */
const contentAfterMs = 1000;

/** Connects; rejects with the system's error. The connection does not keep the process from ending. */
export async function connectStream(place: StreamPlace, timeoutMs: number): Promise<Socket> {
  const tls = 'host' in place ? place.tls : undefined;
  if (tls === undefined) return connected(connect(place), 'connect', timeoutMs);
  const socket = await startTls(place, tls);
  await connected(socket, 'secureConnect', timeoutMs);
  await isContent(socket);
  return socket;
}

/** Resolves with the socket upon its event. */
function connected(socket: Socket, event: string, timeoutMs: number): Promise<Socket> {
  // An error that comes between this and the caller's own listener must not end the process.
  socket.on('error', () => undefined);
  socket.unref();
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once('error', fail);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/**
 * With TLS 1.3 a client is connected before the server has looked at the client's certificate (RFC 8446, section 4.4): what is sent to
 * one that then says no is lost. A server that says yes sends a ticket, as a rule.
 *
 * @throws the server's refusal
 */
function isContent(socket: TLSSocket): Promise<void> {
  if (socket.getProtocol() !== 'TLSv1.3') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      socket.off('session', settleWell).off('error', settle).off('close', settleClosed);
      if (error === undefined) resolve();
      else reject(error);
    };
    const settleWell = (): void => {
      settle();
    };
    const settleClosed = (): void => {
      settle(new Error('the server closed the connection'));
    };
    const timer = setTimeout(settleWell, contentAfterMs);
    socket.once('session', settleWell).once('error', settle).once('close', settleClosed);
    // What the server sends has to be read for it to be seen.
    socket.resume();
  });
}

/** TLS is loaded for those alone who ask for it. */
async function startTls(place: StreamPlace, files: TlsFiles): Promise<TLSSocket> {
  const [{ connect: connectTls }, { secureContextOf }] = await Promise.all([
    import('node:tls'),
    import('./tls-trust.ts'),
  ]);
  const { ca, cert: certificate, key, verifies } = files;
  if ((certificate === undefined) !== (key === undefined))
    throw new Error('a client certificate needs its key, and a key its certificate');
  const host = 'host' in place ? place.host : '';
  const isName = !/^[\d.]+$|:/.test(host);
  return connectTls({
    ...place,
    secureContext: secureContextOf({
      authorities: ca === undefined ? [] : [ca],
      clients: certificate === undefined || key === undefined ? [] : [{ certificate, key }],
    }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: verifies,
    ...(isName && { servername: host }),
  });
}
