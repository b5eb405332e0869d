import type { Endpoint } from '../../network/model/sandbox-record.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import {
  formatEntry,
  type LinkedContainer,
  networkHostsFile,
  ownEntries,
} from '../spec/hosts-entries.ts';
import type { ContainerNetworks } from './container-networks.ts';

/** Whether an item of `ExtraHosts` stands for the host. */
export function isHostGateway(item: string): boolean {
  return /[:=]host-gateway$/.test(item);
}

/** /etc/hosts of a container with networks. */
export async function hostsText(
  { config, hostConfig }: ContainerRecord,
  endpoints: readonly Endpoint[],
  {
    networks,
    links,
  }: {
    readonly networks: Pick<ContainerNetworks, 'hostGateways'>;
    readonly links: readonly LinkedContainer[];
  },
): Promise<string> {
  const extraHosts = hostConfig.ExtraHosts ?? [];
  const hostGateways = extraHosts.some(isHostGateway) ? await networks.hostGateways() : [];
  const addresses = addressesOf(endpoints);
  return networkHostsFile(
    {
      ...{ hostname: config.Hostname, domainname: config.Domainname },
      ...{ addresses, extraHosts, hostGateways, links },
    },
    { hasIpv6: addresses.some((address) => address.includes(':')) },
  );
}

/** The lines with the container's own addresses. */
export function ownLines(
  { config: { Hostname, Domainname } }: ContainerRecord,
  endpoints: readonly Endpoint[],
): readonly string[] {
  const own = { hostname: Hostname, domainname: Domainname, addresses: addressesOf(endpoints) };
  return ownEntries(own).map((entry) => formatEntry(entry).trimEnd());
}

function addressesOf(endpoints: readonly Endpoint[]): readonly string[] {
  return endpoints.flatMap(({ addresses }) =>
    addresses.map((text) => text.slice(0, text.indexOf('/'))),
  );
}
