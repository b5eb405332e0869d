import { formatAddress, type IpAddress } from '../address/ip-address.ts';
import type { PortRange } from './port-spec.ts';
import type { PortWish } from './port-wishes.ts';

/** What decides to which addresses of the host a wish leads. */
export interface PublishingHost {
  /** Families in which the container has an address on the network that publishes its ports. */
  readonly container: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** Families in which that network is routed: ports are open at the container's own address, and the host has none for them. */
  readonly routed?: readonly (4 | 6)[] | undefined;
  /** Whether the host has IPv6: without, nothing is bound to `::` unless a wish says so. */
  readonly hasIpv6: boolean;
  /** For wishes without an address: `ip` of daemon.json, or the network's own. Absent: `0.0.0.0`, and `::`. */
  readonly defaultAddress?: IpAddress | undefined;
  /** Whether there is a relay (`userland-proxy` of daemon.json): only it gets from IPv6 to a container that has IPv4 alone. */
  readonly relays: boolean;
}

/** Addresses of the host that have to get the same port, as they lead to the same port of the container. */
export interface PortGroup extends Pick<PortWish, 'protocol' | 'port' | 'hostPorts'> {
  readonly addresses: readonly GroupAddress[];
}

/** An address of the host. */
export interface GroupAddress {
  /** In canonical form. */
  readonly hostAddress: string;
  /** Of the container's address that it leads to. */
  readonly containerFamily: 4 | 6;
  /** `none`: the container's own address is reached, and no port of the host is taken. */
  readonly hostPort?: 'none';
}

/** All addresses of a family. */
export const anyAddress = { 4: '0.0.0.0', 6: '::' } as const;

const protocolOrder = { tcp: 6, udp: 17, sctp: 132 } as const;

/**
 * The groups that wishes lead to, in the order in which they are to be taken: certain ports first, as one of them may be in a range
 * or among those that are free for any. The rules are those of Docker's bridge (v28.5.2, port_mapping_linux.go); a wish for an
 * address that does not lead to the container, such as one of IPv6 without a relay, has no group.
 */
export function portGroups(
  wishes: readonly PortWish[],
  host: PublishingHost,
): readonly PortGroup[] {
  const groups = new Map<string, PortGroup>();
  for (const wish of wishes.toSorted(compareWishes)) {
    const addresses = addressesOf(wish, host);
    if (addresses.length === 0) continue;
    const { protocol, port, hostPorts } = wish;
    const key = `${port}/${protocol} ${rangeKey(hostPorts)}`;
    const before = groups.get(key)?.addresses ?? [];
    groups.set(key, { protocol, port, hostPorts, addresses: [...before, ...addresses] });
  }
  return [...groups.values()];
}

/** `8000-8010`; the same for all that may be any port. */
export function rangeKey(range: PortRange | undefined): string {
  return range === undefined ? 'any' : `${range.first}-${range.last}`;
}

function addressesOf(
  { hostAddress: wished }: PortWish,
  { container, routed = [], hasIpv6, defaultAddress, relays }: PublishingHost,
): readonly GroupAddress[] {
  const usual = defaultAddress ?? { family: 4, value: 0n };
  const address = wished ?? usual;
  const text = formatAddress(address);
  const isRelayed = relays && container.ipv4 && !routed.includes(4);
  const containerFamily6 = container.ipv6 ? 6 : isRelayed ? 4 : undefined;
  const addresses: GroupAddress[] = [];
  if (address.family === 4 && container.ipv4)
    addresses.push({ hostAddress: text, containerFamily: 4, ...withoutHost(4, routed) });
  if (containerFamily6 === undefined) return addresses;
  const six = {
    containerFamily: containerFamily6,
    ...withoutHost(containerFamily6, routed),
  } as const;
  if (address.family === 6) addresses.push({ hostAddress: text, ...six });
  // Who has said nothing means all of the host, in both families.
  else if (wished === undefined && address.value === 0n && hasIpv6)
    addresses.push({ hostAddress: anyAddress[6], ...six });
  return addresses;
}

function withoutHost(
  family: 4 | 6,
  routed: readonly (4 | 6)[],
): Pick<GroupAddress, 'hostPort'> | undefined {
  return routed.includes(family) ? { hostPort: 'none' } : undefined;
}

function compareWishes(left: PortWish, right: PortWish): number {
  return (
    Number(isRange(left)) - Number(isRange(right)) ||
    left.port - right.port ||
    protocolOrder[left.protocol] - protocolOrder[right.protocol] ||
    (left.hostPorts?.first ?? 0) - (right.hostPorts?.first ?? 0) ||
    (left.hostPorts?.last ?? 0) - (right.hostPorts?.last ?? 0) ||
    compareAddresses(left.hostAddress, right.hostAddress)
  );
}

function isRange({ hostPorts }: PortWish): boolean {
  return hostPorts === undefined || hostPorts.first !== hostPorts.last;
}

function compareAddresses(left: IpAddress | undefined, right: IpAddress | undefined): number {
  const [one, other] = [left?.family ?? 0, right?.family ?? 0];
  if (one !== other) return one - other;
  const [low, high] = [left?.value ?? 0n, right?.value ?? 0n];
  return low < high ? -1 : Number(low > high);
}
