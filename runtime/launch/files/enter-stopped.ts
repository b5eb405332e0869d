import { noHooks } from '../../spec/hooks.ts';
import type { RootfsMount } from '../../snapshot/rootfs-mount.ts';
import type { Spec } from '../../spec/spec.ts';
import { CLONE_NEWNS, CLONE_NEWUSER } from '../../syscall/constants/clone.ts';
import { MS_PRIVATE, MS_REC } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Destinations } from '../mounts/destinations.ts';
import { HostDescriptors } from '../mounts/host-descriptors.ts';
import { openIdMapped } from '../mounts/id-mapped-mounts.ts';
import { IdNamespaces } from '../namespaces/id-namespaces.ts';
import { openMappedRoot } from '../root/mapped-root.ts';
import { openSources } from '../mounts/mount-sources.ts';
import { openStage } from '../mounts/mount-stage.ts';
import { addMount, isBind } from '../mounts/mounts.ts';
import type { ContainerRequest } from '../plan-start.ts';
import {
  enterRoot,
  leaveHost,
  makeRootReadOnly,
  mountRoot,
  openHostRoot,
  rootTarget,
} from '../root/root-file-system.ts';
import { enterRunFolder } from '../run-folder.ts';
import type { StartPlan } from '../start-plan.ts';
import { becomeRootOfNamespace } from '../namespaces/user-namespace.ts';

/** The files of a container that does not run. */
export interface StoppedView {
  readonly kind: 'stopped';
  readonly id: string;
  /** As it would be started: what of it makes files is taken. */
  readonly spec: Spec;
  readonly rootfs: RootfsMount;
  /** An existing folder that only root can enter, for mount points. */
  readonly runDir: string;
}

/** What a start would need to make the files: the root and what is bound into it, and nothing of the kernel's own. */
export function filesRequest({ id, spec, rootfs, runDir }: StoppedView): ContainerRequest {
  return {
    id,
    rootfs,
    runDir,
    spec: {
      ...spec,
      hooks: noHooks,
      mounts: spec.mounts.filter(isBind),
      linux: { ...spec.linux, devices: [], sysctl: {} },
    },
  };
}

/**
 * Mounts the root of a container that does not run, and what is bound into it, in mounts of the process's own. Destinations
 * are resolved as at a start: within the root, each once.
 */
export function enterStopped(p: ProgramBuilder, plan: StartPlan): void {
  enterRunFolder(p, plan);
  const namespaces = new IdNamespaces(p);
  const idMapped = openIdMapped(p, plan, namespaces);
  openMappedRoot(p, plan, namespaces);
  const { uidMappings: uids, gidMappings: gids } = plan.spec.linux;
  const hasUsers = plan.namespaces.user !== 'host';
  const ids = { field: 'linux.uidMappings', namespace: undefined, uids, gids };
  const users = hasUsers ? namespaces.open(ids) : undefined;
  p.call('make a mount namespace', 'unshare', [CLONE_NEWNS]);
  p.call('keep the mounts private', 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  openStage(p, plan.runDir);
  mountRoot(p, plan);
  const host = new HostDescriptors(p);
  const sources = openSources(host, plan.sources, idMapped);
  const hostRoot = openHostRoot(p);
  enterRoot(p, hostRoot, rootTarget(plan));
  const destinations = new Destinations(p);
  const label = plan.spec.linux.mountLabel;
  for (const mount of plan.spec.mounts)
    addMount(p, mount, { destinations, source: sources.get(mount), label });
  destinations.finish();
  host.closeAll();
  leaveHost(p, hostRoot, plan);
  if (plan.spec.root.readonly) makeRootReadOnly(p);
  if (users === undefined) return;
  p.call('enter the user namespace', 'setns', [users, CLONE_NEWUSER]);
  becomeRootOfNamespace(p, { uid: 0, gid: 0, additionalGids: [] });
}
