import type { HostFiles } from '../context.ts';
import { readDaemonConfig } from './daemon-config.ts';
import { parseNetwork, subnets, type Ipv4Network } from './ipv4-network.ts';

/** Docker's own pools, which berth takes over (moby, daemon/libnetwork/ipamutils): 15 networks of /16, then 16 of /20. */
export const dockerPools = [
  { base: '172.17.0.0/16', size: 16 },
  { base: '172.18.0.0/16', size: 16 },
  { base: '172.19.0.0/16', size: 16 },
  { base: '172.20.0.0/14', size: 16 },
  { base: '172.24.0.0/14', size: 16 },
  { base: '172.28.0.0/14', size: 16 },
  { base: '192.168.0.0/16', size: 20 },
] as const;

/** More than anybody has bridges; a pool such as 10.0.0.0/8 in pieces of /24 has 65536. */
const mostSubnets = 4096;

/** The networks that containers get their addresses from. */
export interface AddressPools {
  readonly networks: readonly Ipv4Network[];
  /** What is named as a network and is none. */
  readonly invalid: readonly string[];
}

/** Reads `default-address-pools` of daemon.json; Docker's own where it says nothing. */
export async function readAddressPools(files: HostFiles): Promise<AddressPools> {
  const { pools } = await readDaemonConfig(files);
  const networks: Ipv4Network[] = [];
  const invalid: string[] = [];
  for (const { base, size } of pools ?? dockerPools) {
    const network = parseNetwork(base);
    // IPv6 pools are sound, and no route of IPv4 overlaps them.
    if (network === undefined && base.includes(':')) continue;
    if (network === undefined) invalid.push(base);
    else networks.push(...subnets(network, { prefix: size, most: mostSubnets }));
  }
  return { networks, invalid };
}
