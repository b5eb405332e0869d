import { STATFS_SIZE } from '../../syscall/constants/fs.ts';
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
} from '../../syscall/constants/mount.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

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
  path: Value,
  { set, clear, label }: { readonly set: number; readonly clear: number; readonly label: string },
): Ref {
  const timeIsSet = (set & accessTimes) !== 0;
  const keepsTime = !timeIsSet && (clear & accessTimes) === 0;
  const buffer = p.reserve(STATFS_SIZE);
  p.call(`look at ${label}`, 'statfs', [path, buffer]);
  const has = p.value(buffer.at(flagsOffset));
  const alike = p.compute('and', has, (sameInBoth | (keepsTime ? MS_NOATIME : 0)) & ~clear);
  const flags = p.value(p.reserve(8));
  p.set(flags, p.compute('or', alike, set | (clear & accessTimes && !timeIsSet ? MS_RELATIME : 0)));
  if ((clear & MS_NOSYMFOLLOW) === 0) addMoved(p, { has, flags, from: ST_NOSYMFOLLOW, by: 'shr' });
  if (!keepsTime) return flags;
  addMoved(p, { has, flags, from: ST_RELATIME, by: 'shl' });
  const known = p.label();
  p.jumpIf('ne', p.compute('and', has, MS_NOATIME | ST_RELATIME), 0, known);
  p.set(flags, p.compute('or', flags, MS_STRICTATIME));
  p.place(known);
  return flags;
}

/** Adds a flag that has another place in mount(2): MS_NOSYMFOLLOW is 5 bits below, MS_RELATIME 9 bits above. */
function addMoved(
  p: ProgramBuilder,
  {
    has,
    flags,
    from,
    by,
  }: {
    readonly has: Ref;
    readonly flags: Ref;
    readonly from: number;
    readonly by: 'shl' | 'shr';
  },
): void {
  const moved = p.compute(by, p.compute('and', has, from), by === 'shr' ? 5 : 9);
  p.set(flags, p.compute('or', flags, moved));
}
