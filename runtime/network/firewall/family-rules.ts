import type { IpPrefix } from '../address/ip-prefix.ts';
import type { FirewallNetwork, GatewayMode } from './firewall.ts';

/** One of the two protocols, whose rules are apart. */
export type Family = 4 | 6;

/** What rules do with packets into a network: `isolated` is for one that nothing goes out of either. */
export type Entrance = GatewayMode;

/** How a network is entered by one protocol. Without a subnet, nothing goes in or out. */
export function entranceOf(network: FirewallNetwork, family: Family): Entrance {
  if (network.access === 'internal' || subnetsOf(network, family).length === 0) return 'isolated';
  return network.gatewayModes[family];
}

/** Subnets of one protocol. */
export function subnetsOf({ subnets }: FirewallNetwork, family: Family): readonly IpPrefix[] {
  return subnets.filter(({ address }) => address.family === family);
}

/** Whether what leaves a network has an address of the host. */
export function isTranslatedOutwards(network: FirewallNetwork, family: Family): boolean {
  const entrance = entranceOf(network, family);
  return network.masquerade === 'on' && (entrance === 'nat' || entrance === 'nat-unprotected');
}

/** Whether published ports are reached by the containers' own addresses too (`allow-direct-routing` of daemon.json). */
export type DirectAccess = 'open' | 'protected';

/** Names of interfaces of the host, by protocol. */
export type Unrouted = Readonly<Record<Family, readonly string[]>>;

/** Those between which rules are to keep packets from going: more than one, of names that no tool takes for something else. */
export function unroutedOf(
  unrouted: (() => Unrouted) | undefined,
  family: Family,
): readonly string[] {
  const names = (unrouted?.()[family] ?? []).filter((name) => interfaceName.test(name));
  return names.length > 1 ? names : [];
}

/** What the kernel takes as a name and none of the tools reads as something else, such as a pattern. */
export const interfaceName = /^[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,14}$/;
