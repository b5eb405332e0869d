import { isOverlayAttribute, overlayAttribute } from '../../syscall/overlay-attributes.ts';
import type { TreeEntry, TreeReader } from '../../syscall/tree/tree-reader.ts';

/** A container's changes, and below them what it began with. */
export interface ChangedTree {
  readonly upper: TreeReader;
  readonly below: TreeReader;
}

/**
 * Whether a layer of the changes has to speak of the root folder. A root that is not like most is said again: whoever unpacks a
 * layer that does not say it makes an ordinary one.
 */
export async function needsRoot({ upper, below }: ChangedTree): Promise<boolean> {
  const [[root], [before]] = await Promise.all([upper.describe(['.']), below.describe(['.'])]);
  if (root === undefined || before === undefined) return true;
  return !isPlainFolder(root) || !isSameFolder(root, before);
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
