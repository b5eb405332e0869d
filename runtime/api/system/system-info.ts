import { createHash } from 'node:crypto';
import { availableParallelism, hostname, machine, release, totalmem } from 'node:os';

import { ownRuntime, runtimeNames } from '../../container/create/runtime-names.ts';
import { driverNames } from '../../container/log-drivers/driver-options.ts';
import type { Container } from '../../container/lifecycle/container.ts';
import type { ContainerStatus } from '../../container/model/container-state.ts';
import { listFolder, readTextIfExists } from '../../host/files.ts';
import type { FirewallTool } from '../../network/firewall/firewall.ts';
import type { ApiServices, EngineIdentity } from '../services.ts';
import { readHostFacts } from './host-facts.ts';
import type { HostFacts } from './host-facts.ts';

/** An id of this engine that stays the same: made from the host's own, which is not to be shown (machine-id(5)). */
export async function engineId(dataRoot: string): Promise<string> {
  const machineId = (await readTextIfExists('/etc/machine-id')) ?? hostname();
  const hex = createHash('sha256').update(`berth ${machineId.trim()} ${dataRoot}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function limitSupport(facts: HostFacts): Readonly<Record<string, boolean>> {
  // With cgroup v2 every kernel that runs berth has these.
  const has = (controller: string): boolean =>
    facts.cgroupVersion === '2' || facts.controllers.has(controller);
  return {
    MemoryLimit: has('memory'),
    SwapLimit: has('memory'),
    CpuCfsPeriod: has('cpu'),
    CpuCfsQuota: has('cpu'),
    CPUShares: has('cpu'),
    CPUSet: has('cpuset'),
    PidsLimit: has('pids'),
    OomKillDisable: facts.cgroupVersion === '1' && has('memory'),
  };
}

/** What the user of this host should know. */
function warningsOf(facts: HostFacts): readonly string[] {
  return [...(facts.ipv4Forwarding ? [] : ['WARNING: IPv4 forwarding is disabled'])];
}

function count(containers: readonly Container[], ...statuses: readonly ContainerStatus[]): number {
  return containers.filter(({ record }) => statuses.includes(record.state.status)).length;
}

/** `GET /info` (`docker info`). */
export async function systemInfo(
  services: ApiServices,
  containers: readonly Container[],
): Promise<Readonly<Record<string, unknown>>> {
  const { clock, identity, images, events } = services;
  const [facts, allImages, id, descriptors, firewallTool] = await Promise.all([
    readHostFacts(identity.dataRoot),
    images.list(),
    engineId(identity.dataRoot),
    listFolder('/proc/self/fd'),
    services.containers.networks.firewallTool(),
  ]);
  const running = count(containers, 'running');
  const paused = count(containers, 'paused');
  return {
    ID: id,
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running - paused,
    Images: allImages.length,
    ...engineFields(identity, facts),
    Debug: identity.debug ?? false,
    NFd: descriptors.length,
    // What Node.js has instead of goroutines: operations that are under way.
    NGoroutines: process.getActiveResourcesInfo().length,
    NEventsListener: events.listenerCount,
    Labels: identity.labels ?? [],
    SecurityOptions: securityOptions(identity),
    RegistryConfig: registryConfig(identity),
    ...limitSupport(facts),
    IPv4Forwarding: facts.ipv4Forwarding,
    SystemTime: new Date(clock.now()).toISOString(),
    CgroupVersion: facts.cgroupVersion,
    KernelVersion: release(),
    OperatingSystem: facts.operatingSystem,
    OSVersion: facts.osVersion,
    OSType: 'linux',
    Architecture: machine(),
    NCPU: availableParallelism(),
    MemTotal: totalmem(),
    DockerRootDir: identity.dataRoot,
    LoggingDriver: identity.logDriver ?? 'json-file',
    ...proxyFields(identity),
    ...firewallFields(firewallTool),
    Name: hostname(),
    Warnings: warningsOf(facts),
  };
}

function proxyFields({ proxies = {} }: EngineIdentity): Readonly<Record<string, string>> {
  const { env } = process;
  return {
    HttpProxy: shown(proxies.httpProxy ?? env['HTTP_PROXY'] ?? env['http_proxy'] ?? ''),
    HttpsProxy: shown(proxies.httpsProxy ?? env['HTTPS_PROXY'] ?? env['https_proxy'] ?? ''),
    NoProxy: proxies.noProxy ?? env['NO_PROXY'] ?? env['no_proxy'] ?? '',
  };
}

/** In Docker's words; left out where no rules are made. */
function firewallFields(tool: FirewallTool): Readonly<Record<string, unknown>> {
  if (tool === 'none') return {};
  return { FirewallBackend: { Driver: tool === 'nft' ? 'nftables' : tool } };
}

/** Without name and password, as Docker: everybody who may ask sees it. */
function shown(proxy: string): string {
  return proxy.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1xxxxx:xxxxx@');
}

/** What keeps containers apart, in Docker's words and order. */
function securityOptions(identity: EngineIdentity): readonly string[] {
  const { seccompProfile = 'builtin', remapsUsers, cgroupnsMode, noNewPrivileges } = identity;
  return [
    `name=seccomp,profile=${seccompProfile}`,
    ...(remapsUsers ? ['name=userns'] : []),
    ...(cgroupnsMode === 'private' ? ['name=cgroupns'] : []),
    ...(noNewPrivileges ? ['name=no-new-privileges'] : []),
  ];
}

/** What is the same on every host. */
function engineFields(
  { version, experimental }: EngineIdentity,
  facts: HostFacts,
): Readonly<Record<string, unknown>> {
  return {
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', facts.backingFilesystem],
      ['Supports d_type', 'true'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null'],
      Authorization: null,
      Log: driverNames,
    },
    CgroupDriver: 'cgroupfs',
    IndexServerAddress: 'https://index.docker.io/v1/',
    GenericResources: null,
    ExperimentalBuild: experimental === 'on',
    ServerVersion: version,
    Runtimes: Object.fromEntries(runtimeNames.map((name) => [name, { path: ownRuntime }])),
    DefaultRuntime: ownRuntime,
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: 'docker-init',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    CDISpecDirs: [],
  };
}

/** Docker's `RegistryConfig`; the loopback network is always insecure. */
function registryConfig({ registryMirrors, insecureRegistries }: EngineIdentity): object {
  const networks = insecureRegistries.filter((entry) => entry.includes('/'));
  const hosts = insecureRegistries.filter((entry) => !entry.includes('/'));
  const mirrors = registryMirrors.map((url) => `${url.replace(/\/+$/, '')}/`);
  const insecure = new Map(
    hosts.map((Name) => [Name, { Name, Mirrors: [], Secure: false, Official: false }]),
  );
  return {
    InsecureRegistryCIDRs: [...new Set(['::1/128', '127.0.0.0/8', ...networks])],
    IndexConfigs: {
      ...Object.fromEntries<object>(insecure),
      'docker.io': { Name: 'docker.io', Mirrors: mirrors, Secure: true, Official: true },
    },
    Mirrors: mirrors,
  };
}
