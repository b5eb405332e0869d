import type { ApiClient } from './api-client.ts';

interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] | null };
}

/** What of a container's networks its inspection shows. */
export interface ShownNetworks {
  readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
}

const always: readonly string[] = ['bridge', 'host', 'none'];

/** Networks that somebody has made. */
export async function networksOf(client: ApiClient): Promise<readonly ListedNetwork[]> {
  const all = await client.get<readonly ListedNetwork[]>('/networks');
  return all.filter(({ Name }) => !always.includes(Name));
}

/** What clients see of networks, with those who are connected. */
export async function networkLines(client: ApiClient): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { Id, Name, Driver, IPAM } of await networksOf(client)) {
    const { Containers } = await client.get<{
      Containers: Readonly<Record<string, { Name: string; IPv4Address: string }>>;
    }>(`/networks/${Id}`);
    const connected = Object.values(Containers)
      .map((one) => `${one.Name} ${one.IPv4Address}`)
      .sort();
    const subnets = (IPAM.Config ?? []).map(({ Subnet }) => Subnet);
    lines.push([`network ${Name}`, Driver, ...subnets, ...connected].join(' '));
  }
  return lines;
}

/** The networks and ports of a container. */
export function shownNetworks({ Networks, Ports }: ShownNetworks): string {
  // Those of the default bridge are nobody's choice.
  const networks = Object.entries(Networks).map(([name, { IPAddress }]) =>
    name === 'bridge' && IPAddress !== '' ? `${name}=any` : `${name}=${IPAddress}`,
  );
  const ports = Object.entries(Ports).map(
    ([port, at]) => `${port}=${(at ?? []).map(({ HostPort }) => HostPort).join(',')}`,
  );
  return [...networks.sort(), ...ports.sort()].join(' ');
}
