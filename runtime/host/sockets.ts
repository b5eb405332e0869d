import { connect, type Socket } from 'node:net';
import { hasErrno } from './files.ts';

/**
 * Connects to a Unix socket; `undefined` when nobody listens there (ENOENT, ECONNREFUSED, ECONNRESET).
 * @param path at most 107 bytes (unix(7)).
 */
export function connectUnix(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      // ECONNRESET: who listened has ended before it took the connection.
      if (hasErrno(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET')) resolve(undefined);
      else reject(error);
    });
  });
}

export type { Server, Socket } from 'node:net';
