import { AT_FDCWD, AT_RECURSIVE } from '../../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Attributes of mount_setattr(2), include/uapi/linux/mount.h, Linux 6.18. */
const attribute = {
  readOnly: 0x1,
  noSuid: 0x2,
  noDev: 0x4,
  noExec: 0x8,
  /** One of three, which only change together: to set one, all are cleared (mount_setattr(2), MOUNT_ATTR__ATIME). */
  accessTime: 0x70,
  relatime: 0x00,
  noAccessTime: 0x10,
  strictAccessTime: 0x20,
  noDirectoryAccessTime: 0x80,
  noSymlinkFollow: 0x20_0000,
} as const;

/** Mount options that also hold for everything mounted below: OCI runtime-spec 1.2.1, config.md, "Linux mount options". */
const options: ReadonlyMap<string, Partial<RecursiveAttributes>> = new Map([
  ['rro', { set: attribute.readOnly }],
  ['rrw', { clear: attribute.readOnly }],
  ['rnosuid', { set: attribute.noSuid }],
  ['rsuid', { clear: attribute.noSuid }],
  ['rnodev', { set: attribute.noDev }],
  ['rdev', { clear: attribute.noDev }],
  ['rnoexec', { set: attribute.noExec }],
  ['rexec', { clear: attribute.noExec }],
  ['rnodiratime', { set: attribute.noDirectoryAccessTime }],
  ['rdiratime', { clear: attribute.noDirectoryAccessTime }],
  ...accessTimes({
    rrelatime: attribute.relatime,
    rnoatime: attribute.noAccessTime,
    rstrictatime: attribute.strictAccessTime,
    // Without any of them the kernel has relatime, as for a mount that says nothing.
    rnorelatime: attribute.relatime,
    ratime: attribute.relatime,
    rnostrictatime: attribute.relatime,
  }),
  ['rnosymfollow', { set: attribute.noSymlinkFollow }],
  ['rsymfollow', { clear: attribute.noSymlinkFollow }],
]);

/** The names of these options. */
export const recursiveOptionNames: readonly string[] = [...options.keys()];

function accessTimes(
  values: Readonly<Record<string, number>>,
): readonly (readonly [string, Partial<RecursiveAttributes>])[] {
  return Object.entries(values).map(([name, set]) => [name, { set, clear: attribute.accessTime }]);
}

/** What is set and what is cleared on a mount and all mounts below it. */
export interface RecursiveAttributes {
  readonly set: number;
  readonly clear: number;
}

/** The attributes that one option stands for; `undefined` for an option of another kind. */
export function recursiveAttributes(option: string): Partial<RecursiveAttributes> | undefined {
  return options.get(option);
}

/** The later option wins, as it does for the flags. */
export function mergedAttributes(
  before: RecursiveAttributes,
  { set = 0, clear = 0 }: Partial<RecursiveAttributes>,
): RecursiveAttributes {
  // The three of the access time are cleared to be set: what is cleared stays so, also when a bit of it is set.
  const cleared = (before.clear & ~(set & ~attribute.accessTime)) | clear;
  return { set: (before.set & ~clear) | set, clear: cleared };
}

/** Changes a mount, by its path, and all below it. Linux 5.12; an older kernel says ENOSYS, and the start fails. */
export function setRecursiveAttributes(
  p: ProgramBuilder,
  path: string,
  { set, clear, label }: RecursiveAttributes & { readonly label: string },
): void {
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
  const attributes = p.bytes(
    Buffer.from(BigUint64Array.of(BigInt(set), BigInt(clear), 0n, 0n).buffer),
  );
  const args = [AT_FDCWD, p.string(path), AT_RECURSIVE, attributes, 32];
  p.call(label, 'mount_setattr', args);
}
