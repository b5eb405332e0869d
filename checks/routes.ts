import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { readAddressPools } from './probes/address-pools.ts';
import { bridgeName } from './probes/bridge-name.ts';
import { readDaemonConfig } from './probes/daemon-config.ts';
import { networkText, overlap, parseNetwork, type Ipv4Network } from './probes/ipv4-network.ts';

interface Route extends Ipv4Network {
  readonly device: string;
}

/** Shorter prefixes are ways out: the default route, and the halves of it that VPNs set. */
const shortestPrefix = 4;

/** Whether containers can be given addresses that nothing else on this host's network has. */
export const routes: Check = {
  id: 'routes',
  title: m.routesTitle,
  group: 'network',
  wanted: m.routesWanted,
  why: m.routesWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ files }) {
    const others = (await readRoutes(files)).filter(({ device }) => device !== bridgeName);
    return (await judgeBip(files, others)) ?? judgePools(files, others);
  },
};

/** The bridge's own address, where daemon.json names one: it has to be right. */
async function judgeBip(
  files: CheckContext['files'],
  others: readonly Route[],
): Promise<Outcome | undefined> {
  const { bip } = await readDaemonConfig(files);
  if (bip === undefined) return undefined;
  const network = parseNetwork(bip);
  const remedy = m.routesRemedy();
  if (network === undefined) {
    return { status: 'fail', seen: m.routesInvalid({ key: 'bip', value: bip }), remedy };
  }
  const route = others.find((one) => overlap(one, network));
  if (route === undefined) return undefined;
  const seen = m.routesBip({ bip, route: describe(route) });
  return { status: 'fail', seen, remedy, details: { bip, route: describe(route) } };
}

async function judgePools(
  files: CheckContext['files'],
  others: readonly Route[],
): Promise<Outcome> {
  const { networks, invalid } = await readAddressPools(files);
  const remedy = m.routesRemedy();
  const [wrong] = invalid;
  if (wrong !== undefined) {
    const seen = m.routesInvalid({ key: 'default-address-pools', value: wrong });
    return { status: 'fail', seen, remedy, details: { invalid } };
  }
  const free = networks.filter((network) => !others.some((route) => overlap(route, network)));
  const taking = others.filter((route) => networks.some((network) => overlap(route, network)));
  const taken = taking.map(describe).join(', ');
  const details = { networks: networks.length, free: free.length, routes: taking.map(describe) };
  if (free.length === 0) {
    return { status: 'fail', seen: m.routesNoneFree({ routes: taken }), remedy, details };
  }
  const seen = m.routesFree({ free: free.length, all: networks.length });
  if (taking.length === 0) return { status: 'pass', seen, details };
  // Not a warning: nearly every host is in some private network, and each new bridge gets one that is free.
  return { status: 'pass', seen, note: m.routesSome({ taken }), details };
}

function describe(route: Route): string {
  return `${networkText(route)} (${route.device})`;
}

/** Rows of /proc/net/route (proc_net(5)): Iface Destination Gateway Flags RefCnt Use Metric Mask ..., in host byte order. */
async function readRoutes(files: CheckContext['files']): Promise<readonly Route[]> {
  const table = (await files.readText('/proc/net/route')) ?? '';
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (device === undefined || destination === undefined || mask === undefined) return [];
      const prefix = bitsOf(fromLittleEndian(mask));
      return prefix < shortestPrefix
        ? []
        : [{ device, address: fromLittleEndian(destination), prefix }];
    });
}

function fromLittleEndian(hex: string): number {
  const bytes = hex.match(/../g) ?? [];
  return bytes.reduceRight((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0);
}

function bitsOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
