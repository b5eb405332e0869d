import type { Linux } from '../../spec/linux.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { rootTreeDescriptor } from '../mounts/host-descriptors.ts';
import type { IdNamespaces } from '../namespaces/id-namespaces.ts';
import { rootFolder, type StartPlan } from '../start-plan.ts';
import { holdMappedLayers, idsOfLayers, placeMappedLayers } from './mapped-layers.ts';

/** What of a plan such a root depends on. */
interface MappedRoot extends Pick<StartPlan, 'rootfs' | 'overlayOptions' | 'runDir'> {
  readonly namespaces: Pick<StartPlan['namespaces'], 'user'>;
  readonly spec: { readonly linux: Pick<Linux, 'uidMappings' | 'gidMappings'> };
}

/**
 * Mounts a root of layers that have the ids of the container on the disk: see `holdMappedLayers`. The container's process
 * inherits the descriptor, and puts the root into its place.
 */
export function openMappedRoot(
  p: ProgramBuilder,
  plan: MappedRoot,
  namespaces: IdNamespaces,
): void {
  const { rootfs } = plan;
  if (!hasMappedRoot(plan) || rootfs.type !== 'overlay') return;
  const { uidMappings: uids, gidMappings: gids } = plan.spec.linux;
  const ids = namespaces.open({
    field: 'linux.uidMappings',
    namespace: undefined,
    ...idsOfLayers({ uids, gids }),
  });
  holdMappedLayers(p, {
    label: 'mount the root with the ids of the container',
    lower: rootfs.lower,
    writable: rootfs,
    options: plan.overlayOptions,
    folder: `${plan.runDir}/${rootFolder}`,
    ids,
  });
}

/** Whether a root comes by way of `openMappedRoot`. */
export function hasMappedRoot({
  rootfs,
  namespaces,
}: Pick<MappedRoot, 'rootfs' | 'namespaces'>): boolean {
  return rootfs.type === 'overlay' && rootfs.ids === 'container' && namespaces.user !== 'host';
}

/** Puts the root into its place, in the container's mount namespace. */
export function placeMappedRoot(p: ProgramBuilder, target: string): void {
  placeMappedLayers(p, { label: 'put the root into its place', target });
}

/** Closes it where it is not needed. */
export function closeMappedRoot(p: ProgramBuilder): void {
  p.call('close the root', 'close', [rootTreeDescriptor]);
}
