import { STATFS_SIZE } from '../syscall/constants/fs.ts';
import {
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RDONLY,
  MS_RELATIME,
  MS_STRICTATIME,
} from '../syscall/constants/mount.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

/** Where f_flags is in struct statfs on 64-bit architectures (statfs(2)). */
const flagsOffset = 80;

/** Flags that have the same value in statfs' f_flags (ST_*) and in mount(2) (MS_*). */
const sameInBoth = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NODIRATIME;
/** include/linux/statfs.h, Linux 6.18; ST_NOATIME is 1024 as MS_NOATIME is. */
const ST_RELATIME = 0x1000;
const ST_NOSYMFOLLOW = 0x2000;

/** Of these a mount has one, and which is not told by flags alone: none given means "as it is". */
const accessTimes = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

/**
 * The flags of a bind mount when it is remounted: those asked for, and those that its source has, but for the ones that
 * are asked to go. A remount sets all flags anew: without the source's it would take away what that was mounted with,
 * which is wrong, and in a user namespace forbidden (mount_namespaces(7), "locked").
 */
export function preservedFlags(
  p: ProgramBuilder,
  path: string,
  { set, clear }: { readonly set: number; readonly clear: number },
): Ref {
  const buffer = p.reserve(STATFS_SIZE);
  p.call(`look at ${path}`, 'statfs', [p.string(path), buffer]);
  const has = p.value(buffer.at(flagsOffset));
  const flags = p.value(p.reserve(8));
  const add = (more: Ref | number): void => {
    p.set(flags, p.compute('or', flags, more));
  };
  p.set(flags, set);
  add(p.compute('and', has, sameInBoth & ~clear));
  if ((clear & MS_NOSYMFOLLOW) === 0)
    addWhere(p, { has, bit: ST_NOSYMFOLLOW, then: MS_NOSYMFOLLOW, add });
  if (set & accessTimes) return flags;
  if (clear & accessTimes) {
    add(MS_RELATIME);
    return flags;
  }
  addWhere(p, { has, bit: MS_NOATIME, then: MS_NOATIME, add });
  addWhere(p, { has, bit: ST_RELATIME, then: MS_RELATIME, add });
  const known = p.label();
  p.jumpIf('ne', p.compute('and', has, MS_NOATIME | ST_RELATIME), 0, known);
  add(MS_STRICTATIME);
  p.place(known);
  return flags;
}

function addWhere(
  p: ProgramBuilder,
  {
    has,
    bit,
    then,
    add,
  }: {
    readonly has: Ref;
    readonly bit: number;
    readonly then: number;
    readonly add: (flag: number) => void;
  },
): void {
  const hasNot = p.label();
  p.jumpIf('eq', p.compute('and', has, bit), 0, hasNot);
  add(then);
  p.place(hasNot);
}
