import { lstat, orIfMissing, removeFile } from '../../runtime/host/files.ts';
import { socketState } from './socket-state.ts';

/**
 * Removes what a daemon leaves behind when it is killed: a unix socket that nobody answers on, an empty lock file.
 * Anything else at `path` is not the daemon's and stays.
 */
export async function removeLeftover(path: string): Promise<void> {
  const info = await orIfMissing(lstat(path), undefined);
  if (info === undefined) return;
  const isDeadSocket = info.isSocket() && (await socketState(path)) === 'abandoned';
  const isLock = info.isFile() && info.size === 0;
  if (isDeadSocket || isLock) await removeFile(path);
}
