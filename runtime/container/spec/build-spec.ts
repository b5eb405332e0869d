import { BerthError } from '../../errors/berth-error.ts';
import { noHooks } from '../../spec/hooks.ts';
import { ociVersion } from '../../spec/oci-version.ts';
import { inUserNamespace } from '../../host/user-namespace.ts';
import type { Seccomp } from '../../spec/seccomp.ts';
import type { Spec } from '../../spec/spec.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { networkKind } from '../model/network-mode.ts';
import type { IdRemap } from '../ports.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import { rootfsPropagation } from './bind-propagation.ts';
import { cgroupPlaceOf } from './cgroup-place.ts';
import { containerCapabilities } from './capability-set.ts';
import { mountsOf } from './container-mounts.ts';
import { programEnvironment } from './environment.ts';
import { hiddenPaths } from './hidden-paths.ts';
import type { ResolvedUser } from './resolve-user.ts';
import { defaultProfile } from './seccomp-cache.ts';
import { parseSecurityOptions } from './security-options.ts';
import type { SecurityOptions } from './security-options.ts';
import type { ContainerDevices } from './spec-devices.ts';
import { specMounts } from './spec-mounts.ts';
import { type DonorPlaces, specNamespaces } from './spec-namespaces.ts';
import { specResources } from './spec-resources.ts';
import { specRlimits } from './spec-rlimits.ts';

/** What was looked up for a container before its specification can be written. */
export interface SpecSource {
  readonly record: ContainerRecord;
  readonly folder: ContainerFolder;
  readonly user: ResolvedUser;
  readonly devices: ContainerDevices;
  readonly hasSubmounts: (path: string) => boolean;
  /** Where a volume is on the host. */
  readonly volumePath: (name: string) => string;
  /** Absent: the users are those of the host. */
  readonly idRemap?: IdRemap | undefined;
  /** What counts without a word in `HostConfig.SecurityOpt`. */
  readonly security?: SecurityOptions | undefined;
  /** Absent: nothing is joined; for what goes on in a container that is there. */
  readonly donors?: DonorPlaces | undefined;
  /** Variables that tell of containers that it is linked to; absent: none. */
  readonly linked?: readonly string[] | undefined;
  /** Capabilities that berthd can give on. */
  readonly available: readonly string[];
}

/** Program and arguments: the entry point, then the command. */
export function programArguments(config: ContainerRecord['config']): readonly string[] {
  return [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
}

/** In Docker's words. */
function cgroupsOfOthers(): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: 'option WritableCgroups conflicts with user namespaces',
    remedy:
      'Leave "writable-cgroups" out of HostConfig.SecurityOpt, or give the container the users of the host ("--userns host").',
    details: { field: 'HostConfig.SecurityOpt' },
  });
}

/**
 * A container as the OCI runtime specification 1.2 describes it, with Docker's defaults.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export function buildSpec(source: SpecSource): Spec {
  const { record, user, devices, idRemap } = source;
  const { config, hostConfig } = record;
  const capabilities = containerCapabilities(hostConfig, source.available);
  const security = parseSecurityOptions(hostConfig, source.security);
  if (idRemap !== undefined && security.cgroups !== 'default') throw cgroupsOfOthers();
  const seccomp = seccompProfile(security, capabilities);
  const [rows = 0, columns = 0] = hostConfig.ConsoleSize;
  const ownUts = hostConfig.UTSMode !== 'host';
  const propagation = rootfsPropagation(mountsOf(record));
  return {
    ociVersion,
    process: {
      terminal: config.Tty,
      ...(config.Tty && rows > 0 ? { consoleSize: { height: rows, width: columns } } : {}),
      user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
      args: programArguments(config),
      env: programEnvironment({
        hostname: config.Hostname,
        terminal: config.Tty ? 'terminal' : 'none',
        home: user.home,
        linked: source.linked,
        configured: config.Env ?? [],
      }),
      cwd: config.WorkingDir === '' ? '/' : config.WorkingDir,
      capabilities: processCapabilities(capabilities, user),
      rlimits: specRlimits(hostConfig),
      noNewPrivileges: security.noNewPrivileges,
      oomScoreAdj: hostConfig.OomScoreAdj,
    },
    root: { path: 'rootfs', readonly: hostConfig.ReadonlyRootfs },
    ...(ownUts ? { hostname: config.Hostname } : {}),
    ...(ownUts && config.Domainname !== '' ? { domainname: config.Domainname } : {}),
    mounts: specMounts({ ...source, cgroups: security.cgroups }),
    annotations: hostConfig.Annotations ?? {},
    hooks: noHooks,
    linux: {
      ...cgroupsPath(record),
      namespaces: specNamespaces(record, idRemap ? 'own' : 'host', source.donors),
      uidMappings: idRemap?.uids ?? [],
      gidMappings: idRemap?.gids ?? [],
      devices: devices.nodes,
      resources: specResources(hostConfig, devices),
      ...(propagation === undefined ? {} : { rootfsPropagation: propagation }),
      ...(seccomp === undefined ? {} : { seccomp }),
      ...hiddenPaths(hostConfig),
      sysctl: { ...standardSysctls(source), ...hostConfig.Sysctls },
    },
  };
}

function cgroupsPath(record: ContainerRecord): Pick<Spec['linux'], 'cgroupsPath'> {
  const { path } = cgroupPlaceOf(record);
  return path === undefined ? {} : { cgroupsPath: path };
}

/** A program that is not root's starts without capabilities, but may still get them from a setuid file. */
export function processCapabilities(
  capabilities: readonly string[],
  user: ResolvedUser,
): NonNullable<Spec['process']['capabilities']> {
  const held = user.uid === 0 ? capabilities : [];
  return {
    bounding: capabilities,
    effective: held,
    inheritable: [],
    permitted: held,
    ambient: [],
  };
}

/** In a network of its own a container may use low ports and ping without capabilities, as in Docker. */
function standardSysctls({ record, idRemap }: SpecSource): Readonly<Record<string, string>> {
  // In one that is somebody else's they are his.
  if (['host', 'container'].includes(networkKind(record.hostConfig))) return {};
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    ...(inUserNamespace() ? {} : { 'net.ipv4.ping_group_range': `0 ${lastGroup(idRemap)}` }),
  };
}

/** Groups that a user namespace does not have cannot be named in it. */
function lastGroup(idRemap: IdRemap | undefined): number {
  if (idRemap === undefined) return 0x7fff_ffff;
  return Math.max(...idRemap.gids.map(({ containerID, size }) => containerID + size - 1));
}

function seccompProfile(
  security: SecurityOptions,
  capabilities: readonly string[],
): Seccomp | undefined {
  if (security.seccomp === 'unconfined') return undefined;
  return security.seccomp === 'default' ? defaultProfile(capabilities) : security.seccomp;
}
