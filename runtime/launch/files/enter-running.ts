import { CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { MNT_DETACH, MS_PRIVATE, MS_REC, UMOUNT_NOFOLLOW } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ExecTarget } from '../exec/exec-plan.ts';
import { joinTarget, openTarget } from '../exec/join-target.ts';
import { becomeRootOfNamespace } from '../namespaces/user-namespace.ts';

/** The files of a container that runs. */
export interface RunningView {
  readonly kind: 'running';
  readonly target: ExecTarget;
  /** Folders where nothing of the kernel's is to be seen: what is mounted there is left out. */
  readonly without: readonly string[];
}

/**
 * Enters a copy of a running container's mounts: its volumes, its memory file systems, and what it has mounted itself. With
 * users of its own the process is one of them, so that all ids are the container's and it can do no more than root there.
 */
export function enterRunning(p: ProgramBuilder, { target, without }: RunningView): void {
  joinTarget(p, openTarget(p, target), ['mount', 'user']);
  becomeRootOfNamespace(p, { uid: 0, gid: 0, additionalGids: [] });
  p.call('copy the mounts of the container', 'unshare', [CLONE_NEWNS]);
  const all = MS_PRIVATE | MS_REC;
  p.call('keep the mounts private', 'mount', [0, p.string('/'), 0, all, 0]);
  for (const path of without) {
    // One that is not there, or may not be taken away: links of procfs are never followed to an object.
    const args = [p.string(path), MNT_DETACH | UMOUNT_NOFOLLOW];
    p.call(`leave ${path} out`, 'umount2', args, { onError: 'ignore' });
  }
}
