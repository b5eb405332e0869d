import { release } from 'node:os';
import { detectCgroups } from '../cgroup/detect.ts';
import type { CgroupLayout } from '../cgroup/layout.ts';
import { isBerthError } from '../errors/berth-error.ts';
import { readFile } from '../host/files.ts';
import { inUserNamespace } from '../host/user-namespace.ts';
import { type Architecture, currentArchitecture } from '../syscall/architecture.ts';
import { capabilityNumber } from './process/capabilities.ts';
import { type IdRights, parseIdMap } from './namespaces/id-mapper.ts';
import { overlayOptions } from './root/overlay-options.ts';
import { type HardLimits, parseHardLimits } from './process/rlimits.ts';
import { readSecurityModules, type SecurityModules } from './security/security-modules.ts';

/** What starting a container needs to know of the host; it does not change while berthd runs. */
export interface HostFacts {
  readonly architecture: Architecture;
  /** Absent: it shows none. */
  readonly cgroups: CgroupLayout | undefined;
  /** Highest capability number that the kernel knows. */
  readonly lastCapability: number;
  /** Mask of what this process may pass on: what it is permitted and its bounding set has. */
  readonly ownCapabilities: bigint;
  readonly hardLimits: HardLimits;
  /** Whether this process has CAP_SYS_RESOURCE. */
  readonly canRaiseLimits: boolean;
  /** Options of overlay mounts: see `overlayOptions`. */
  readonly overlayOptions: readonly string[];
  /** Whether overlays can be mounted with `volatile`: Linux 5.10. */
  readonly hasVolatileOverlays: boolean;
  readonly securityModules: SecurityModules;
  readonly idRights: IdRights;
  /** Whether there is mount_setattr(2): Linux 5.12. */
  readonly setsMountAttributes: boolean;
}

/** What is looked for. */
export interface HostFactsRequest {
  /**
   * Where containers are on a host with cgroup v1: in the hierarchies that limit and count, the default, or in `all` that runc
   * puts them in, so also in v2 and in systemd's. A folder more is some 0.1 ms a start, for nothing that berth's own engine
   * looks at; other engines expect it.
   */
  readonly hierarchies?: 'limiting' | 'all';
}

/** Reads the host's facts. Throws ARCH_UNSUPPORTED. */
export async function readHostFacts({
  hierarchies = 'limiting',
}: HostFactsRequest = {}): Promise<HostFacts> {
  const [cgroups, lastCapability, limits, status, options, securityModules, ...maps] =
    await Promise.all([
      cgroupsIfAny(hierarchies),
      readFile('/proc/sys/kernel/cap_last_cap', 'utf8'),
      readFile('/proc/self/limits', 'utf8'),
      readFile('/proc/self/status', 'utf8'),
      overlayOptions(),
      readSecurityModules(),
      readFile('/proc/self/uid_map', 'utf8'),
      readFile('/proc/self/gid_map', 'utf8'),
    ]);
  const capabilities = (set: string): bigint =>
    BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  const effective = capabilities('CapEff');
  const has = (name: string): boolean =>
    ((effective >> BigInt(capabilityNumber(name) ?? 0)) & 1n) === 1n;
  const [uids, gids] = maps.map(parseIdMap);
  return {
    architecture: currentArchitecture(),
    cgroups,
    lastCapability: Number(lastCapability),
    ownCapabilities: capabilities('CapPrm') & capabilities('CapBnd'),
    hardLimits: parseHardLimits(limits),
    // Root of a user namespace has the capability, but not over what is the host's.
    canRaiseLimits: has('CAP_SYS_RESOURCE') && !inUserNamespace(),
    overlayOptions: options,
    hasVolatileOverlays: isAtLeast(release(), [5, 10]),
    securityModules,
    setsMountAttributes: isAtLeast(release(), [5, 12]),
    idRights: {
      own: { uid: effectiveId(status, 'Uid'), gid: effectiveId(status, 'Gid') },
      canSetIds: has('CAP_SETUID') && has('CAP_SETGID'),
      uids: uids ?? [],
      gids: gids ?? [],
    },
  };
}

/** Compares as uname(2) has them, such as "6.1.0-31-amd64". */
function isAtLeast(kernel: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** A container may be shown no cgroups: what asks for nothing of them runs there all the same. */
async function cgroupsIfAny(
  hierarchies: NonNullable<HostFactsRequest['hierarchies']>,
): Promise<CgroupLayout | undefined> {
  try {
    const layout = await detectCgroups();
    if (layout.version === 'v2' || hierarchies === 'all') return layout;
    return { ...layout, unified: undefined, systemd: undefined };
  } catch (error) {
    if (isBerthError(error, 'CGROUP_UNAVAILABLE')) return undefined;
    throw error;
  }
}

/** The second of four numbers: proc_pid_status(5). */
function effectiveId(status: string, name: 'Uid' | 'Gid'): number {
  return Number(new RegExp(`^${name}:\\s*\\d+\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}
