import { BerthError } from '../../errors/berth-error.ts';
import { AddressRange } from '../address/address-range.ts';
import { formatAddress, parseAddress } from '../address/ip-address.ts';
import {
  firstOf,
  formatPrefix,
  type IpPrefix,
  overlaps,
  parsePrefix,
} from '../address/ip-prefix.ts';
import { chooseSubnet, type SubnetPool } from '../address/subnet-pools.ts';
import type { SubnetRecord } from '../model/network-record.ts';
import { requirePrefix } from './network-addresses.ts';
import type { SubnetRequest } from './verify-ipam.ts';

/** What subnets must not have addresses in common with. */
export interface TakenSubnets {
  /** Those of other networks, with their names. */
  readonly networks: readonly { readonly name: string; readonly prefix: IpPrefix }[];
  /** Those that the host has routes to. */
  readonly routes: readonly IpPrefix[];
}

/** What a network needs of addresses. */
export interface SubnetWish {
  readonly families: readonly (4 | 6)[];
  readonly requests: readonly SubnetRequest[];
  /** Families in which somebody is the gateway, which then has an address. */
  readonly gateways: readonly (4 | 6)[];
}

/**
 * The subnets of a new network: those that were asked for, and one of the pools for each family that nobody asked for. Who asks
 * for one that the host has a route to knows why; nobody gets such a one unasked.
 * @throws NETWORK_SUBNET_OVERLAPS, NETWORK_SUBNETS_USED_UP, NETWORK_ADDRESS_IN_USE
 */
export function chooseSubnets(
  { families, requests, gateways }: SubnetWish,
  pools: readonly SubnetPool[],
  taken: TakenSubnets,
): readonly SubnetRecord[] {
  const asked = requests.filter(({ subnet }) =>
    families.includes(requirePrefix(subnet).address.family),
  );
  for (const [at, { subnet }] of asked.entries()) {
    const others = asked
      .slice(0, at)
      .map((other) => ({ name: '', prefix: requirePrefix(other.subnet) }));
    refuseOverlap(requirePrefix(subnet), [...taken.networks, ...others]);
  }
  const missing = families.filter(
    (family) => !asked.some(({ subnet }) => requirePrefix(subnet).address.family === family),
  );
  const chosen = missing.map((family) => ({
    ...{ subnet: formatPrefix(fromPools(family, pools, taken)), range: '', gateway: '' },
    ...{ auxiliary: {}, origin: 'pool' as const },
  }));
  return [...asked.map((request) => ({ ...request, origin: 'asked' as const })), ...chosen]
    .toSorted((left, right) => familyOfSubnet(left.subnet) - familyOfSubnet(right.subnet))
    .map((request) => ({
      ...{ subnet: request.subnet, auxiliary: request.auxiliary, origin: request.origin },
      ...(request.range === '' ? {} : { range: request.range }),
      ...(gateways.includes(familyOfSubnet(request.subnet))
        ? { gateway: request.gateway || firstFree(request) }
        : request.gateway && { gateway: request.gateway }),
    }));
}

function familyOfSubnet(text: string): 4 | 6 {
  return requirePrefix(text).address.family;
}

function refuseOverlap(prefix: IpPrefix, others: TakenSubnets['networks']): void {
  const other = others.find((one) => overlaps(one.prefix, prefix));
  if (other === undefined) return;
  const [subnet, theirs] = [formatPrefix(prefix), formatPrefix(other.prefix)];
  throw new BerthError('NETWORK_SUBNET_OVERLAPS', {
    message: 'invalid pool request: Pool overlaps with other one on this address space',
    remedy:
      other.name === ''
        ? `Ask for "${subnet}" or "${theirs}", not for both.`
        : `Ask for another subnet than "${subnet}": the network "${other.name}" has "${theirs}".`,
    details: { subnet, network: other.name, overlaps: theirs },
  });
}

function fromPools(
  family: 4 | 6,
  pools: readonly SubnetPool[],
  { networks, routes }: TakenSubnets,
): IpPrefix {
  const taken = [
    ...networks.map(({ prefix }) => prefix),
    ...routes.filter(({ length }) => length > 0),
  ];
  const found = chooseSubnet(pools, { family, taken });
  if (found !== undefined) return found;
  throw new BerthError('NETWORK_SUBNETS_USED_UP', {
    message: 'all predefined address pools have been fully subnetted',
    remedy:
      'Remove networks that are not needed, name a subnet, or add pools to "default-address-pools" in daemon.json.',
    details: { family },
  });
}

/** The lowest address that is nobody's, as Docker has it. */
function firstFree({ subnet, range, auxiliary }: SubnetRequest): string {
  const prefix = requirePrefix(subnet);
  const addresses = new AddressRange(prefix, parsePrefix(range) ?? prefix);
  for (const text of Object.values(auxiliary)) {
    const address = parseAddress(text);
    if (address !== undefined) addresses.claim(address);
  }
  const first = addresses.take() ?? { family: prefix.address.family, value: firstOf(prefix) };
  return formatAddress(first);
}
