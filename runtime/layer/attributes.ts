import type { Timestamp } from '../tar/pax-records.ts';

/** Owner, permissions, time and extended attributes of a file. */
export interface Attributes {
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Also becomes the time of the last access. */
  readonly mtime: Timestamp;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** What mknod(2) makes. */
export interface NodeKind {
  /** S_IFCHR, S_IFBLK or S_IFIFO. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/** The kernel's 32-bit encoding of a device's numbers (include/linux/kdev_t.h, new_encode_dev). */
export function deviceNumber({ major, minor }: NodeKind): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}

/** Writes two equal struct timespec, as utimensat(2) takes them: 32 bytes. */
export function writeTimespecs(to: Buffer, { seconds, nanoseconds }: Timestamp): void {
  for (const at of [0, 16]) {
    to.writeInt32LE(seconds | 0, at);
    to.writeInt32LE(Math.floor(seconds / 2 ** 32), at + 4);
    to.writeInt32LE(nanoseconds, at + 8);
    to.writeInt32LE(0, at + 12);
  }
}
