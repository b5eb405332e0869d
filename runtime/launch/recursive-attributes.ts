import { AT_FDCWD, AT_RECURSIVE } from '../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

/** Attributes of mount_setattr(2), include/uapi/linux/mount.h, Linux 6.18. */
const attribute = {
  readOnly: 0x1,
  noSuid: 0x2,
  noDev: 0x4,
  noExec: 0x8,
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
  ['rnosymfollow', { set: attribute.noSymlinkFollow }],
  ['rsymfollow', { clear: attribute.noSymlinkFollow }],
]);

/** The names of these options. */
export const recursiveOptionNames: readonly string[] = [...options.keys()];

/** What is set and what is cleared on a mount and all mounts below it. */
export interface RecursiveAttributes {
  readonly set: number;
  readonly clear: number;
}

/** The attributes that one option stands for; `undefined` for an option of another kind. */
export function recursiveAttributes(option: string): Partial<RecursiveAttributes> | undefined {
  return options.get(option);
}

/** Changes a mount and all below it. Linux 5.12; an older kernel says ENOSYS, and the container does not start. */
export function setRecursiveAttributes(
  p: ProgramBuilder,
  destination: string,
  { set, clear }: RecursiveAttributes,
): void {
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
  const attributes = p.bytes(
    Buffer.from(BigUint64Array.of(BigInt(set), BigInt(clear), 0n, 0n).buffer),
  );
  const args = [AT_FDCWD, p.string(destination), AT_RECURSIVE, attributes, 32];
  p.call(`set the attributes of all below ${destination}`, 'mount_setattr', args);
}
