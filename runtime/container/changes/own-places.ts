import { engineMark, mountTable } from '../../snapshot/init-layer.ts';
import { isOverlayAttribute, overlayAttribute } from '../../syscall/overlay-attributes.ts';
import type { TreeEntry, TreeReader } from '../../syscall/tree/tree-reader.ts';

/** What berth mounts its own folders and files on, and so makes in a container whose image lacks it. */
const folders = ['dev', 'proc', 'sys', 'etc'];
const files = ['etc/resolv.conf', 'etc/hostname', 'etc/hosts'];

/** A container's changes, and its image below them. */
export interface ChangedTree {
  readonly upper: TreeReader;
  readonly below: TreeReader;
}

/**
 * Paths in a container's changes that are there only because berth mounts something on them. Docker has these in a layer
 * of its own, which is neither shown by `docker diff` nor committed.
 */
export async function ownPlaces({ upper, below }: ChangedTree): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  const places = [engineMark, mountTable.path, ...files, ...folders, '.'];
  const [marked, table, ...made] = await upper.describe(places);
  // An image that was exported from another container has them too.
  if (marked?.type === 'file' && marked.sizeBytes === 0) own.add(engineMark);
  if (table?.linkTarget === mountTable.target) own.add(mountTable.path);
  const hidden = await below.describe([...files, ...folders, '.']);
  for (const [i, path] of files.entries()) {
    const entry = made[i];
    if (hidden[i] === undefined && entry?.type === 'file' && entry.sizeBytes === 0) own.add(path);
  }
  for (const [i, path] of folders.entries()) {
    const entry = made[files.length + i];
    if (entry?.type !== 'directory') continue;
    const names = await upper.list(path);
    if (!names.every((name) => own.has(`${path}/${name}`))) continue;
    const image = hidden[files.length + i];
    // Made by berth, or changed only by what berth made in it.
    if (image === undefined ? isPlainFolder(entry) : isSameFolder(entry, image)) own.add(path);
  }
  const [root, imageRoot] = [made.at(-1), hidden.at(-1)];
  // A root that is not like most is said again: whoever unpacks a layer that does not say it makes an ordinary one.
  const isOrdinary = root !== undefined && isPlainFolder(root);
  if (isOrdinary && imageRoot !== undefined && isSameFolder(root, imageRoot)) own.add('');
  return own;
}

function isPlainFolder(entry: TreeEntry): boolean {
  const { mode, uid, gid } = entry;
  return mode === 0o755 && uid === 0 && gid === 0 && attributesOf(entry) === '';
}

function isSameFolder(a: TreeEntry, b: TreeEntry): boolean {
  const isOpaque = a.attributeNames.includes(overlayAttribute('opaque'));
  return (
    b.type === 'directory' &&
    !isOpaque &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    attributesOf(a) === attributesOf(b)
  );
}

/** Names of the attributes, without those that overlayfs has set for itself. */
function attributesOf({ attributeNames }: TreeEntry): string {
  return attributeNames.filter((name) => !isOverlayAttribute(name)).join('\0');
}
