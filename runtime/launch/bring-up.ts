import { launcherFd } from '../syscall/launcher-program.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { buildContainerProcess } from './process/container-process.ts';
import { forkContainer } from './namespaces/fork-container.ts';
import { closeIdMapped, openIdMapped } from './mounts/id-mapped-mounts.ts';
import { IdNamespaces } from './namespaces/id-namespaces.ts';
import { joinIntelRdt, makeIntelRdt } from './cgroups/intel-rdt.ts';
import { joinCgroups, joinsItself } from './cgroups/join-cgroups.ts';
import { mapIds } from './namespaces/map-ids.ts';
import { closeMappedDevices, openMappedDevices } from './devices/mapped-devices.ts';
import { closeMappedRoot, hasMappedRoot, openMappedRoot } from './root/mapped-root.ts';
import { setOomScore } from './process/oom-score.ts';
import { passFailureOn } from './channels/pass-failure-on.ts';
import type { StartPlan } from './start-plan.ts';
import { type ContainerStreams, endsToClose } from './process/streams.ts';
import { openSyncChannel, sendGo, type SyncChannel } from './channels/sync-channel.ts';

/** How a container is brought up. */
export interface BringUp {
  readonly plan: StartPlan;
  readonly streams: ContainerStreams;
  /** Listening socket on which the first process waits before it becomes the program (start-gate.ts). */
  readonly gate?: Ref;
  /** Descriptors that the container's first process must not have. */
  readonly own: readonly Ref[];
}

/** A container that was told to go on: what it says next comes on the channel. */
export interface BroughtUp {
  readonly child: Ref;
  readonly sync: SyncChannel;
}

/**
 * Forks the container's first process in its new namespaces, maps its ids, puts it into its cgroups and lets it go on.
 * What it says then: a failure, the terminal when it has one, the listener of its seccomp filter, and in the end nothing,
 * by closing the channel on exec.
 */
export function bringUp(p: ProgramBuilder, { plan, streams, gate, own }: BringUp): BroughtUp {
  makeIntelRdt(p, plan.intelRdt);
  const sync = openSyncChannel(p);
  if (plan.namespaces.user !== 'host') openToNamespace(p, streams);
  const namespaces = new IdNamespaces(p);
  const idMapped = openIdMapped(p, plan, namespaces);
  openMappedRoot(p, plan, namespaces);
  openMappedDevices(p, plan);
  namespaces.closeAll();
  const parent = p.label();
  const { child, inUnified } = forkContainer(p, { plan, sync });
  p.jumpIf('ne', child, 0, parent);
  // As long as that end is open here too, the end of the other side would not be heard of. The rest is the host's: who may
  // trace any process could take it from this one on its way (CVE-2016-9962), or name it (CVE-2024-21626).
  for (const fd of [sync.parent, launcherFd, ...own])
    p.call('close what stays outside', 'close', [fd]);
  buildContainerProcess(p, { plan, sync: sync.child, streams, idMapped, gate, inUnified });

  p.place(parent);
  for (const end of [sync.child, ...endsToClose(streams), ...(gate ? [gate] : [])]) {
    p.call('close what belongs to the container', 'close', [end]);
  }
  closeIdMapped(p, idMapped);
  if (hasMappedRoot(plan)) closeMappedRoot(p);
  closeMappedDevices(p, plan);
  joinIntelRdt(p, plan.intelRdt, child);
  if (plan.oomScoreAdj !== undefined) setOomScore(p, child, plan.oomScoreAdj);
  if (!joinsItself(plan)) {
    joinCgroups(p, {
      child,
      inUnified,
      plan,
      sync,
      passFailureOn: (failure) => {
        passFailureOn(p, { child, ...failure });
      },
    });
  }
  // As long as it has our ids: cgroup v1 lets nobody but root of the host move other users' processes.
  if (plan.namespaces.user === 'new') mapIds(p, { child, plan, sync });
  sendGo(p, sync.parent);
  return { child, sync };
}

/**
 * A pipe belongs to a user that a user namespace may not have, so nobody in it could own it. Whoever opens it again, as
 * /dev/stdout, has to be allowed by its mode; others than the container's processes cannot reach it.
 */
function openToNamespace(p: ProgramBuilder, streams: ContainerStreams): void {
  for (const end of endsToClose(streams))
    p.call('open a stream to the user namespace', 'fchmod', [end, 0o666]);
}
