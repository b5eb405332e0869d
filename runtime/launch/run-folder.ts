import { AT_FDCWD } from '../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { makeStage } from './mounts/mount-stage.ts';
import { rootFolder, type StartPlan } from './start-plan.ts';

/** Enters the container's run folder, and makes the folder in it that the root is mounted on. */
export function enterRunFolder(p: ProgramBuilder, plan: StartPlan): void {
  // Paths of a socket have at most 107 bytes: it gets a relative one.
  p.call(`enter ${plan.runDir}`, 'chdir', [p.string(plan.runDir)]);
  p.call('make the folder of the root', 'mkdirat', [AT_FDCWD, p.string(rootFolder), 0o700], {
    onError: 'ignore',
  });
  makeStage(p, '.');
  if (plan.namespaces.user !== 'host') {
    // Root of a user namespace is an ordinary user to this folder: it must get to the mount point.
    p.call('let the container through', 'fchmodat', [AT_FDCWD, p.string('.'), 0o711]);
  }
}
