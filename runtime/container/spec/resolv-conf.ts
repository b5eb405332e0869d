import { BlockList, isIP } from '../../host/ip-address.ts';

/** Where systemd-resolved lists the servers that it asks itself (systemd-resolved.service(8)). */
export const resolvedPath = '/run/systemd/resolve/resolv.conf';
/** The address at which systemd-resolved answers on its own host. */
const resolvedStub = '127.0.0.53';
/** The name server that berth gives to containers of networks, as Docker. */
const internalServer = '127.0.0.11';
/** Public servers that moby takes when there is no other (libnetwork/internal/resolvconf, v28.5.2). */
const publicServers = {
  4: ['8.8.8.8', '8.8.4.4'],
  6: ['2001:4860:4860::8888', '2001:4860:4860::8844'],
} as const;

/** A file of resolv.conf(5), read. */
export interface ResolvConf {
  /** Addresses, in their order. */
  readonly nameservers: readonly string[];
  /** What `nameserver` lines have that is no address. */
  readonly invalid: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** Lines of any other kind. */
  readonly other: readonly string[];
}

/** The file that a container's is made from. */
export interface ResolvConfSource {
  readonly path: string;
  /** Empty when there is no such file. */
  readonly text: string;
}

/** What takes the place of the host's: `--dns`, `--dns-search` and `--dns-option`, or the daemon's. Empty: nothing does. */
export interface ResolvConfOverrides {
  readonly nameservers: readonly string[];
  /** `.` alone: no search list. */
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Where a container is, as far as names go. */
export type NameScope =
  /** In the host's network namespace: all that the host uses works there. */
  | { readonly kind: 'host' }
  /** In a namespace of its own without a name server of berth's: the default bridge. */
  | { readonly kind: 'bridge'; readonly hasIpv6: boolean }
  /** In a network with berth's name server. */
  | { readonly kind: 'internal-server' };

/** A container's file, and what follows from it. */
export interface ResolvConfPlan {
  readonly text: string;
  /** Whom berth's name server asks; empty in other scopes. */
  readonly upstreams: readonly string[];
  /** From whose network namespace: the host's own servers from the host's, those that were told from the container's. */
  readonly upstreamsFrom: 'host' | 'container';
  /** What the user should be told. */
  readonly notices: readonly string[];
}

const noUpstreams = { upstreams: [], upstreamsFrom: 'host' } as const;

/** Reads a file. Of several `search` or `domain` lines the last counts, of `options` all do. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const invalid: string[] = [];
  const options: string[] = [];
  const other: string[] = [];
  let search: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [keyword = '', ...values] = line.split(/\s+/).filter((field) => field !== '');
    if (keyword === '' || /^[#;]/.test(keyword)) continue;
    const [first] = values;
    if (keyword === 'nameserver') {
      if (first !== undefined) (isIP(first) === 0 ? invalid : nameservers).push(first);
    } else if (keyword === 'search' || keyword === 'domain') {
      if (first !== undefined) search = values;
    } else if (keyword === 'options') options.push(...values);
    else other.push(line);
  }
  return { nameservers, invalid, search, options, other };
}

/**
 * Whether the host's file has nothing but systemd-resolved's own address, which only the host reaches: `resolvedPath` has the servers
 * behind it, if it is there.
 */
export function hasOnlyResolved({ nameservers }: ResolvConf): boolean {
  return nameservers.length === 1 && nameservers[0] === resolvedStub;
}

/**
 * A container's /etc/resolv.conf, with the comments at its end that Docker's has (moby v28.5.2, libnetwork/internal/resolvconf): which
 * file it is based on, whom the name server asks (`host(...)`: one of the host's own), and what was told to be other than there.
 */
export function planResolvConf(
  source: ResolvConfSource,
  overrides: ResolvConfOverrides,
  scope: NameScope,
): ResolvConfPlan {
  const host = parseResolvConf(source.text);
  const isTold = overrides.nameservers.length > 0;
  const conf = {
    ...host,
    nameservers: isTold ? overrides.nameservers : host.nameservers,
    search: (overrides.search.length > 0 ? overrides.search : host.search).filter(
      (domain) => domain !== '.' || overrides.search.length === 0,
    ),
    options: overrides.options.length > 0 ? overrides.options : host.options,
  };
  const based = `# Based on host file: '${source.path}'`;
  switch (scope.kind) {
    case 'host':
      return { text: textOf(conf, overrides, [based]), ...noUpstreams, notices: [] };
    case 'bridge': {
      const reachable = isTold
        ? { nameservers: conf.nameservers, notices: [] }
        : reachableServers(conf.nameservers, scope.hasIpv6);
      const warnings = reachable.notices.map(() => '# Used default nameservers.');
      const comments = [`${based} (legacy)`, ...warnings];
      const text = textOf({ ...conf, nameservers: reachable.nameservers }, overrides, comments);
      return { text, ...noUpstreams, notices: reachable.notices };
    }
    case 'internal-server':
      return internalPlan(conf, overrides, `${based} (internal resolver)`);
  }
}

function internalPlan(
  conf: ResolvConf,
  overrides: ResolvConfOverrides,
  based: string,
): ResolvConfPlan {
  const upstreams = conf.nameservers;
  const isTold = overrides.nameservers.length > 0;
  const shown = upstreams.map((address) => (isTold ? address : `host(${address})`));
  const warnings = upstreams.length === 0 ? ['# NO EXTERNAL NAMESERVERS DEFINED'] : [];
  const servers = upstreams.length === 0 ? [] : [`# ExtServers: [${shown.join(' ')}]`];
  const options = conf.options.filter((option) => !isBrokenNdots(option));
  const ownOptions = options.some(isNdots) ? options : [...options, 'ndots:0'];
  const text = textOf(
    { ...conf, nameservers: [internalServer], options: ownOptions },
    overrides,
    [based, ...warnings, ...servers],
    options.some(isNdots) ? undefined : 'internal',
  );
  const notices =
    upstreams.length === 0
      ? ['the host has no name server: containers find the names of containers only']
      : [];
  return { text, upstreams, upstreamsFrom: isTold ? 'container' : 'host', notices };
}

/** Those that a container with a namespace of its own reaches. */
function reachableServers(
  nameservers: readonly string[],
  hasIpv6: boolean,
): { readonly nameservers: readonly string[]; readonly notices: readonly string[] } {
  const reachable = nameservers.filter(
    (address) => !isLoopback(address) && (hasIpv6 || isIP(address) === 4),
  );
  if (reachable.length > 0) return { nameservers: reachable, notices: [] };
  const used = [...publicServers[4], ...(hasIpv6 ? publicServers[6] : [])];
  const notice = `the host has no name server that a container can reach: it is given the public ones ${used.join(', ')}; --dns, or "dns" in daemon.json, names others`;
  return { nameservers: used, notices: [notice] };
}

function textOf(
  { nameservers, search, options, other, invalid }: ResolvConf,
  overrides: ResolvConfOverrides,
  comments: readonly string[],
  ndotsFrom?: string,
): string {
  const told = Object.entries(overrides)
    .filter(([, values]: readonly [string, readonly string[]]) => values.length > 0)
    .map(([name]) => name);
  const origin =
    ndotsFrom ??
    (options.some(isNdots) ? (overrides.options.length > 0 ? 'override' : 'host') : undefined);
  const lines = [
    '# Generated by berth.',
    '',
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
    ...other,
    '',
    ...comments,
    ...(invalid.length === 0 ? [] : [`# Invalid nameservers: [${invalid.join(' ')}]`]),
    `# Overrides: [${told.join(' ')}]`,
    ...(origin === undefined ? [] : [`# Option ndots from: ${origin}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function isNdots(option: string): boolean {
  return option === 'ndots' || option.startsWith('ndots:');
}

function isBrokenNdots(option: string): boolean {
  return isNdots(option) && !/^ndots:\d+$/.test(option);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  const [plain = ''] = address.split('%');
  return loopback.check(plain, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
