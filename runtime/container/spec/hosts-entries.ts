import { isIP } from '../../host/ip-address.ts';
import { parseExtraHost } from './network-files.ts';

/** A line of hosts(5): an address, and the names that it has. */
export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** A container that another one is linked to (`--link`), on the default bridge. */
export interface LinkedContainer {
  /** What it is called there. */
  readonly alias: string;
  /** Its own name, without the slash. */
  readonly name: string;
  readonly hostname: string;
  /** One of each family at most. */
  readonly addresses: readonly string[];
}

/** What a container's /etc/hosts has besides what all have. */
export interface HostsPlan {
  readonly hostname: string;
  /** Empty: none. */
  readonly domainname: string;
  /** Of the container in its networks, in their order. */
  readonly addresses: readonly string[];
  /** `ExtraHosts`: `name:address`, `name=address`, or `host-gateway` in place of the address. */
  readonly extraHosts: readonly string[];
  /** The host's own addresses that `host-gateway` stands for. */
  readonly hostGateways: readonly string[];
  readonly links: readonly LinkedContainer[];
}

/** Names for both protocols, and those that only IPv6 has. */
const localEntries: readonly HostsEntry[] = [
  { address: '127.0.0.1', names: ['localhost'] },
  { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
  { address: 'fe00::', names: ['ip6-localnet'] },
  { address: 'ff00::', names: ['ip6-mcastprefix'] },
  { address: 'ff02::1', names: ['ip6-allnodes'] },
  { address: 'ff02::2', names: ['ip6-allrouters'] },
];

/**
 * A container's /etc/hosts in Docker's order (moby v28.5.2, libnetwork/etchosts and daemon/container_operations_unix.go): the local names,
 * `--add-host`, links, and the container's own name at each of its addresses. A container without IPv6 gets no line of IPv6.
 */
export function networkHostsFile(
  plan: HostsPlan,
  { hasIpv6 }: { readonly hasIpv6: boolean },
): string {
  const entries = [
    ...localEntries,
    ...plan.extraHosts.flatMap((item) => extraEntries(item, plan.hostGateways)),
    ...plan.links.flatMap(linkEntries),
    ...ownEntries(plan),
  ];
  return entries
    .filter(({ address }) => hasIpv6 || isIP(address) === 4)
    .map(formatEntry)
    .join('');
}

/** A container's own lines: its full name, if it has one, and its host name, at each of its addresses. */
export function ownEntries({
  hostname,
  domainname,
  addresses,
}: Pick<HostsPlan, 'hostname' | 'domainname' | 'addresses'>): readonly HostsEntry[] {
  const full = domainname === '' ? hostname : `${hostname}.${domainname}`;
  const [short = full] = full.split('.');
  const names = short === full ? [full] : [full, short];
  return addresses.map((address) => ({ address, names }));
}

/** An entry as its line. */
export function formatEntry({ address, names }: HostsEntry): string {
  return `${address}\t${names.join(' ')}\n`;
}

/** The lines of an `ExtraHosts` item; none for one that is malformed, which was refused when the container was made. */
function extraEntries(item: string, hostGateways: readonly string[]): readonly HostsEntry[] {
  const [, name] = /^([^:=]+)[:=]host-gateway$/.exec(item) ?? [];
  if (name !== undefined) return hostGateways.map((address) => ({ address, names: [name] }));
  const host = parseExtraHost(item);
  return host === undefined ? [] : [{ address: host.address, names: [host.name] }];
}

function linkEntries({ alias, name, hostname, addresses }: LinkedContainer): readonly HostsEntry[] {
  const names = [alias, hostname, ...(alias === name ? [] : [name])];
  return addresses.map((address) => ({ address, names }));
}
