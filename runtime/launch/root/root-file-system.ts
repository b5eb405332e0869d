import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_PATH } from '../../syscall/constants/fs.ts';
import {
  MNT_DETACH,
  MS_BIND,
  MS_MOVE,
  MS_RDONLY,
  MS_REC,
  MS_SLAVE,
} from '../../syscall/constants/mount.ts';
import { mountOverlay } from '../../syscall/overlay-mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { remountBind } from '../mounts/bind-mount.ts';
import { descriptorPath, rootDescriptor } from '../mounts/host-descriptors.ts';
import { hasMappedRoot, placeMappedRoot } from './mapped-root.ts';
import { rootFolder, type StartPlan } from '../start-plan.ts';

/**
 * Where the root file system is mounted. A root that is a folder is mounted on itself, so that hooks find it in the
 * bundle; but not where others would see that.
 */
export function rootTarget({ rootfs, runDir, namespaces }: MountedRoot): string {
  // The host's root cannot be mounted on itself: it would still be found below what was mounted.
  const onItself = rootfs.type === 'bind' && rootfs.path !== '/' && namespaces.mount === 'new';
  return onItself ? rootfs.path : `${runDir}/${rootFolder}`;
}

/** What the place of the root depends on. */
type MountedRoot = Pick<StartPlan, 'rootfs' | 'runDir' | 'namespaces'>;

/** Mounts the root file system on its place, a folder of the host, in the container's own mount namespace. */
export function mountRoot(
  p: ProgramBuilder,
  plan: MountedRoot & Pick<StartPlan, 'overlayOptions'>,
): void {
  const { rootfs, overlayOptions: options } = plan;
  const target = rootTarget(plan);
  if (hasMappedRoot(plan)) {
    placeMappedRoot(p, target);
    return;
  }
  if (rootfs.type === 'overlay') {
    const { lower, upper, work, changes } = rootfs;
    mountOverlay(p, { lower, writable: { upper, work, changes }, options }, target);
    return;
  }
  const args = [p.string(rootfs.path), p.string(target), 0, MS_BIND | MS_REC, 0];
  p.call(`bind ${rootfs.path} as root`, 'mount', args);
}

/** Opens the host's root, which the current folder is while the container's root is entered. */
export function openHostRoot(p: ProgramBuilder): Ref {
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  return p.call('open the root of the host', 'openat', [AT_FDCWD, p.string('/'), flags, 0]);
}

/**
 * Enters the mounted root for the time of the further mounts: paths of the image are resolved inside it, where `..` and
 * absolute links stay inside; what is the host's is named relative to the current folder, which is the host's root.
 *
 * A chroot(2) and not yet the pivot: after `pivot_root(".", ".")` the host's tree lies on top of the new root, and
 * `..` at the root would lead into it.
 */
export function enterRoot(p: ProgramBuilder, host: Ref, target: string): void {
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  const root = p.call('open the root', 'openat', [AT_FDCWD, p.string(target), flags, 0]);
  p.call('hold the root', 'dup3', [root, rootDescriptor, O_CLOEXEC]);
  p.call('hold the root', 'close', [root]);
  p.call('return to the root of the host', 'fchdir', [host]);
  p.call('enter the root', 'chroot', [p.string(descriptorPath(rootDescriptor))]);
}

/** Makes the mounted root the only one: nothing of the host's tree can be reached from then on. */
export function leaveHost(p: ProgramBuilder, host: Ref, plan: StartPlan): void {
  p.call('return to the root of the host', 'fchdir', [host]);
  p.call('leave the root for the host', 'chroot', [p.string('.')]);
  if (plan.noPivot) {
    moveRoot(p, plan.noPivot.hidden);
  } else {
    p.call('enter the new root', 'fchdir', [rootDescriptor]);
    p.call('pivot into the new root', 'pivot_root', [p.string('.'), p.string('.')]);
    p.call('return to the root of the host', 'fchdir', [host]);
    // What is shared with the host would go there as well.
    if (plan.isShared) {
      const args = [0, p.string('.'), 0, MS_SLAVE | MS_REC, 0];
      p.call('part with the root of the host', 'mount', args);
    }
    p.call('detach the root of the host', 'umount2', [p.string('.'), MNT_DETACH]);
  }
  p.call('close the root of the host', 'close', [host]);
  p.call('close the root', 'close', [rootDescriptor]);
  p.call('enter the root', 'chdir', [p.string('/')]);
}

/**
 * Puts the root in the place of the host's, where pivot_root(2) cannot (`--no-pivot`: on a ramdisk). The host's tree stays
 * below it; of its procfs and sysfs, which are worth most to whoever gets there, nothing is left to be uncovered.
 */
function moveRoot(p: ProgramBuilder, hidden: readonly string[]): void {
  for (const path of hidden) {
    const covered = p.label();
    const args = [p.string(path), MNT_DETACH];
    const gone = p.call(`unmount ${path} of the host`, 'umount2', args, { onError: 'ignore' });
    p.jumpIf('eq', gone, 0, covered);
    const tmpfs = p.string('tmpfs');
    const cover = [tmpfs, p.string(path), tmpfs, MS_RDONLY, p.string('size=0k')];
    p.call(`cover ${path} of the host`, 'mount', cover, { onError: 'ignore' });
    p.place(covered);
  }
  p.call('enter the new root', 'fchdir', [rootDescriptor]);
  p.call('move the new root', 'mount', [p.string('.'), p.string('/'), 0, MS_MOVE, 0]);
  p.call('make it the root', 'chroot', [p.string('.')]);
}

/** Makes the root itself read-only; what is mounted below stays as it is. */
export function makeRootReadOnly(p: ProgramBuilder): void {
  remountBind(p, p.string('/'), { set: MS_RDONLY, clear: 0, label: 'the root' });
}
