import type { FastifyInstance } from 'fastify';

import { BerthError } from '../errors/berth-error.ts';
import { removeFile } from '../host/files.ts';
import { inspectSocketPlace, openSocketTo } from '../host/unix-socket.ts';
import type { SocketAccess } from '../host/unix-socket.ts';

/** Where to listen, and for whom. */
export interface ListenOptions {
  readonly path: string;
  readonly access: SocketAccess;
}

/**
 * Lets a server listen on a Unix socket. A socket that a killed berthd left is replaced; one that somebody listens on,
 * or anything else at the path, is left alone.
 *
 * @throws API_SOCKET_IN_USE
 */
export async function listenOnSocket(
  server: FastifyInstance,
  { path, access }: ListenOptions,
): Promise<void> {
  const place = await inspectSocketPlace(path);
  if (place === 'alive') {
    throw new BerthError('API_SOCKET_IN_USE', {
      message: `another process listens on "${path}", wanted a free path`,
      remedy: 'Stop the other daemon, or choose another socket.',
      details: { path },
    });
  }
  if (place === 'other') {
    throw new BerthError('API_SOCKET_IN_USE', {
      message: `"${path}" is there and is no socket, wanted a free path`,
      remedy: 'Move it away, or choose another socket.',
      details: { path },
    });
  }
  if (place === 'dead') await removeFile(path);
  await server.listen({ path });
  await openSocketTo(path, access);
}
