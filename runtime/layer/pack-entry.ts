import { BerthError } from '../errors/berth-error.ts';
import { isOverlayAttribute, overlayAttribute } from '../syscall/overlay-attributes.ts';
import type { TreeEntry } from '../syscall/tree/tree-reader.ts';
import type { TarHeaderInput } from '../tar/write-header.ts';
import { quoteName } from './entry-name.ts';

/** The form of a whiteout where device nodes cannot be made (Linux 6.7). */
const whiteoutAttribute = overlayAttribute('whiteout');
/** What an entry with one of these says is elsewhere, in a layer below and by its path there. */
const incomplete = [overlayAttribute('metacopy'), overlayAttribute('redirect')];
/** Labels that this host's policy gives to files: another host has another one. */
const hostLabels = [
  'security.selinux',
  'security.SMACK64',
  'security.apparmor',
  'security.ima',
  'security.evm',
];

/** Whether something in a layer hides what the layers below have of that name. */
export function isWhiteout(entry: TreeEntry): boolean {
  if (entry.type === 'character-device') return entry.deviceMajor === 0 && entry.deviceMinor === 0;
  return (
    entry.type === 'file' &&
    entry.sizeBytes === 0 &&
    entry.attributeNames.includes(whiteoutAttribute)
  );
}

/**
 * Refuses what a layer cannot say.
 *
 * @throws LAYER_PACK_FAILED for files that are incomplete without the layers below, and for names like whiteouts'
 */
export function refuseUnpackable(path: string, entry: TreeEntry): void {
  const attribute = incomplete.find((name) => entry.attributeNames.includes(name));
  if (attribute !== undefined) {
    throw packError(
      `${quoteName(path)} has the attribute "${attribute}": its content is in a layer below`,
      'Switch redirect_dir and metacopy of the overlay module off, and create the container again.',
    );
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!name.startsWith('.wh.')) return;
  throw packError(
    `${quoteName(path)} begins with ".wh.", which in a layer marks a file that was removed`,
    'Rename it.',
  );
}

function packError(why: string, remedy: string): BerthError {
  return new BerthError('LAYER_PACK_FAILED', {
    message: `no layer can be made of the folder: ${why}`,
    remedy,
  });
}

/** The extended attributes that go into an archive: neither overlayfs's nor those of this host's policy. */
export function packedAttributes({ attributeNames }: TreeEntry): readonly string[] {
  return attributeNames.filter(
    (name) =>
      !isOverlayAttribute(name) &&
      !hostLabels.some((label) => name.startsWith(label)) &&
      // A pax keyword ends at its first "=".
      !name.includes('='),
  );
}

/** Bytes of a file capability without its user (include/uapi/linux/capability.h, VFS_CAP_REVISION_2), and where the revision is. */
const capabilitySize = 20;
const revisionAt = 3;

/**
 * The value of an extended attribute as it is packed. A capability of one user namespace alone (capabilities(7), version 3) becomes one of
 * all: the id of that namespace's root means nothing where the archive is unpacked.
 */
export function packedValue(name: string, value: Uint8Array): Uint8Array {
  if (name !== 'security.capability' || value[revisionAt] !== 3) return value;
  const packed = Buffer.from(value.subarray(0, capabilitySize));
  packed[revisionAt] = 2;
  return packed;
}

/** The header of a whiteout: nothing in it but its name, so that it does not matter when something was removed. */
export function whiteoutHeader(name: string): TarHeaderInput {
  const mtime = { seconds: 0, nanoseconds: 0 };
  return { type: 'file', name, mode: 0o600, uid: 0, gid: 0, mtime };
}

/** The header of an entry, but for its attributes; `undefined` for a socket, which no archive can hold. */
export function entryHeader(path: string, entry: TreeEntry): TarHeaderInput | undefined {
  const { type, mode, uid, gid, mtime, deviceMajor, deviceMinor } = entry;
  switch (type) {
    case 'socket':
      return undefined;
    case 'directory':
      return { type, name: `${path}/`, mode, uid, gid, mtime };
    case 'file':
      return { type, name: path, mode, uid, gid, mtime, sizeBytes: entry.sizeBytes };
    case 'symlink':
      return { type, name: path, mode: 0o777, uid, gid, mtime, linkName: entry.linkTarget };
    case 'fifo':
      return { type, name: path, mode, uid, gid, mtime };
    case 'character-device':
    case 'block-device':
      return { type, name: path, mode, uid, gid, mtime, deviceMajor, deviceMinor };
  }
}
