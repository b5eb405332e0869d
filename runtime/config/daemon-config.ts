import { BerthError } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';
import { checkConfig, type ConfigIssue, isObject } from './config-issue.ts';
import { parseHostAddress, parseLoopbackAddress, type TcpAddress } from './host-address.ts';
import { parseJsonc } from './jsonc.ts';
import { KeyPlaces } from './key-place.ts';
import { networkConfig, type NetworkConfig } from './network-config.ts';
import type { ParsedConfig } from './schema.ts';

/** How registries are reached. */
export interface RegistrySettings {
  /** `registry-mirrors`: URLs of mirrors of Docker Hub. */
  readonly registryMirrors: readonly string[];
  /** `registry-mirrors-for`: URLs of mirrors of other registries, such as `ghcr.io`; `*` is every other one. */
  readonly registryMirrorsFor: Readonly<Record<string, readonly string[]>>;
  readonly insecureRegistries: readonly string[];
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  readonly maxDownloadAttempts: number;
  /** Keys that are not in `proxies` are those of the environment: HTTP_PROXY and the others. */
  readonly proxies: ProxySettings;
}

/** Docker's `proxies`. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts, domains and networks that are reached without a proxy, with commas between them. */
  readonly noProxy?: string;
}

/** Certificates and key of the API over TCP: paths of PEM files. */
export interface TlsFiles {
  /** Whose certificates clients show. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** What counts for containers that do not say. Empty words are berth's own defaults. */
export interface ContainerSettings {
  readonly init: boolean;
  readonly cgroupParent: string;
  readonly ulimits: readonly {
    readonly Name: string;
    readonly Soft: number;
    readonly Hard: number;
  }[];
  readonly shmSizeBytes: number;
  readonly ipcMode: '' | 'private' | 'shareable';
  readonly cgroupnsMode: '' | 'private' | 'host';
  /** Empty, `builtin`, `unconfined`, or the path of a profile. */
  readonly seccompProfile: string;
  readonly noNewPrivileges: boolean;
  readonly dns: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly dnsSearch: readonly string[];
  /** The host's file; empty: /etc/resolv.conf. */
  readonly resolvConf: string;
  /** `log-driver` and `log-opts`. */
  readonly log: {
    readonly driver: string;
    readonly options: Readonly<Record<string, string>>;
  };
}

/** From the loudest to the quietest. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What berthd is told. */
export interface DaemonConfig {
  readonly dataRoot: string;
  /** Files that a reboot may take: sockets of the monitors, exit records. */
  readonly runRoot: string;
  /** Paths of the Unix sockets to serve. */
  readonly sockets: readonly string[];
  /** Where to serve over TCP; nowhere without `tls`. */
  readonly tcp: readonly TcpAddress[];
  readonly tls?: TlsFiles;
  /** Name of the group whose members may use the sockets. */
  readonly group: string;
  /** Empty: none is written. */
  readonly pidfile: string;
  /** Whether Docker's client is to offer what it calls experimental. */
  readonly experimental: 'on' | 'off';
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'text';
  /** Of the engine, such as `zone=a`. */
  readonly labels: readonly string[];
  /** Where to serve metrics over plain HTTP: on loopback. */
  readonly metrics?: TcpAddress;
  /** Longest time a container gets when the host goes down; -1: as long as it asks for. Absent: berth's own. */
  readonly shutdownTimeoutSeconds?: number;
  readonly registry: RegistrySettings;
  /** `userns-remap`: whose ids containers have; empty: those of the host. */
  readonly usernsRemap: string;
  readonly containers: ContainerSettings;
  readonly network: NetworkConfig;
}

/** Keys that berthd's command line has set, with values as daemon.json has them. */
export type FlagValues = Readonly<Record<string, unknown>>;

/**
 * Reads a daemon.json; without a file everything has its default.
 * @throws BerthError DAEMON_CONFIG_INVALID naming line, column and key, and what was wanted.
 */
export async function readDaemonConfig(
  path: string,
  flags: FlagValues = {},
): Promise<DaemonConfig> {
  return parseDaemonConfig((await readTextIfExists(path)) ?? '', path, flags);
}

/** As `readDaemonConfig`, for a text that is there, which may have comments; `path` is for the messages. */
export function parseDaemonConfig(
  file: string,
  path: string,
  flags: FlagValues = {},
): DaemonConfig {
  // Editors of other systems begin a file with a byte order mark, which is no JSON.
  const text = file.replace(/^\uFEFF/, '');
  const json = text.trim() === '' ? '{}' : text;
  const value = parseJson(json, path);
  refuseTwice(value, flags, path);
  const checked = checkConfig(isObject(value) ? merge(value, flags) : value, {
    file: new KeyPlaces(json),
    flags: new Set(Object.keys(flags)),
  });
  if (checked.kind === 'config') return toSettings(checked.config);
  const { issues } = checked;
  throw invalid(path, issues.map(sentenceOf).join('; '), { problem: 'unusable', issues });
}

/** The parts of `proxies` are flags of their own. */
function merge(file: FlagValues, flags: FlagValues): FlagValues {
  const { proxies } = flags;
  if (!isObject(proxies) || !isObject(file['proxies'])) return { ...file, ...flags };
  return { ...file, ...flags, proxies: { ...file['proxies'], ...proxies } };
}

/** As Docker: who says something twice may mean either. */
function refuseTwice(file: unknown, flags: FlagValues, path: string): void {
  if (!isObject(file)) return;
  const twice = Object.keys(flags).filter((key) => Object.hasOwn(file, key) && key !== 'proxies');
  if (twice.length === 0) return;
  const keys = twice.map(
    (key) =>
      `${key}: (from flag: ${JSON.stringify(flags[key])}, from file: ${JSON.stringify(file[key])})`,
  );
  throw new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${path}" cannot be used: the following directives are specified both as a flag and in the configuration file: ${keys.join(', ')}`,
    remedy: 'Leave out either the flag or the key, then start the daemon again.',
    details: { path, problem: 'flag-and-file', keys: twice },
  });
}

