import { currentArchitecture } from '../architecture.ts';
import type { Architecture } from '../architecture.ts';
import { PerArchitecture } from '../program.ts';

/** What kind of file something is. */
export type FileType =
  'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'socket';

/** What lstat(2) says of a file. */
export interface FileStatus {
  readonly type: FileType;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Equal for the names of one file. */
  readonly identity: string;
  readonly links: number;
  readonly sizeBytes: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Offsets in struct stat: arch/x86/include/uapi/asm/stat.h, include/uapi/asm-generic/stat.h, Linux 6.18. */
const layouts: Readonly<
  Record<
    Architecture,
    {
      readonly mode: number;
      readonly links: number;
      readonly uid: number;
      readonly gid: number;
      readonly rdev: number;
    }
  >
> = {
  // The number of links has 64 bits here; nobody has more than 32 of them.
  x86_64: { links: 16, mode: 24, uid: 28, gid: 32, rdev: 40 },
  aarch64: { mode: 16, links: 20, uid: 24, gid: 28, rdev: 32 },
};

function field(name: keyof (typeof layouts)['x86_64']): PerArchitecture {
  return new PerArchitecture({ x86_64: layouts.x86_64[name], aarch64: layouts.aarch64[name] });
}

/** Where a program finds the mode. */
export const statMode = field('mode');
/** Where it finds the number of a device. */
export const statDevice = field('rdev');
/** Where it finds the number of names, the owner and the group. */
export const [statLinks, statUser, statGroup] = [field('links'), field('uid'), field('gid')];
/** Where it finds the times of the last access and the last change of content, as utimensat(2) takes them. */
export const statTimes = 72;

/**
 * Where it finds by what a file is known to be as it was, 64 bits each: st_dev, st_ino, st_size, st_mtim and st_ctim. Whatever
 * changes its content changes st_ctim, which nobody can set.
 */
export const statVersion: readonly number[] = [0, 8, 48, 88, 96, 104, 112];
const changeTime = { seconds: 104, nanoseconds: 112 } as const;

/** Bytes of the larger of the two. */
export const statSize = 144;

const types: ReadonlyMap<number, FileType> = new Map([
  [0o10, 'file'],
  [0o04, 'directory'],
  [0o12, 'symlink'],
  [0o02, 'character-device'],
  [0o06, 'block-device'],
  [0o01, 'fifo'],
  [0o14, 'socket'],
]);

/** Decodes a struct stat of this processor's kernel. */
export function decodeStat(bytes: Buffer): FileStatus {
  const at = layouts[currentArchitecture()];
  const mode = bytes.readUInt32LE(at.mode);
  const rdev = bytes.readUInt32LE(at.rdev);
  return {
    type: types.get(mode >>> 12) ?? 'socket',
    mode: mode & 0o7777,
    uid: bytes.readUInt32LE(at.uid),
    gid: bytes.readUInt32LE(at.gid),
    identity: `${bytes.readBigUInt64LE(0)}:${bytes.readBigUInt64LE(8)}`,
    links: bytes.readUInt32LE(at.links),
    sizeBytes: Number(bytes.readBigInt64LE(48)),
    mtime: {
      seconds: Number(bytes.readBigInt64LE(88)),
      nanoseconds: Number(bytes.readBigInt64LE(96)),
    },
    // include/linux/kdev_t.h, new_decode_dev.
    deviceMajor: (rdev & 0xfff00) >>> 8,
    deviceMinor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00),
  };
}

/** When something of a file has last changed, its content or who owns it (st_ctim): milliseconds since 1970. */
export function changeTimeMs(bytes: Buffer): number {
  const seconds = Number(bytes.readBigInt64LE(changeTime.seconds));
  return seconds * 1000 + Number(bytes.readBigInt64LE(changeTime.nanoseconds)) / 1e6;
}
