import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../syscall/constants/fs.ts';
import { CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import {
  MNT_DETACH,
  MS_BIND,
  MS_PRIVATE,
  MS_REC,
  UMOUNT_NOFOLLOW,
} from '../../syscall/constants/mount.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import type { Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { makeFolders } from '../mounts/folders.ts';
import { joinNamespaces } from '../namespaces/join-namespaces.ts';
import type { JoinedNamespace } from '../namespaces/namespaces.ts';
import { makeStage } from '../mounts/mount-stage.ts';
import { rootFolder, type StartPlan } from '../start-plan.ts';

/** Mounts that lie on the folder of the root: itself, the root, and what a config may have put on "/". */
const maxLayers = 16;

/**
 * The root of a container without a mount namespace of its own: what is mounted for it shows in the namespace that it is
 * in, below the folder of the root, and is taken away at its end. The root is one by chroot(2) alone, which is no wall to
 * a process with CAP_SYS_CHROOT: whoever shares the mount namespace shares its files.
 */
export function holdRoot(p: ProgramBuilder, target: string): void {
  const path = p.string(target);
  // In a namespace that is joined it may be missing.
  makeFolders(p, target);
  p.call('hold the folder of the root', 'mount', [path, path, 0, MS_BIND, 0]);
  setPrivate(p, target);
  makeStage(p, target);
}

/** What is mounted below does not go on to other namespaces that share the host's mounts. */
export function setPrivate(p: ProgramBuilder, target: string): void {
  p.call('keep the mounts of the root private', 'mount', [
    0,
    p.string(target),
    0,
    MS_PRIVATE | MS_REC,
    0,
  ]);
}

/** Stays in the root by chroot, where `leaveHost` would pivot. */
export function stayInRoot(p: ProgramBuilder, host: Ref): void {
  p.call('close the root of the host', 'close', [host]);
  p.call('enter the root', 'chdir', [p.string('/')]);
}

/** Opens the mount namespace that the root is in, for `unmountRoot`; nothing where that is the container's own. */
export function openRootNamespace(p: ProgramBuilder, plan: StartPlan): Ref | undefined {
  if (plan.namespaces.mount === 'new') return undefined;
  const path = joinedMount(plan)?.path ?? '/proc/self/ns/mnt';
  const label = 'open the mount namespace of the container';
  return p.call(label, 'openat', [AT_FDCWD, p.string(path), O_RDONLY | O_CLOEXEC, 0]);
}

/** Takes the root away. The current folder is another afterwards. */
export function unmountRoot(
  p: ProgramBuilder,
  { namespace, target }: { readonly namespace: Ref; readonly target: string },
): void {
  p.call('enter the mount namespace', 'setns', [namespace, CLONE_NEWNS], { onError: 'ignore' });
  unmountAll(p, target);
}

/** Takes the root of a container away that could not be started. */
export async function releaseRoot(launcher: Launcher, plan: StartPlan): Promise<void> {
  if (plan.namespaces.mount === 'new') return;
  const p = new ProgramBuilder('take the root away');
  const joined = joinedMount(plan);
  if (joined) joinNamespaces(p, [joined]);
  unmountAll(p, `${plan.runDir}/${rootFolder}`);
  await launcher.run(p).catch(() => undefined);
}

function joinedMount({ namespaces }: StartPlan): JoinedNamespace | undefined {
  return namespaces.join.find(({ type }) => type === 'mount');
}

/** Until nothing is mounted there (umount2(2), EINVAL). */
function unmountAll(p: ProgramBuilder, target: string): void {
  const done = p.label();
  for (let i = 0; i < maxLayers; i += 1)
    p.call('take the root away', 'umount2', [p.string(target), MNT_DETACH | UMOUNT_NOFOLLOW], {
      onError: done,
    });
  p.place(done);
}
