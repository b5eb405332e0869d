import {
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
} from '../syscall/constants/mount.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

/** Size of struct statfs on 64-bit architectures, and where f_flags is in it (statfs(2)). */
const statfsSize = 120;
const flagsOffset = 80;

/** Flags that have the same value in statfs' f_flags (ST_*) and in mount(2) (MS_*). */
const sameInBoth = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME;

/**
 * The flags that a mount has now. A remount sets all flags anew: without these it would take away what the source was
 * mounted with, which is wrong, and in a user namespace forbidden.
 */
export function preservedFlags(p: ProgramBuilder, path: string): Ref {
  const buffer = p.reserve(statfsSize);
  p.call(`look at ${path}`, 'statfs', [p.string(path), buffer]);
  return p.compute('and', p.value(buffer.at(flagsOffset)), sameInBoth);
}
