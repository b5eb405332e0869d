import { chmod, chown, lstat, orIfMissing } from './files.ts';
import { connectUnix } from './sockets.ts';

/** What is at a socket's path. `dead`: a socket that nobody listens on any more. */
export type SocketPlace = 'free' | 'dead' | 'alive' | 'other';

/** Looks at what is at a path where a socket is to be. */
export async function inspectSocketPlace(path: string): Promise<SocketPlace> {
  const found = await orIfMissing(lstat(path), undefined);
  if (found === undefined) return 'free';
  if (!found.isSocket()) return 'other';
  const socket = await connectUnix(path);
  socket?.destroy();
  return socket === undefined ? 'dead' : 'alive';
}

/** Who may connect. */
export interface SocketAccess {
  /** Permission bits: connecting needs write permission (unix(7)). */
  readonly mode: number;
  readonly gid: number;
}

/** Lets a group connect. Until this is done only root may, so nobody slips in. */
export async function openSocketTo(path: string, access: SocketAccess): Promise<void> {
  await chown(path, 0, access.gid);
  await chmod(path, access.mode);
}
