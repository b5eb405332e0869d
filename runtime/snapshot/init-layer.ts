import { dirname, join } from 'node:path';

import { chmod, chown, lstat, mkdir, orIfMissing, symlink, writeFile } from '../host/files.ts';

/** Something that a container has beyond its image. */
type Place =
  | { readonly path: string; readonly kind: 'folder' }
  | { readonly path: string; readonly kind: 'file' }
  | { readonly path: string; readonly kind: 'link'; readonly target: string };

/**
 * What Docker has in the layer with the suffix `-init` (moby v28.5.2, daemon/initlayer): what is mounted on later, the file by which
 * programs know that they run in a container, and where those older than /proc/mounts look for what is mounted (mount(8)).
 * What the image has is left as it is.
 */
const places: readonly Place[] = [
  { path: '.dockerenv', kind: 'file' },
  { path: 'dev/pts', kind: 'folder' },
  { path: 'dev/shm', kind: 'folder' },
  { path: 'dev/console', kind: 'file' },
  { path: 'proc', kind: 'folder' },
  { path: 'sys', kind: 'folder' },
  { path: 'etc/resolv.conf', kind: 'file' },
  { path: 'etc/hosts', kind: 'file' },
  { path: 'etc/hostname', kind: 'file' },
];

/** Unlike the others, it hides a file or link of the image: they tell of the machine that it was made on. */
const mountTable: Place = { path: 'etc/mtab', kind: 'link', target: '/proc/mounts' };

/** A layer that all containers of an image have above those of the image. */
export interface InitLayer {
  /** Its folder, in which nothing is yet. */
  readonly folder: string;
  /** Folders of the image's layers, topmost first. */
  readonly lower: readonly string[];
}

/** Makes that layer. */
export async function makeInitLayer(layer: InitLayer): Promise<void> {
  for (const place of places) {
    if ((await inImage(layer, place.path)) === undefined) await makePlace(layer, place);
  }
  const table = await inImage(layer, mountTable.path);
  // A folder of that name would be merged.
  if (table?.isDirectory() !== true) await makePlace(layer, mountTable);
}

async function makePlace(layer: InitLayer, place: Place): Promise<void> {
  if (!(await makeParents(layer, dirname(place.path)))) return;
  const path = join(layer.folder, place.path);
  if (place.kind === 'folder') await mkdir(path, { mode: 0o755 });
  else if (place.kind === 'file') await writeFile(path, '', { mode: 0o755 });
  else await symlink(place.target, path);
}

/** Whether they are folders now; an image may have a link or a file there, and means something by it. */
async function makeParents(layer: InitLayer, path: string): Promise<boolean> {
  if (path === '.') return true;
  if (!(await makeParents(layer, dirname(path)))) return false;
  const own = join(layer.folder, path);
  if ((await statusOf(own)) !== undefined) return true;
  const found = await inImage(layer, path);
  if (found !== undefined && !found.isDirectory()) return false;
  await mkdir(own, { mode: 0o755 });
  if (found === undefined) return true;
  // overlayfs shows the owner and mode of the uppermost folder.
  if (found.uid !== 0 || found.gid !== 0) await chown(own, found.uid, found.gid);
  await chmod(own, found.mode & 0o7777);
  return true;
}

type Status = NonNullable<Awaited<ReturnType<typeof statusOf>>>;

/** What the image has at a path, as far as its layers say without their folders being merged. */
async function inImage({ lower }: InitLayer, path: string): Promise<Status | undefined> {
  for (const layer of lower) {
    const found = await statusOf(join(layer, path));
    if (found !== undefined) return isWhiteout(found) ? undefined : found;
  }
  return undefined;
}

function statusOf(path: string) {
  return orIfMissing(lstat(path, { bigint: false }), undefined);
}

/** Where a layer has removed a file of the one below (Documentation/filesystems/overlayfs.rst, Linux 6.18). */
function isWhiteout(status: Status): boolean {
  return status.isCharacterDevice() && status.rdev === 0;
}
