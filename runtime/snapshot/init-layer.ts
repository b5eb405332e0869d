import { join } from 'node:path';

import { chmod, chown, lstat, mkdir, orIfMissing, symlink, writeFile } from '../host/files.ts';

/** By this empty file, Docker's own, programs know that they run in a container. */
export const engineMark = '.dockerenv';

/** Where programs older than /proc/mounts look for what is mounted (mount(8)): a link to that, as Docker has it. */
export const mountTable = { path: 'etc/mtab', target: '/proc/mounts' } as const;

/** What a new container has beyond its image: what dockerd has in the layer with the suffix `-init`. */
export interface InitLayer {
  /** The writable folder, in which nothing is yet. */
  readonly upper: string;
  /** Folders of the image's layers, topmost first. */
  readonly lower: readonly string[];
}

/** Makes what a container has beyond its image. Whatever else the image has in its place stays hidden by it. */
export async function makeInitLayer({ upper, lower }: InitLayer): Promise<void> {
  const [etc, hidden] = await Promise.all([
    topmost(lower, 'etc'),
    topmost(lower, mountTable.path),
    writeFile(join(upper, engineMark), '', { mode: 0o755 }),
  ]);
  // An image may have a link or a file there, and means something by it; a folder of that name would be merged.
  const isFolder = etc === undefined || etc.isDirectory() || isWhiteout(etc);
  if (!isFolder || hidden?.isDirectory() === true) return;
  const folder = join(upper, 'etc');
  await mkdir(folder, { mode: 0o755 });
  if (etc?.isDirectory() === true) {
    // overlayfs shows the upper folder's owner and mode.
    if (etc.uid !== 0 || etc.gid !== 0) await chown(folder, etc.uid, etc.gid);
    await chmod(folder, etc.mode & 0o7777);
  }
  await symlink(mountTable.target, join(upper, mountTable.path));
}

type Status = Awaited<ReturnType<typeof statusOf>>;

async function topmost(lower: readonly string[], path: string): Promise<Status> {
  for (const layer of lower) {
    const found = await statusOf(join(layer, path));
    if (found !== undefined) return found;
  }
  return undefined;
}

function statusOf(path: string) {
  return orIfMissing(lstat(path, { bigint: false }), undefined);
}

/** Where a layer has removed a file of the one below (Documentation/filesystems/overlayfs.rst, Linux 6.18). */
function isWhiteout(status: NonNullable<Status>): boolean {
  return status.isCharacterDevice() && status.rdev === 0;
}
