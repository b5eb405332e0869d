import { familyBits } from './ip-address.ts';
import { firstOf, type IpPrefix, lastOf, overlaps, parsePrefix } from './ip-prefix.ts';

/** Networks of one size that subnets are taken from, as an item of `default-address-pools` in daemon.json. */
export interface SubnetPool {
  readonly base: IpPrefix;
  /** Length of the prefix of each subnet; not below that of `base`. */
  readonly size: number;
}

/** What Docker takes the subnets of IPv4 networks from when nothing is configured. */
export const defaultPools: readonly SubnetPool[] = [
  pool('172.17.0.0/16', 16),
  pool('172.18.0.0/16', 16),
  pool('172.19.0.0/16', 16),
  pool('172.20.0.0/14', 16),
  pool('172.24.0.0/14', 16),
  pool('172.28.0.0/14', 16),
  pool('192.168.0.0/16', 20),
];

/**
 * The first subnet of the pools, in their order, that has no address in common with what is taken: by other networks, or by
 * routes of the host. `undefined` when there is none.
 */
export function chooseSubnet(
  pools: readonly SubnetPool[],
  { family, taken }: { readonly family: 4 | 6; readonly taken: readonly IpPrefix[] },
): IpPrefix | undefined {
  const ours = taken.filter(({ address }) => address.family === family);
  // By where they begin: a subnet that has been moved behind one of them cannot meet one before it.
  const inOrder = ours.toSorted((left, right) => compare(firstOf(left), firstOf(right)));
  for (const { base, size } of pools) {
    if (base.address.family !== family) continue;
    const found = firstFree({ base, size }, inOrder);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstFree({ base, size }: SubnetPool, taken: readonly IpPrefix[]): IpPrefix | undefined {
  const step = 1n << BigInt(familyBits[base.address.family] - size);
  let subnet = subnetAt(firstOf(base));
  for (const other of taken) {
    if (!overlaps(subnet, other)) continue;
    // The next that begins behind it.
    const behind = lastOf(other) + 1n;
    subnet = subnetAt(((behind + step - 1n) / step) * step);
  }
  return lastOf(subnet) <= lastOf(base) ? subnet : undefined;

  function subnetAt(value: bigint): IpPrefix {
    return { address: { family: base.address.family, value }, length: size };
  }
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right);
}

function pool(text: string, size: number): SubnetPool {
  const base = parsePrefix(text);
  if (base === undefined) throw new TypeError(text);
  return { base, size };
}
