import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { removeFile } from './files.ts';

/** A Unix socket that is listened on. */
export interface UnixListener {
  /** Takes no more connections, and removes the socket; those that are open go on. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket that only this user can connect to; one that a former process left gives way. Does not keep
 * the process from ending. Either side may end its half of a connection first.
 * @param path at most 107 bytes (unix(7)).
 */
export async function listenUnix(
  path: string,
  onConnection: (socket: Socket) => void,
): Promise<UnixListener> {
  await removeFile(path);
  const server = createServer({ allowHalfOpen: true }, onConnection);
  // Between bind(2) and chmod(2) the folder has to keep others out.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.unref();
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close();
        // Node.js removes the socket's file in the course of it; connections may live on.
        resolve();
      }),
  };
}
