import { defaultCgroupPath } from '../cgroup/cgroup-path.ts';
import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import { planCgroup } from '../cgroup/plan.ts';
import { BerthError } from '../errors/berth-error.ts';
import { readFile } from '../host/files.ts';
import type { RootfsMount } from '../snapshot/rootfs-mount.ts';
import type { Spec } from '../spec/spec.ts';
import { maxOverlayLayers } from '../syscall/overlay-mount.ts';
import { withIdMaps } from './namespaces/default-id-maps.ts';
import { grantableProcess } from './process/grantable-capabilities.ts';
import { planHooks } from './hooks/hooks-plan.ts';
import type { HostFacts } from './host-facts.ts';
import { chooseIdMapper } from './namespaces/id-mapper.ts';
import { initImage } from './init/init-image.ts';
import { findResctrl, planIntelRdt } from './cgroups/intel-rdt.ts';
import { labelledData } from './mounts/mount-label.ts';
import type { LogRequest } from './monitor/log-request.ts';
import { mountWarnings, refuseWrongMounts } from './mounts/mount-problems.ts';
import { planSources } from './mounts/mount-sources.ts';
import { type NamespacePlan, planNamespaces } from './namespaces/namespaces.ts';
import { planNoPivot } from './root/no-pivot.ts';
import { allowedLimits } from './process/rlimits.ts';
import type { FilterCache } from './seccomp/filter-cache.ts';
import { planListener } from './seccomp/seccomp-listener.ts';
import { ownNamespacePaths, refuseHostNames } from './namespaces/own-namespace.ts';
import { refuseUnknownModules, withoutUnknownLabel } from './security/security-modules.ts';
import type { HeldPort } from './ports/held-port.ts';
import { isSharing } from './root/root-propagation.ts';
import type { StartPlan } from './start-plan.ts';
import { refuseHostSysctls } from './namespaces/sysctls.ts';

/** What is asked for: a config and where the container's parts are. */
export interface ContainerRequest {
  readonly id: string;
  readonly spec: Spec;
  readonly rootfs: RootfsMount;
  /** An existing folder that only root can enter; the monitor's socket and the exit record are put there. */
  readonly runDir: string;
  /** The folder that hooks and agents are told of; absent: `runDir`. */
  readonly bundle?: string;
  /** `NAME=value`, for hooks whose config has no `env`; absent: none. */
  readonly hookEnvironment?: readonly string[];
  /** Whether an init is to be the container's first process, and the program its child (`docker run --init`). */
  readonly init?: boolean;
  /** See `StartPlan`. */
  readonly preserveFds?: number;
  readonly newKeyring?: boolean;
  /** `without`: the root is moved into the host's place (`--no-pivot`), for roots that pivot_root(2) cannot leave. */
  readonly pivot?: 'with' | 'without';
  /** `all`: limits for which the host has no controller are refused. `present`, the default: they are warned of, as Docker does. */
  readonly controllers?: 'all' | 'present';
}

/** A container that a monitor watches over. */
export interface StartRequest extends ContainerRequest, LogRequest {
  readonly stdin: 'none' | 'open';
  /** Ports of the host that are the container's as long as it runs; absent: none. */
  readonly heldPorts?: readonly HeldPort[] | undefined;
}

/** @throws SPEC_UNSUPPORTED naming the fields for which the host has no controller. */
function refuseMissingControllers({ unsupported }: CgroupPlan): void {
  const missing = unsupported.filter(({ lacks }) => lacks === 'controller');
  const [first] = missing;
  if (!first) return;
  const fields = missing.map(({ field }) => field);
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `${fields.map((field) => `'${field}'`).join(', ')}: ${first.reason}`,
    remedy: 'Mount the controller, or leave the limit out.',
    details: { fields },
  });
}

/**
 * Turns a request into a plan: what is asked for, held against what the host can do.
 * @returns the plan, and warnings about limits that this host does not allow.
 * @throws SPEC_UNSUPPORTED and SPEC_INVALID naming the field, ROOTFS_TOO_DEEP, MOUNT_SOURCE_MISSING, and the errors of cgroup and seccomp.
 */
