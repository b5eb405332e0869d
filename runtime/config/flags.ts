import { BerthError } from '../errors/berth-error.ts';
import { composedFlags } from './composed-flags.ts';
import type { FlagValues } from './daemon-config.ts';

// Importing node:util by name reads all its exports, lazy ones too, before berthd listens.
const { parseArgs } = process.getBuiltinModule('node:util');

/** What berthd is started with. */
export interface DaemonFlags {
  readonly configPath: string;
  /** Only say whether the configuration can be used. */
  readonly validate: boolean;
  /** Keys of daemon.json that flags stand for. */
  readonly values: FlagValues;
}

type Kind = 'text' | 'number' | 'switch' | 'list';

/** dockerd's flags that stand for a key of daemon.json, where their names differ. */
const listFlags: Readonly<Record<string, string>> = {
  host: 'hosts',
  label: 'labels',
  'registry-mirror': 'registry-mirrors',
  'insecure-registry': 'insecure-registries',
  dns: 'dns',
  'dns-opt': 'dns-opts',
  'dns-search': 'dns-search',
  'host-gateway-ip': 'host-gateway-ips',
};

const textFlags = [
  ...['data-root', 'exec-root', 'group', 'pidfile', 'log-level', 'log-format', 'metrics-addr'],
  ...['tlscacert', 'tlscert', 'tlskey', 'userns-remap', 'cgroup-parent', 'seccomp-profile'],
  ...['default-shm-size', 'default-ipc-mode', 'default-cgroupns-mode', 'storage-driver'],
  ...['bip', 'bip6', 'bridge', 'fixed-cidr', 'fixed-cidr-v6', 'default-gateway'],
  ...['default-gateway-v6', 'ip', 'log-driver'],
];
const proxyFlags = ['http-proxy', 'https-proxy', 'no-proxy'];
const numberFlags = [
  ...['max-concurrent-downloads', 'max-concurrent-uploads', 'max-download-attempts'],
  ...['shutdown-timeout', 'mtu'],
];
const switchFlags = [
  'debug',
  'experimental',
  'tls',
  'tlsverify',
  'init',
  'no-new-privileges',
  'live-restore',
  ...['ipv6', 'icc', 'iptables', 'ip6tables', 'ip-forward', 'ip-forward-no-drop', 'ip-masq'],
  ...['userland-proxy', 'allow-direct-routing'],
];

const shorts: Readonly<Record<string, string>> = {
  ...{ host: 'H', debug: 'D', group: 'G', pidfile: 'p', 'log-level': 'l', 'storage-driver': 's' },
  bridge: 'b',
};

const kinds: Readonly<Record<string, Kind>> = Object.fromEntries([
  ...[...Object.keys(listFlags), ...Object.keys(composedFlags)].map(
    (name) => [name, 'list'] as const,
  ),
  ...[...textFlags, ...proxyFlags].map((name) => [name, 'text'] as const),
  ...numberFlags.map((name) => [name, 'number'] as const),
  ...switchFlags.map((name) => [name, 'switch'] as const),
]);

/**
 * Reads berthd's command line: dockerd's flags for keys that berth acts on, `--config` and `--validate`.
 * @throws BerthError USAGE
 */
export function parseDaemonFlags(args: readonly string[]): DaemonFlags {
  const { config, validate, ...given } = parse(args);
  const values: Record<string, unknown> = {};
  const proxies: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const composed = composedFlags[name];
    if (composed !== undefined) values[composed.key] = composed.compose(value as readonly string[]);
    else if (proxyFlags.includes(name)) proxies[name] = value;
    else values[listFlags[name] ?? name] = kinds[name] === 'number' ? numberOf(value) : value;
  }
  return {
    configPath: typeof config === 'string' ? config : '/etc/berth/daemon.json',
    validate: validate === true,
    values: Object.keys(proxies).length === 0 ? values : { ...values, proxies },
  };
}

/** What is no number is left to the check of the configuration, which says what was wanted. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
}

function parse(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.entries(kinds).map(([name, kind]) => {
    const short = shorts[name];
    const option = {
      type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
      multiple: kind === 'list',
      ...(short === undefined ? {} : { short }),
    };
    return [name, option] as const;
  });
  const own = { config: { type: 'string' }, validate: { type: 'boolean' } } as const;
  try {
    return parseArgs({
      args: [...asNode(args)],
      options: { ...Object.fromEntries(options), ...own },
      allowNegative: true,
    }).values;
  } catch (cause) {
    throw new BerthError('USAGE', {
      message: cause instanceof Error ? cause.message : String(cause),
      remedy: 'See docs/daemon.md for what berthd takes; most settings are keys of daemon.json.',
      cause,
    });
  }
}

/** dockerd's `--config-file`, `--debug=false` for `--no-debug`, and `-H=` for `-H`. */
function asNode(args: readonly string[]): readonly string[] {
  return args.map((arg) => {
    const name = /^--([\w-]+)=(true|false)$/.exec(arg);
    if (name !== null && kinds[name[1] ?? ''] === 'switch') {
      return name[2] === 'true' ? `--${name[1]}` : `--no-${name[1]}`;
    }
    // `-H=unix://...`: Go's flags have the sign also behind one letter.
    return arg.replace(/^--config-file(?==|$)/, '--config').replace(/^(-[HGplsb])=/, '$1');
  });
}
