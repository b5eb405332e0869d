import { S_IFBLK, S_IFCHR, S_IFIFO } from '../syscall/constants/fs.ts';
import type { TarEntryHeader } from '../tar/tar-entry.ts';
import type { NodeKind } from './attributes.ts';

/** What mknod(2) makes of an entry that is a device or a pipe. */
export function nodeKind(entry: TarEntryHeader): NodeKind {
  if (entry.type === 'fifo') return { type: S_IFIFO, major: 0, minor: 0 };
  const type = entry.type === 'block-device' ? S_IFBLK : S_IFCHR;
  return { type, major: entry.deviceMajor, minor: entry.deviceMinor };
}

/** A path of bytes as people read it. */
export function shownPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
