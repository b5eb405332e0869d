import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_PATH } from '../syscall/constants/fs.ts';
import {
  MNT_DETACH,
  MS_BIND,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SLAVE,
} from '../syscall/constants/mount.ts';
import { mountOverlay } from '../syscall/overlay-mount.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import type { StartPlan } from './start-plan.ts';

/** Stops the container's mounts from reaching the host; the host's later mounts still reach the container's binds. */
export function isolateMounts(p: ProgramBuilder): void {
  p.call('make the mounts of the host slaves', 'mount', [
    0,
    p.string('/'),
    0,
    MS_SLAVE | MS_REC,
    0,
  ]);
}

/** Mounts the root file system on `target`, a folder of the host, in the container's own mount namespace. */
export function mountRoot(
  p: ProgramBuilder,
  { rootfs, overlayOptions: options }: Pick<StartPlan, 'rootfs' | 'overlayOptions'>,
  target: string,
): void {
  if (rootfs.type === 'bind') {
    p.call(`bind ${rootfs.path} as root`, 'mount', [
      p.string(rootfs.path),
      p.string(target),
      0,
      MS_BIND | MS_REC,
      0,
    ]);
    return;
  }
  const { lower, upper, work } = rootfs;
  mountOverlay(p, { lower, writable: { upper, work }, options }, target);
}

/**
 * Enters the mounted root for the time of the further mounts: destinations are resolved inside it, where `..` and
 * absolute links stay inside; sources are named relative to the current folder, which is the host's root.
 *
 * A chroot(2) and not yet the pivot: after `pivot_root(".", ".")` the host's tree lies on top of the new root, and
 * `..` at the root would lead into it.
 */
export function enterRoot(p: ProgramBuilder, target: string): Ref {
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  const host = p.call('open the root of the host', 'openat', [AT_FDCWD, p.string('/'), flags, 0]);
  p.call('enter the root', 'chroot', [p.string(target)]);
  p.call('return to the root of the host', 'fchdir', [host]);
  return host;
}

/** Makes the mounted root the only one (pivot_root(2)): nothing of the host's tree can be reached from then on. */
export function leaveHost(p: ProgramBuilder, host: Ref, target: string): void {
  p.call('return to the root of the host', 'fchdir', [host]);
  p.call('leave the root for the host', 'chroot', [p.string('.')]);
  p.call('close the root of the host', 'close', [host]);
  p.call('enter the new root', 'chdir', [p.string(target)]);
  p.call('pivot into the new root', 'pivot_root', [p.string('.'), p.string('.')]);
  p.call('detach the root of the host', 'umount2', [p.string('.'), MNT_DETACH]);
  p.call('enter the root', 'chdir', [p.string('/')]);
}

/** Makes the root itself read-only; what is mounted below stays as it is. */
export function makeRootReadOnly(p: ProgramBuilder): void {
  const flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
  p.call('make the root read-only', 'mount', [0, p.string('/'), 0, flags, 0]);
}
