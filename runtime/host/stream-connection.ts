import { connect, type Socket } from 'node:net';

/** What TLS is told. */
export interface TlsFiles {
  /** PEM texts. */
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

/** Connects; rejects with the system's error. The connection does not keep the process from ending. */
export async function connectStream(place: StreamPlace, timeoutMs: number): Promise<Socket> {
  const tls = 'host' in place ? place.tls : undefined;
  const socket = tls === undefined ? connect(place) : await startTls(place, tls);
  const event = tls === undefined ? 'connect' : 'secureConnect';
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

/** TLS is loaded for those alone who ask for it. */
async function startTls(place: StreamPlace, { verifies, ...files }: TlsFiles): Promise<Socket> {
  const { connect: connectTls } = await import('node:tls');
  const host = 'host' in place ? place.host : '';
  const isName = !/^[\d.]+$|:/.test(host);
  return connectTls({
    ...place,
    ...Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)),
    rejectUnauthorized: verifies,
    ...(isName && { servername: host }),
  });
}
