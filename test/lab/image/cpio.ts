/** A file or folder of an initial RAM file system. */
export interface CpioEntry {
  readonly path: string;
  /** Type and permissions, as in st_mode. */
  readonly mode: number;
  readonly content?: Uint8Array;
}

/** `S_IFDIR | 0755`. */
export const folderMode = 0o040755;
/** `S_IFREG | 0755`. */
export const programMode = 0o100755;
/** `S_IFREG | 0644`. */
export const fileMode = 0o100644;

/**
 * A cpio archive as the kernel unpacks it: 'newc', Documentation/driver-api/early-userspace/buffer-format.rst of
 * Linux 6.1. The same entries make the same bytes: times, owners and inode numbers are fixed.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const end: CpioEntry = { path: 'TRAILER!!!', mode: 0 };
  return Buffer.concat([...entries, end].flatMap((entry, index) => recordOf(entry, index + 1)));
}

function recordOf(entry: CpioEntry, inode: number): readonly Uint8Array[] {
  const name = Buffer.from(`${entry.path}\0`);
  const content = entry.content ?? new Uint8Array();
  const fields = [inode, entry.mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [
    Buffer.from(header),
    name,
    padding(header.length + name.length),
    content,
    padding(content.length),
  ];
}

/** Zeros up to the next multiple of four. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
