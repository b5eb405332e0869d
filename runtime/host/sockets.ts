import { connect, type Socket } from 'node:net';
import { hasErrno } from './files.ts';

/**
 * Connects to a Unix socket; `undefined` when nobody listens there (ENOENT, ECONNREFUSED).
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
      if (hasErrno(error, 'ENOENT', 'ECONNREFUSED')) resolve(undefined);
      else reject(error);
    });
  });
}

export type { Socket } from 'node:net';
