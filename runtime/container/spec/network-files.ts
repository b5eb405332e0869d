import { isIP } from '../../host/ip-address.ts';

import type { Endpoint } from '../../network/model/sandbox-record.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { ContainerDefaults } from '../ports.ts';

/** Names that every container's /etc/hosts has. */
const localNames = [
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost ip6-localhost ip6-loopback'],
  ['fe00::', 'ip6-localnet'],
  ['ff00::', 'ip6-mcastprefix'],
  ['ff02::1', 'ip6-allnodes'],
  ['ff02::2', 'ip6-allrouters'],
] as const;

/** /etc/hostname. */
export function hostnameFile(record: ContainerRecord): string {
  return `${record.config.Hostname}\n`;
}

/** An `ExtraHosts` item, `name:address` or `name=address`, as a pair; `undefined` when it is none. */
export function parseExtraHost(
  item: string,
): { readonly name: string; readonly address: string } | undefined {
  const at = item.search(/[:=]/);
  if (at <= 0) return undefined;
  const name = item.slice(0, at);
  const address = item.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  return isIP(address) === 0 ? undefined : { name, address };
}

/** What joins a container to a network, as far as names are concerned. */
type Addressed = Pick<Endpoint, 'addresses'>;

/** /etc/hosts: what every container has, what it was asked to have, and its own addresses. */
export function hostsFile(record: ContainerRecord, endpoints: readonly Addressed[] = []): string {
  const extra = (record.hostConfig.ExtraHosts ?? []).flatMap((item) => {
    const host = parseExtraHost(item);
    return host === undefined ? [] : [`${host.address}\t${host.name}`];
  });
  const local = localNames.map(([address, names]) => `${address}\t${names}`);
  const lines = [...local, ...extra, ...ownHosts(record, endpoints)];
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * The lines of /etc/hosts with a container's own addresses. One without a network besides loopback is called by its own name at
 * 127.0.1.1, as Debian does for machines without a fixed address: programs that look up their own name find it.
 */
export function ownHosts(
  { config: { Hostname, Domainname } }: ContainerRecord,
  endpoints: readonly Addressed[],
): readonly string[] {
  const names = Domainname === '' ? Hostname : `${Hostname}.${Domainname} ${Hostname}`;
  const addresses = endpoints.flatMap((endpoint) =>
    endpoint.addresses.map((text) => text.slice(0, text.indexOf('/'))),
  );
  return (addresses.length === 0 ? ['127.0.1.1'] : addresses).map(
    (address) => `${address}\t${names}`,
  );
}

/** What a container's DNS configuration starts from. */
export interface DnsSource {
  /** The host's file; empty when it has none. */
  readonly host: string;
  /** What replaces it for containers that do not say. */
  readonly defaults: Pick<ContainerDefaults, 'dns' | 'dnsOptions' | 'dnsSearch'>;
}

/** /etc/resolv.conf (resolv.conf(5)): the host's, with what the daemon's and the container's configurations replace. */
export function resolvConfFile(record: ContainerRecord, { host, defaults }: DnsSource): string {
  const { hostConfig } = record;
  const Dns = own(hostConfig.Dns, defaults.dns);
  const DnsSearch = own(hostConfig.DnsSearch, defaults.dnsSearch);
  const DnsOptions = own(hostConfig.DnsOptions, defaults.dnsOptions);
  const kept = host.split('\n').filter((line) => {
    if (/^\s*nameserver\b/.test(line)) return isEmpty(Dns);
    if (/^\s*(search|domain)\b/.test(line)) return isEmpty(DnsSearch);
    if (/^\s*options\b/.test(line)) return isEmpty(DnsOptions);
    return false;
  });
  // "." alone is Docker's way to say: no search list.
  const search = (DnsSearch ?? []).filter((domain) => domain !== '.');
  const added = [
    ...(Dns ?? []).map((address) => `nameserver ${address}`),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...(isEmpty(DnsOptions) ? [] : [`options ${(DnsOptions ?? []).join(' ')}`]),
  ];
  return [...kept, ...added].map((line) => `${line}\n`).join('');
}

function own(
  list: readonly string[] | null,
  fallback: readonly string[] | undefined,
): readonly string[] | null {
  return isEmpty(list) ? (fallback ?? null) : list;
}

function isEmpty(list: readonly string[] | null): boolean {
  return list === null || list.length === 0;
}
