import { chmod, chown, mkdir } from '../host/files.ts';

/** Whose a folder is, and its permission bits. */
export interface FolderStatus {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Makes the root folder of a layer: overlayfs shows the owner and mode of the uppermost. */
export async function makeRootFolder(
  path: string,
  { mode, uid, gid }: FolderStatus = { mode: 0o755, uid: 0, gid: 0 },
): Promise<void> {
  await mkdir(path, { mode: 0o755 });
  if (uid !== 0 || gid !== 0) await chown(path, uid, gid);
  await chmod(path, mode);
}
