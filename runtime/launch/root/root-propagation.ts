import type { Linux } from '../../spec/linux.ts';
import { MS_PRIVATE, MS_REC, MS_SLAVE } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { propagationFlags } from '../mounts/mount-options.ts';
import { rootTarget } from './root-file-system.ts';
import type { StartPlan } from '../start-plan.ts';

/** Values of `linux.rootfsPropagation` with which what is mounted in the container may reach the host. */
export function isSharing(propagation: Linux['rootfsPropagation']): boolean {
  return propagation === 'shared' || propagation === 'rshared';
}

/**
 * Decides what the container's copy of the host's mounts has to do with the host's own (mount_namespaces(7)).
 *
 * Slaves by default: nothing of the container reaches the host, but what the host mounts later is seen in a bind mount
 * that asks for it. With a private root not even that. With a shared one they stay what they are on the host, so that a
 * bind mount with `rshared` reaches it; then the mounts that the root and the stage are on must be private, or the
 * container's whole tree would.
 */
export function isolateMounts(p: ProgramBuilder, plan: StartPlan): void {
  const { rootfsPropagation: propagation } = plan.spec.linux;
  if (plan.isShared) {
    for (const path of [plan.runDir, rootTarget(plan)]) makeMountPrivate(p, path);
    return;
  }
  const apart = propagation !== undefined && !propagation.endsWith('slave');
  const flag = apart ? MS_PRIVATE : MS_SLAVE;
  p.call('part from the mounts of the host', 'mount', [0, p.string('/'), 0, flag | MS_REC, 0]);
}

/** Makes the mount that a folder is in private: only its root takes that, and going up leads there. */
function makeMountPrivate(p: ProgramBuilder, path: string): void {
  const label = `part from the mount of ${path}`;
  const [again, up, done] = [p.label(), p.label(), p.label()];
  p.call(label, 'chdir', [p.string(path)]);
  p.place(again);
  p.call(label, 'mount', [0, p.string('.'), 0, MS_PRIVATE, 0], { onError: up });
  p.jump(done);
  p.place(up);
  p.call(label, 'chdir', [p.string('..')]);
  p.jump(again);
  p.place(done);
}

/** Gives the root the propagation that the config names; as the last thing, when it is the root already. */
export function setRootPropagation(p: ProgramBuilder, { spec }: StartPlan): void {
  const { rootfsPropagation: propagation } = spec.linux;
  if (propagation === undefined) return;
  const args = [0, p.string('/'), 0, propagationFlags[propagation] ?? 0, 0];
  p.call(`set linux.rootfsPropagation to ${propagation}`, 'mount', args);
}
