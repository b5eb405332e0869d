import { posix } from 'node:path';
import type { Mount } from '../spec/mount.ts';
import { CLONE_NEWCGROUP } from '../syscall/constants/clone.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { addCgroupMount, isCgroupMount } from './cgroup-mount.ts';
import type { ContainerProcessInput } from './container-process-input.ts';
import {
  bindHostDevices,
  devicesOf,
  makeDeviceLinks,
  makeDevices,
  openHostDevices,
} from './devices.ts';
import { makeFolders } from './folders.ts';
import { runCreateHooks } from './hooks/hooks-of-container.ts';
import { HostDescriptors } from './host-descriptors.ts';
import { addMount, openSources } from './mounts.ts';
import { makeReadOnly, maskPaths } from './protected-paths.ts';
import {
  enterRoot,
  isolateMounts,
  leaveHost,
  makeRootReadOnly,
  mountRoot,
} from './root-file-system.ts';
import { setSecurityLabels } from './security-labels.ts';
import { holdRoot, setPrivate, stayInRoot } from './shared-root.ts';
import { rootFolder } from './start-plan.ts';
import { useStreams } from './streams.ts';
import { awaitGo } from './sync-channel.ts';
import { setSysctls } from './sysctls.ts';

/** Makes the container's file system, from the host's tree to a root that nothing of the host can be reached from. */
export function buildFileSystem(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan } = input;
  const { spec } = plan;
  const target = `${plan.runDir}/${rootFolder}`;
  const ownMounts = plan.namespaces.mount === 'new';
  if (ownMounts) isolateMounts(p);
  else holdRoot(p, target);
  mountRoot(p, plan, target);
  if (!ownMounts) setPrivate(p, target);

  const host = new HostDescriptors(p);
  const sources = openSources(host, spec.mounts, plan.sourceKinds);
  const devices = devicesOf(spec.linux.devices);
  const hostDevices = plan.namespaces.user !== 'host' ? openHostDevices(host, devices) : undefined;
  const hostRoot = enterRoot(p, target);

  // The image may have links to /proc/self/fd or /proc/self/cwd, which would lead out as long as something of the host
  // is open: as long as paths of the image are walked there is no procfs that could make sense of them.
  const { first, last } = procMountsLast(spec.mounts);
  const label = spec.linux.mountLabel;
  for (const mount of first) addMount(p, mount, { host, source: sources.get(mount), label });
  if (hostDevices) bindHostDevices(p, devices, { host, opened: hostDevices });
  else makeDevices(p, devices);
  // Right after it was made: an inode of the container's own, so that nothing it does to a mask reaches the host's.
  const nullDevice = host.openInside('/dev/null');
  makeDeviceLinks(p);
  makeFolders(p, spec.process.cwd);
  mountCgroups(p, input);
  useStreams(p, input.streams, {
    user: spec.process.user.uid,
    consoleSize: spec.process.consoleSize,
    sync: input.sync,
  });

  for (const mount of last) addMount(p, mount, { host, source: sources.get(mount), label });
  setSysctls(p, spec.linux.sysctl);
  setSecurityLabels(p, spec.process);
  makeReadOnly(p, spec.linux.readonlyPaths);
  maskPaths(p, spec.linux.maskedPaths, { host, nullDevice, label });
  host.closeAll();
  runCreateHooks(p, { hooks: plan.hooks, sync: input.sync }, hostRoot);
  if (ownMounts) leaveHost(p, hostRoot, target);
  else stayInRoot(p, hostRoot);
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

/** Waits until the process is in its cgroups; what it sees of them from then on begins there (cgroup_namespaces(7)). */
function mountCgroups(p: ProgramBuilder, { plan, sync }: ContainerProcessInput): void {
  awaitGo(p, sync);
  if (plan.namespaces.newCgroup) p.call('make the cgroup namespace', 'unshare', [CLONE_NEWCGROUP]);
  for (const mount of plan.spec.mounts.filter(isCgroupMount)) {
    const { mountLabel: label } = plan.spec.linux;
    addCgroupMount(p, mount, { hierarchies: plan.cgroup.hierarchies, label });
  }
}
