import { posix } from 'node:path';
import type { Mount } from '../spec/mount.ts';
import { CLONE_NEWCGROUP } from '../syscall/constants/clone.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { addCgroupMount, isCgroupMount } from './cgroup-mount.ts';
import type { ContainerProcessInput } from './container-process-input.ts';
import { Destinations } from './destinations.ts';
import { devicesOf, hasForeignDev, makeDeviceLinks, makeDevices } from './devices.ts';
import { runCreateHooks } from './hooks/hooks-of-container.ts';
import { HostDescriptors } from './host-descriptors.ts';
import { openSources } from './mount-sources.ts';
import { openStage } from './mount-stage.ts';
import { addMount } from './mounts.ts';
import { holdNullDevice } from './null-device.ts';
import { makeReadOnly, maskPaths } from './protected-paths.ts';
import {
  enterRoot,
  leaveHost,
  makeRootReadOnly,
  mountRoot,
  openHostRoot,
  rootTarget,
} from './root-file-system.ts';
import { isolateMounts, setRootPropagation } from './root-propagation.ts';
import { setSecurityLabels } from './security-labels.ts';
import { holdRoot, setPrivate, stayInRoot } from './shared-root.ts';
import { useStreams } from './streams.ts';
import { awaitGo } from './sync-channel.ts';
import { setSysctls } from './sysctls.ts';

/** Makes the container's file system, from the host's tree to a root that nothing of the host can be reached from. */
export function buildFileSystem(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan } = input;
  const { spec } = plan;
  const target = rootTarget(plan);
  const ownMounts = plan.namespaces.mount === 'new';
  if (ownMounts) isolateMounts(p, plan);
  else holdRoot(p, target);
  openStage(p, ownMounts ? plan.runDir : target);
  mountRoot(p, plan);
  if (!ownMounts) setPrivate(p, target);

  const host = new HostDescriptors(p);
  const sources = openSources(host, plan.sources, input.idMapped);
  const hostRoot = openHostRoot(p);
  enterRoot(p, hostRoot, target);
  const destinations = new Destinations(p);

  // The image may have links to /proc/self/fd or /proc/self/cwd, which would lead out as long as something of the host
  // is open: as long as paths of the image are walked there is no procfs that could make sense of them.
  const { first, last } = procMountsLast(spec.mounts);
  const label = spec.linux.mountLabel;
  const add = (mount: Mount): void => {
    addMount(p, mount, { destinations, source: sources.get(mount), label });
    // What is mounted on the root itself becomes the root.
    if (posix.normalize(mount.destination) === '/') {
      p.call('leave the root for the host', 'chroot', [p.string('.')]);
      enterRoot(p, hostRoot, target);
    }
  };
  first.forEach(add);
  const defaults = hasForeignDev(spec.mounts) ? 'without' : 'with';
  makeDevices(p, devicesOf(spec.linux.devices, { defaults }), destinations);
  holdNullDevice(p, destinations);
  if (defaults === 'with') makeDeviceLinks(p, destinations);
  makeWorkingFolder(p, spec.process.cwd, destinations);
  mountCgroups(p, input, destinations);
  useStreams(p, input.streams, {
    user: spec.process.user.uid,
    consoleSize: spec.process.consoleSize,
    sync: input.sync,
    destinations,
  });

  last.forEach(add);
  setSysctls(p, spec.linux.sysctl);
  makeReadOnly(p, spec.linux.readonlyPaths, destinations);
  maskPaths(p, spec.linux.maskedPaths, { destinations, label });
  destinations.finish();
  // Everything is mounted, and the host's tree still there: createContainer hooks run here.
  host.closeAll();
  runCreateHooks(p, { hooks: plan.hooks, sync: input.sync }, hostRoot);
  // They hold from the next execution on: not that of a hook of the host.
  setSecurityLabels(p, spec.process);
  if (ownMounts) leaveHost(p, hostRoot, plan);
  else stayInRoot(p, hostRoot);
  setRootPropagation(p, plan);
  if (spec.root.readonly) makeRootReadOnly(p);
}

/** Splits the mounts: those on /proc and below come last, the others keep their order before them. */
function procMountsLast(mounts: readonly Mount[]): {
  readonly first: readonly Mount[];
  readonly last: readonly Mount[];
} {
  const isProc = ({ type, destination }: Mount): boolean =>
    type === 'proc' || `${posix.normalize(destination)}/`.startsWith('/proc/');
  const rest = mounts.filter((mount) => !isCgroupMount(mount));
  return { first: rest.filter((mount) => !isProc(mount)), last: rest.filter(isProc) };
}

/** Whether it can be made or not: what is wrong with it shows when it is entered. */
function makeWorkingFolder(p: ProgramBuilder, cwd: string, destinations: Destinations): void {
  const failed = p.label();
  destinations.open(cwd, { make: 'folder', failed });
  p.place(failed);
}

/** Waits until the process is in its cgroups; what it sees of them from then on begins there (cgroup_namespaces(7)). */
function mountCgroups(
  p: ProgramBuilder,
  { plan, sync }: ContainerProcessInput,
  destinations: Destinations,
): void {
  awaitGo(p, sync);
  const { newCgroup, join } = plan.namespaces;
  if (newCgroup) p.call('make the cgroup namespace', 'unshare', [CLONE_NEWCGROUP]);
  const hasNamespace = newCgroup || join.some(({ type }) => type === 'cgroup');
  for (const mount of plan.spec.mounts.filter(isCgroupMount)) {
    addCgroupMount(p, mount, {
      destinations,
      hierarchies: plan.cgroup.hierarchies,
      from: hasNamespace ? 'namespace' : 'host',
      label: plan.spec.linux.mountLabel,
    });
  }
}
