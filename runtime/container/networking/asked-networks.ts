import type { CreateRequest } from '../model/create-request.ts';
import { donorOf } from '../model/namespace-mode.ts';
import { networkKind } from '../model/network-mode.ts';
import { type EndpointSettings, plainEndpoint } from '../model/networking-config.ts';
import type { ContainerNetworks } from './container-networks.ts';
import { refusedNetworking } from './refused-networking.ts';
import { verifyEndpointSettings } from './settings-problem.ts';

/** The networks that a container in the making is to have. */
export interface AskedNetworks {
  /** `HostConfig.NetworkMode`, with the network of those who do not say. */
  readonly mode: string;
  /** By names. */
  readonly networks: Readonly<Record<string, EndpointSettings>>;
}

/**
 * Which networks a client wants for a container. A network that is not there yet is no error before the start, as in Docker.
 * @throws CONTAINER_CONFIG_INVALID, ENDPOINT_SETTINGS_INVALID in Docker's words
 */
export function askedNetworks(request: CreateRequest, networks: ContainerNetworks): AskedNetworks {
  refuseContradictions(request);
  const { NetworkMode } = request.hostConfig;
  const isOpen = NetworkMode === '' || NetworkMode === 'default';
  const mode = isOpen && networks.defaultName === 'bridge' ? 'bridge' : NetworkMode || 'default';
  const kind = networkKind({ NetworkMode: mode });
  const given = Object.entries(request.networkingConfig.EndpointsConfig ?? {});
  if (kind === 'container') {
    if (given.length > 0)
      throw refusedNetworking(
        'container sharing network namespace with another container or host cannot be connected to any other network',
        'NetworkingConfig.EndpointsConfig',
      );
    return { mode, networks: {} };
  }
  const modeName = isOpen ? networks.defaultName : mode;
  const asked = given.length === 0 ? [[modeName, null] as const] : given;
  const named = asked.map(([name, settings]) => {
    const wanted = name === 'default' ? modeName : name;
    const network = networks.findIfThere(wanted)?.record;
    return { name: network?.name ?? wanted, settings: settings ?? plainEndpoint, network };
  });
  for (const { name, settings, network } of named) verifyEndpointSettings(name, settings, network);
  refuseMixture(named.map(({ name }) => name));
  // That of NetworkMode has the first interface.
  const first = networks.findIfThere(modeName)?.name ?? modeName;
  const inOrder = named.toSorted(
    (left, right) => Number(right.name === first) - Number(left.name === first),
  );
  return {
    mode,
    networks: Object.fromEntries(inOrder.map(({ name, settings }) => [name, settings])),
  };
}

function refuseMixture(names: readonly string[]): void {
  if (names.length < 2) return;
  if (names.includes('none'))
    throw refusedNetworking(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      'NetworkingConfig.EndpointsConfig',
    );
  if (names.includes('host'))
    throw refusedNetworking(
      'container sharing network namespace with another container or host cannot be connected to any other network',
      'NetworkingConfig.EndpointsConfig',
    );
}

/** What does not go together with the network of the host or of another container. */
function refuseContradictions({ config, hostConfig }: CreateRequest): void {
  const { NetworkMode, Links, Dns, ExtraHosts, PortBindings, PublishAllPorts } = hostConfig;
  const has = (list: readonly unknown[] | null): boolean => (list ?? []).length > 0;
  if (NetworkMode === 'host' && has(Links))
    throw refusedNetworking(
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
      'HostConfig.Links',
    );
  if (donorOf(NetworkMode) === undefined) return;
  const conflicts = [
    [config.Hostname !== '', 'conflicting options: hostname and the network mode'],
    [
      has(Links),
      "conflicting options: container type network can't be used with links. This would result in undefined behavior",
    ],
    [has(Dns), 'conflicting options: dns and the network mode'],
    [has(ExtraHosts), 'conflicting options: custom host-to-IP mapping and the network mode'],
    [config.MacAddress !== '', 'conflicting options: mac-address and the network mode'],
    [
      has(Object.keys(PortBindings ?? {})) || PublishAllPorts,
      'conflicting options: port publishing and the container type network mode',
    ],
    [
      has(Object.keys(config.ExposedPorts ?? {})),
      'conflicting options: port exposing and the container type network mode',
    ],
  ] as const;
  const conflict = conflicts.find(([isThere]) => isThere);
  if (conflict) throw refusedNetworking(conflict[1]);
}
