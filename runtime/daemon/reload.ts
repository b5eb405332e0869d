import { hostname } from 'node:os';
import { hrtime } from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { readConfigFile } from '../config/config-file.ts';
import type { DaemonConfig, FlagValues } from '../config/daemon-config.ts';
import type { NetworkConfig } from '../config/network-config.ts';
import { defaultCgroupns } from '../container/create/default-cgroupns.ts';
import { messageOf } from '../errors/berth-error.ts';
import { readCgroupVersion, type CgroupVersion } from '../host/cgroup-version.ts';
import { engineSettings } from './engine-settings.ts';
import type { ServerIdentity } from '../host/tls-server.ts';
import type { Log } from './log.ts';
import type { OpenEngine } from './open-engine.ts';
import type { NotifyService } from './service-manager.ts';
import { readTlsIdentity } from './tls-identity.ts';

/** What a reload works with. */
export interface Reloading {
  readonly configPath: string;
  readonly flags: FlagValues;
  /** The configuration that berthd works by; replaced by each reload that succeeds. */
  readonly live: { config: DaemonConfig };
  readonly reconfigure: OpenEngine['reconfigure'];
  /** For connections over TCP from now on. */
  readonly replaceIdentity: (identity: ServerIdentity) => void;
  readonly log: Log;
  readonly notify: NotifyService;
}

/**
 * Reads the configuration again at every `asked`, one after the other: what can change while berthd runs does, all of it or
 * nothing, and berthd says what else has changed and so wants a restart. A configuration that cannot be used changes
 * nothing: the daemon goes on as it is.
 */
export function reloadWhenAsked(reload: EventTarget, work: Reloading): void {
  let last = Promise.resolve();
  reload.addEventListener('asked', () => {
    last = last.then(() => reloadOnce(work));
  });
}

async function reloadOnce(work: Reloading): Promise<void> {
  const { configPath, flags, live, log, notify } = work;
  const microseconds = (hrtime.bigint() / 1000n).toString();
  await notify({ RELOADING: '1', MONOTONIC_USEC: microseconds });
  try {
    const { config, judged } = await readConfigFile(configPath, flags);
    // All that may fail has been done when the first thing changes.
    const settings = await judged(() => engineSettings(config));
    const { tls } = config;
    const identity = tls === undefined ? undefined : await judged(() => readTlsIdentity(tls));
    await work.reconfigure(settings, reloadAttributes(config, await readCgroupVersion()));
    if (identity !== undefined) work.replaceIdentity(identity);
    const late = lateKeys(live.config, config);
    live.config = config;
    log.level = config.logLevel;
    log.info({ configPath, logLevel: config.logLevel }, 'the configuration was read again');
    if (late.length > 0) log.warn({ keys: late }, 'these keys change with the next start');
  } catch (error) {
    log.error({ configPath, problem: messageOf(error) }, 'the configuration stays as it was');
  }
  await notify({ READY: '1' });
}

/** What only a start can change, with the keys of daemon.json that it comes from. */
const startSettings = {
  dataRoot: 'data-root',
  runRoot: 'exec-root',
  sockets: 'hosts',
  tcp: 'hosts',
  group: 'group',
  pidfile: 'pidfile',
  experimental: 'experimental',
  logFormat: 'log-format',
  metrics: 'metrics-addr',
  usernsRemap: 'userns-remap',
} as const satisfies Partial<Record<keyof DaemonConfig, string>>;

/** Settings of networks, all of which only a start can change, by their keys. */
const networkSettings: Readonly<Record<string, (network: NetworkConfig) => unknown>> = {
  bridge: ({ bridge }) => bridge,
  bip: ({ ipv4 }) => ipv4.address,
  'fixed-cidr': ({ ipv4 }) => ipv4.range,
  'default-gateway': ({ ipv4 }) => ipv4.gateway,
  bip6: ({ ipv6 }) => ipv6.address,
  'fixed-cidr-v6': ({ ipv6 }) => ipv6.range,
  'default-gateway-v6': ({ ipv6 }) => ipv6.gateway,
  ipv6: ({ hasIpv6 }) => hasIpv6,
  icc: ({ interContainer }) => interContainer,
  'ip-masq': ({ masquerade }) => masquerade,
  mtu: ({ mtuBytes }) => mtuBytes,
  ip: ({ bindAddress }) => bindAddress,
  'default-address-pools': ({ pools }) => pools,
  'default-network-opts': ({ defaultOptions }) => defaultOptions,
  'host-gateway-ips': ({ hostGateways }) => hostGateways,
  iptables: ({ firewall }) => firewall.ipv4,
  ip6tables: ({ firewall }) => firewall.ipv6,
  'ip-forward': ({ forwarding }) => forwarding,
  'ip-forward-no-drop': ({ forwardWithoutDrop }) => forwardWithoutDrop,
  'allow-direct-routing': ({ directRouting }) => directRouting,
  'userland-proxy': ({ userlandProxy }) => userlandProxy,
};

/** Keys whose change waits for the next start. */
export function lateKeys(running: DaemonConfig, wanted: DaemonConfig): readonly string[] {
  const fields = Object.keys(startSettings) as (keyof typeof startSettings)[];
  const changed = fields.filter((field) => !isDeepStrictEqual(running[field], wanted[field]));
  const ofNetworks = Object.entries(networkSettings).filter(
    ([, valueOf]) => !isDeepStrictEqual(valueOf(running.network), valueOf(wanted.network)),
  );
  const keys = [...changed.map((field) => startSettings[field]), ...ofNetworks.map(([key]) => key)];
  return [...new Set(keys)];
}

/** What Docker's event `reload` tells (moby 28.5, daemon/reload.go). */
function reloadAttributes(
  config: DaemonConfig,
  cgroupVersion: CgroupVersion,
): Readonly<Record<string, string>> {
  const { registry, containers, logLevel, labels } = config;
  return {
    name: hostname(),
    debug: String(logLevel === 'debug' || logLevel === 'trace'),
    labels: JSON.stringify(labels),
    'insecure-registries': JSON.stringify(registry.insecureRegistries),
    'registry-mirrors': JSON.stringify(registry.registryMirrors),
    'max-concurrent-downloads': String(registry.maxConcurrentDownloads),
    'max-concurrent-uploads': String(registry.maxConcurrentUploads),
    'max-download-attempts': String(registry.maxDownloadAttempts),
    'shutdown-timeout': String(config.shutdownTimeoutSeconds ?? ''),
    'live-restore': 'true',
    features: 'map[]',
    runtimes: 'berth:berth',
    'default-runtime': 'berth',
    'default-shm-size': String(containers.shmSizeBytes),
    'default-ipc-mode': containers.ipcMode || 'private',
    'default-cgroupns-mode': containers.cgroupnsMode || defaultCgroupns(cgroupVersion),
  };
}