export async function planStart(
  request: ContainerRequest,
  { host, filters }: { readonly host: HostFacts; readonly filters: FilterCache },
): Promise<{ readonly plan: StartPlan; readonly warnings: readonly string[] }> {
  const { bundle = request.runDir } = request;
  const labelled = withoutUnknownLabel(request.spec, host.securityModules);
  const spec = withIdMaps(labelled.spec, host.idRights);
  const asked = spec.linux.namespaces;
  const ownPaths = await ownNamespacePaths(asked);
  const namespaces = planNamespaces(asked, ownPaths);
  refuseUnsupported(namespaces);
  refuseWrongMounts(spec);
  refuseUnknownModules(spec, host.securityModules);
  refuseHostNames(spec, ownPaths);
  refuseHostSysctls(spec, ownPaths);
  refuseTooManyLayers(request.rootfs);
  const cgroup = planCgroup({
    layout: host.cgroups,
    path: spec.linux.cgroupsPath ?? defaultCgroupPath(request.id),
    resources: spec.linux.resources,
  });
  if (request.controllers === 'all') refuseMissingControllers(cgroup);
  const intelRdt = await planIntelRdt(spec.linux.intelRdt, {
    id: request.id,
    // Only for those who ask: a start does not read a list of all mounts.
    resctrl: spec.linux.intelRdt && findResctrl(await readFile('/proc/self/mountinfo', 'utf8')),
  });
  const { limits, warnings } = allowedLimits(spec.process.rlimits, {
    hardLimits: host.hardLimits,
    canRaise: host.canRaiseLimits,
  });
  const seccomp = spec.linux.seccomp && filters.compile(spec.linux.seccomp);
  const oom = oomScore(spec.process.oomScoreAdj, host);
  const user = namespaces.user === 'host' ? 'host' : 'other';
  const granted = grantableProcess(spec.process, { host, user });
  return {
    plan: {
      spec: { ...spec, process: granted.process },
      rootfs: possibleRoot(request.rootfs, host),
      overlayOptions: rootOptions(spec, host),
      namespaces,
      runDir: request.runDir,
      init: request.init === true ? initImage(host.architecture) : undefined,
      // What is the container's alone goes where its cgroups go.
      cgroup: { ...cgroup, remove: [...cgroup.remove, ...intelRdt.remove] },
      intelRdt,
      sources: await planSources(spec.mounts, request.bundle ?? '/'),
      noPivot: request.pivot === 'without' ? await planNoPivot() : undefined,
      isShared: isSharing(spec.linux.rootfsPropagation),
      seccomp,
      seccompListener: seccomp?.notifies
        ? planListener(spec, { id: request.id, bundle })
        : undefined,
      rlimits: limits,
      oomScoreAdj: oom.value,
      preserveFds: request.preserveFds ?? 0,
      newKeyring: request.newKeyring ?? true,
      clonesSources: namespaces.user !== 'host' && host.setsMountAttributes,
      idMapper: chooseIdMapper(spec, host.idRights),
      lastCapability: host.lastCapability,
      hooks: planHooks(spec, {
        id: request.id,
        bundle,
        environment: request.hookEnvironment ?? [],
      }),
    },
    warnings: [
      ...warnings,
      ...labelled.warnings,
      ...mountWarnings(spec),
      ...oom.warnings,
      ...granted.warnings,
      ...cgroup.unsupported.map(({ field, reason }) => `"${field}": ${reason}`),
    ],
  };
}

function refuseUnsupported({ user, mount }: NamespacePlan): void {
  // In a mount namespace that belongs to the host its root may not mount anything (user_namespaces(7)).
  const fields =
    user !== 'host' && mount === 'host'
      ? ['linux.namespaces with a "user" namespace, but no "mount" namespace']
      : [];
  if (fields.length === 0) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `The config asks for ${fields.join(', ')}, which berth cannot carry out yet.`,
    remedy: 'Leave it out of the config.',
    details: { fields },
  });
}

function refuseTooManyLayers(rootfs: RootfsMount): void {
  const count = rootfs.type === 'overlay' ? rootfs.lower.length : 0;
  if (count <= maxOverlayLayers) return;
  throw new BerthError('ROOTFS_TOO_DEEP', {
    message: `The root file system has ${count} layers; wanted at most ${maxOverlayLayers}, as overlayfs takes.`,
    remedy:
      'Build the image with fewer layers, or flatten it with "docker export" and "docker import".',
    details: { layers: count },
  });
}

/** Its changes are brought to the disk where the kernel cannot do without. */
function possibleRoot(rootfs: RootfsMount, { hasVolatileOverlays }: HostFacts): RootfsMount {
  return rootfs.type === 'bind' || hasVolatileOverlays ? rootfs : { ...rootfs, changes: 'kept' };
}

/** Whoever mounts the root labels it as well: in Docker and Podman that is the storage driver, here the launcher. */
function rootOptions({ linux }: Spec, { overlayOptions }: HostFacts): readonly string[] {
  const label = labelledData('', linux.mountLabel);
  return label === '' ? overlayOptions : [...overlayOptions, label];
}

/** What is asked for, as far as this host allows it. Lowering the score below its present value needs CAP_SYS_RESOURCE (proc_pid_oom_score_adj(5)). */
export function oomScore(
  wanted: number | undefined,
  { canRaiseLimits }: HostFacts,
): { readonly value: number | undefined; readonly warnings: readonly string[] } {
  if (wanted === undefined || wanted >= 0 || canRaiseLimits) return { value: wanted, warnings: [] };
  const warning = `"oomScoreAdj" of ${wanted} was not set: this host lacks CAP_SYS_RESOURCE, which a negative score needs.`;
  return { value: undefined, warnings: [warning] };
}