function sentenceOf({ key, wanted, near, line, column }: ConfigIssue): string {
  const place = line === undefined ? '' : `line ${line}, column ${column}: `;
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  return `${place}"${key === '' ? 'the file' : key}": wanted ${wanted}${meant}`;
}

function toSettings(config: ParsedConfig): DaemonConfig {
  const hosts = config.hosts.flatMap((host) => parseHostAddress(host) ?? []);
  const metrics = parseLoopbackAddress(config['metrics-addr']);
  const { tlscacert: authority, tlscert: certificate, tlskey: key } = config;
  const seconds = config['shutdown-timeout'];
  return {
    dataRoot: config['data-root'],
    runRoot: config['exec-root'],
    sockets: hosts.flatMap((host) => (host.kind === 'unix' ? [host.path] : [])),
    tcp: hosts.flatMap((host) =>
      host.kind === 'tcp' ? [{ host: host.host, port: host.port }] : [],
    ),
    ...(config.tlsverify === true ? { tls: { authority, certificate, key } } : {}),
    group: config.group,
    pidfile: config.pidfile,
    experimental: config.experimental ? 'on' : 'off',
    logLevel: logLevelOf(config),
    logFormat: config['log-format'] === 'text' ? 'text' : 'json',
    labels: [...new Set(config.labels)],
    ...(metrics === undefined ? {} : { metrics }),
    ...(seconds === undefined ? {} : { shutdownTimeoutSeconds: seconds }),
    registry: registrySettings(config),
    usernsRemap: config['userns-remap'],
    containers: containerSettings(config),
    network: networkConfig(config),
  };
}

/** `debug` wins over `log-level`, but not over "trace", which says more. */
function logLevelOf({ debug, 'log-level': level }: ParsedConfig): LogLevel {
  if (level === 'trace') return 'trace';
  if (debug) return 'debug';
  if (level === 'panic') return 'fatal';
  return level === '' ? 'info' : level;
}

function containerSettings(config: ParsedConfig): ContainerSettings {
  return {
    init: config.init,
    cgroupParent: config['cgroup-parent'],
    ulimits: Object.values(config['default-ulimits']),
    shmSizeBytes: config['default-shm-size'],
    ipcMode: config['default-ipc-mode'],
    cgroupnsMode: config['default-cgroupns-mode'],
    seccompProfile: config['seccomp-profile'],
    noNewPrivileges: config['no-new-privileges'],
    dns: config.dns,
    dnsOptions: config['dns-opts'],
    dnsSearch: config['dns-search'],
    resolvConf: config['resolv-conf'],
    log: { driver: config['log-driver'], options: config['log-opts'] },
  };
}

function registrySettings(config: ParsedConfig): RegistrySettings {
  const {
    'http-proxy': httpProxy,
    'https-proxy': httpsProxy,
    'no-proxy': noProxy,
  } = config.proxies;
  return {
    registryMirrors: config['registry-mirrors'],
    registryMirrorsFor: config['registry-mirrors-for'],
    insecureRegistries: config['insecure-registries'],
    maxConcurrentDownloads: config['max-concurrent-downloads'],
    maxConcurrentUploads: config['max-concurrent-uploads'],
    maxDownloadAttempts: config['max-download-attempts'],
    proxies: {
      ...(httpProxy === undefined ? {} : { httpProxy }),
      ...(httpsProxy === undefined ? {} : { httpsProxy }),
      ...(noProxy === undefined ? {} : { noProxy }),
    },
  };
}

function parseJson(file: string, path: string): unknown {
  const parsed = parseJsonc(file);
  if (parsed.kind === 'value') return parsed.value;
  const { reason, line, column } = parsed;
  const details = { problem: 'no-json', reason, line, column };
  throw invalid(path, `it is no JSON (${parsed.problem})`, details);
}

function invalid(
  path: string,
  problem: string,
  details: Readonly<Record<string, unknown>>,
): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${path}" cannot be used: ${problem}.`,
    remedy: `Correct "${path}", then start the daemon again.`,
    details: { path, ...details },
  });
}
