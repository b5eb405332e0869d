import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { addMounts, lockDev } from '../mounts/config-mounts.ts';
import type { ContainerProcessInput } from '../process/container-process-input.ts';
import { Destinations } from '../mounts/destinations.ts';
import { devicesOf, hasForeignDev, makeDeviceLinks, makeDevices } from '../devices/devices.ts';
import { runCreateHooks } from '../hooks/hooks-of-container.ts';
import { HostDescriptors } from '../mounts/host-descriptors.ts';
import { openSources } from '../mounts/mount-sources.ts';
import { openStage } from '../mounts/mount-stage.ts';
import { closeMappedDevices, mappedDevice } from '../devices/mapped-devices.ts';
import { holdNullDevice } from '../devices/null-device.ts';
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
import { setSecurityLabels } from '../security/security-labels.ts';
import { holdRoot, setPrivate, stayInRoot } from './shared-root.ts';
import { useStreams } from '../process/streams.ts';
import { setSysctls } from '../namespaces/sysctls.ts';

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

  addMounts(p, input, { destinations, sources, hostRoot });
  const defaults = hasForeignDev(spec.mounts) ? 'without' : 'with';
  const outside = (index: number): number | undefined => mappedDevice(plan, index);
  makeDevices(p, devicesOf(spec.linux.devices, { defaults, outside }), destinations);
  closeMappedDevices(p, plan);
  holdNullDevice(p, destinations);
  if (defaults === 'with') makeDeviceLinks(p, destinations);
  makeWorkingFolder(p, spec.process.cwd, destinations);
  useStreams(p, input.streams, {
    user: spec.process.user.uid,
    consoleSize: spec.process.consoleSize,
    sync: input.sync,
    destinations,
  });

  lockDev(p, spec.mounts, destinations);
  setSysctls(p, spec.linux.sysctl);
  makeReadOnly(p, spec.linux.readonlyPaths, destinations);
  maskPaths(p, spec.linux.maskedPaths, { destinations, label: spec.linux.mountLabel });
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

/** Whether it can be made or not: what is wrong with it shows when it is entered. */
function makeWorkingFolder(p: ProgramBuilder, cwd: string, destinations: Destinations): void {
  const failed = p.label();
  destinations.open(cwd, { make: 'folder', failed });
  p.place(failed);
}
