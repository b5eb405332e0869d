import type { ContainerNetworks } from '../../container/networking/container-networks.ts';
import type { ContainerRecord } from '../../container/model/container-record.ts';
import { shortId } from '../../container/model/container-id.ts';
import type { EndpointSettings } from '../../container/model/networking-config.ts';
import { isUserDefined, wishedNetworks } from '../../container/model/network-mode.ts';
import { exposedPorts } from '../../network/ports/port-wishes.ts';
import { isAtLeast } from '../http/api-version.ts';
import { portMapView, type ShownPorts } from './port-views.ts';
import { plainSandbox } from './plain-sandbox.ts';
import type { Endpoint } from '../../network/model/sandbox-record.ts';

interface EndpointView extends Readonly<Record<string, unknown>> {
  readonly Aliases: readonly string[] | null;
}

/** Where what is so of networks is found. */
export type NetworkFacts = Pick<ContainerNetworks, 'defaultName' | 'findIfThere' | 'sandboxOf'>;

/** `NetworkSettings.Networks`: what was asked for and, of a container that runs, what it has. */
export function networksView(
  record: ContainerRecord,
  networks: NetworkFacts,
): Readonly<Record<string, EndpointView>> {
  const endpoints = networks.sandboxOf(record.id)?.endpoints ?? [];
  const plainId = plainSandbox(record)?.endpointId ?? '';
  const wished = Object.entries(wishedNetworks(record, networks.defaultName));
  return Object.fromEntries(
    wished.map(([name, settings]) => {
      const endpoint = endpoints.find((one) => one.networkName === name);
      const id = endpoint?.network ?? networks.findIfThere(name)?.id ?? '';
      return [name, endpointView(settings, { name, id, endpoint, plainId })];
    }),
  );
}

/** Before API 1.45 clients found the short id among the aliases. */
function withIdAsAlias(
  { id, config }: ContainerRecord,
  endpoints: ReturnType<typeof networksView>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => {
      if (!isUserDefined(name)) return [name, endpoint];
      const Aliases = new Set([...(endpoint.Aliases ?? []), shortId(id), config.Hostname]);
      return [name, { ...endpoint, Aliases: [...Aliases] }];
    }),
  );
}

/** `EndpointSettings` of Docker Engine API 1.51. */
function endpointView(
  settings: EndpointSettings,
  network: {
    readonly name: string;
    readonly id: string;
    readonly endpoint: Endpoint | undefined;
    /** What stands for the id of an endpoint in a network without interfaces. */
    readonly plainId: string;
  },
): EndpointView {
  const { endpoint } = network;
  return {
    IPAMConfig: ipamView(settings),
    Links: settings.Links,
    Aliases: settings.Aliases,
    MacAddress: endpoint?.macAddress ?? settings.MacAddress,
    DriverOpts: settings.DriverOpts,
    GwPriority: settings.GwPriority,
    NetworkID: network.id,
    EndpointID: endpoint?.id ?? network.plainId,
    ...addressView(endpoint),
    DNSNames: isUserDefined(network.name) ? (endpoint?.names ?? null) : null,
  };
}

function ipamView({ IPAMConfig }: EndpointSettings): Readonly<Record<string, unknown>> | null {
  if (IPAMConfig === null) return null;
  const { IPv4Address, IPv6Address, LinkLocalIPs } = IPAMConfig;
  return {
    ...(IPv4Address === '' ? {} : { IPv4Address }),
    ...(IPv6Address === '' ? {} : { IPv6Address }),
    ...(LinkLocalIPs === null ? {} : { LinkLocalIPs }),
  };
}

function addressView(endpoint: Endpoint | undefined): Readonly<Record<string, unknown>> {
  const [address4, length4] = splitPrefix(endpoint?.addresses, 4);
  const [address6, length6] = splitPrefix(endpoint?.addresses, 6);
  return {
    Gateway: ofFamily(endpoint?.gateways, 4),
    IPAddress: address4,
    IPPrefixLen: length4,
    IPv6Gateway: ofFamily(endpoint?.gateways, 6),
    GlobalIPv6Address: address6,
    GlobalIPv6PrefixLen: length6,
  };
}

function ofFamily(texts: readonly string[] | undefined, family: 4 | 6): string {
  return texts?.find((text) => text.includes(':') === (family === 6)) ?? '';
}

function splitPrefix(
  texts: readonly string[] | undefined,
  family: 4 | 6,
): readonly [string, number] {
  const [address = '', length = '0'] = ofFamily(texts, family).split('/');
  return [address, Number(length)];
}

/** What a container offers, and what of it is reached through the host. */
export function shownPorts(
  { config, hostConfig }: ContainerRecord,
  published: ShownPorts['published'],
): ShownPorts {
  const bindings = hostConfig.PortBindings;
  const exposed = exposedPorts({ bindings, exposed: Object.keys(config.ExposedPorts ?? {}) });
  return { exposed, published };
}

/**
 * `NetworkSettings` of `docker inspect`. What is beside `Networks` is of the network `bridge`, for clients of long ago.
 * @param pid of the container's first process; 0: it has none
 */
export function networkSettingsView(
  record: ContainerRecord,
  {
    networks,
    pid,
    version,
  }: { readonly networks: NetworkFacts; readonly pid: number; readonly version: string },
): Readonly<Record<string, unknown>> {
  const plain = plainSandbox(record, pid);
  const sandbox = networks.sandboxOf(record.id);
  const bridge = sandbox?.endpoints.find(({ networkName }) => networkName === 'bridge');
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? plain?.id ?? '',
    SandboxKey: sandbox?.namespace ?? plain?.key ?? '',
    Ports: sandbox === undefined ? {} : portMapView(shownPorts(record, sandbox.ports)),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.id ?? '',
    ...addressView(bridge),
    MacAddress: bridge?.macAddress ?? '',
    Networks: isAtLeast(version, '1.45')
      ? networksView(record, networks)
      : withIdAsAlias(record, networksView(record, networks)),
  };
}
