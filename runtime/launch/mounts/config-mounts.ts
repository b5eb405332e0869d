import { posix } from 'node:path';
import type { Mount } from '../../spec/mount.ts';
import { CLONE_NEWCGROUP } from '../../syscall/constants/clone.ts';
import { MS_RDONLY } from '../../syscall/constants/mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { type BindSource, remountBind } from './bind-mount.ts';
import { addCgroupMount, isCgroupMount } from './cgroup-mount.ts';
import type { ContainerProcessInput } from '../process/container-process-input.ts';
import type { Destinations } from './destinations.ts';
import { descriptorPath, destinationDescriptor } from './host-descriptors.ts';
import { addMount, isBind } from './mounts.ts';
import { enterRoot, rootTarget } from '../root/root-file-system.ts';
import { awaitGo } from '../channels/sync-channel.ts';

/** What the mounts of a config need. */
export interface ConfigMounts {
  readonly destinations: Destinations;
  readonly sources: ReadonlyMap<Mount, BindSource>;
  /** The root of the host, which the current folder is. */
  readonly hostRoot: Ref;
}

/**
 * Makes the mounts of a config, in its order (config.md, "Mounts"). Those of cgroups wait until the process is in its
 * cgroups, since what it sees of them begins where it is when it gets its cgroup namespace.
 */
export function addMounts(
  p: ProgramBuilder,
  input: ContainerProcessInput,
  { destinations, sources, hostRoot }: ConfigMounts,
): void {
  const { mounts, linux } = input.plan.spec;
  const target = rootTarget(input.plan);
  const label = linux.mountLabel;
  let from: 'namespace' | 'host' | undefined;
  for (const mount of mounts) {
    if (isCgroupMount(mount)) {
      from ??= enterCgroups(p, input);
      const { hierarchies } = input.plan.cgroup;
      addCgroupMount(p, mount, { destinations, hierarchies, from, label });
    } else {
      const source = sources.get(mount);
      addMount(p, isLockedDev(mount) ? writable(mount) : mount, { destinations, source, label });
    }
    // What is mounted on the root itself becomes the root.
    if (posix.normalize(mount.destination) !== '/' || mount.options.includes('remount')) continue;
    p.call('leave the root for the host', 'chroot', [p.string('.')]);
    enterRoot(p, hostRoot, target);
  }
  if (from === undefined) enterCgroups(p, input);
}

/** Waits until the process is in its cgroups, and makes its namespace of them (cgroup_namespaces(7)). */
function enterCgroups(
  p: ProgramBuilder,
  { plan, sync }: ContainerProcessInput,
): 'namespace' | 'host' {
  awaitGo(p, sync);
  const { newCgroup, join } = plan.namespaces;
  if (newCgroup) p.call('make the cgroup namespace', 'unshare', [CLONE_NEWCGROUP]);
  return newCgroup || join.some(({ type }) => type === 'cgroup') ? 'namespace' : 'host';
}

/** A /dev of the container's own that is to be read-only: it must hold its devices first. */
function isLockedDev(mount: Mount): boolean {
  return (
    posix.normalize(`${mount.destination}/`) === '/dev/' &&
    !isBind(mount) &&
    mount.options.lastIndexOf('ro') > mount.options.lastIndexOf('rw')
  );
}

function writable(mount: Mount): Mount {
  return { ...mount, options: mount.options.filter((option) => option !== 'ro') };
}

/** Makes a /dev read-only that is to be, when everything is in it. */
export function lockDev(
  p: ProgramBuilder,
  mounts: readonly Mount[],
  destinations: Destinations,
): void {
  if (!mounts.some(isLockedDev)) return;
  destinations.open('/dev');
  const path = descriptorPath(destinationDescriptor);
  remountBind(p, p.string(path), { set: MS_RDONLY, clear: 0, label: '/dev' });
}
