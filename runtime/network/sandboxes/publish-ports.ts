import { isDeepStrictEqual } from 'node:util';

import { parseAddress } from '../address/ip-address.ts';
import type { PublishedPort as Rule } from '../firewall/firewall.ts';
import { hostBinding } from '../drivers/bridge-driver.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import { familyOf, gatewayEndpoints, type SandboxRecord } from '../model/sandbox-record.ts';
import { heldPorts } from '../ports/held-ports.ts';
import { hasIpv6 } from '../ports/host-facts.ts';
import type { PublishedPort } from '../ports/host-ports.ts';
import { portGroups } from '../ports/port-groups.ts';
import type { PortWish } from '../ports/port-wishes.ts';
import { withHostPorts } from '../ports/with-host-ports.ts';

/** A port of the host that is to be held while a container runs, and where a relay leads from there. */
export type HeldPort = ReturnType<typeof heldPorts>[number];

/** What a container publishes. */
export interface PublishRequest {
  readonly container: string;
  /** The container's name. */
  readonly owner: string;
  readonly wishes: readonly PortWish[];
}

/**
 * Starts a container's program with ports of the host: they are its own from before the program runs, and lead to it from then on.
 * @param start binds them; see `withHostPorts`
 * @param stop ends what `start` has begun, when the ports cannot be published after all
 * @throws PORT_ALLOCATED, PORTS_EXHAUSTED, HOST_PORT_UNAVAILABLE, and what a firewall and `start` throw
 */
export async function withPublishedPorts<Result>(
  state: NetworkState,
  { container, owner, wishes }: PublishRequest,
  use: {
    readonly start: (ports: readonly HeldPort[]) => Promise<Result>;
    readonly stop: () => Promise<void>;
  },
): Promise<Result> {
  const sandbox = state.sandboxes.get(container);
  if (sandbox === undefined || wishes.length === 0) return use.start([]);
  const { relays } = state.ports.settings;
  const addresses = publishedAddresses(sandbox);
  const groups = portGroups(wishes, {
    container: { ipv4: addresses[4] !== undefined, ipv6: addresses[6] !== undefined },
    routed: routedFamilies(state, sandbox),
    hasIpv6: await hasIpv6(),
    defaultAddress: defaultAddress(state, sandbox),
    relays,
  });
  if (groups.length === 0) return use.start([]);
  await Promise.all(state.leaving.values());
  return withHostPorts(state.hostPorts, { owner, groups, addresses }, async (ports) => {
    const next = { ...sandbox, ports };
    // Before they are bound: who comes after a berthd that is killed knows whose they are.
    await state.sandboxStore.save(next);
    const result = await use.start(heldPortsOf(state, next));
    try {
      await state.ports.firewall.publish(portRules(state, next));
    } catch (error) {
      await use.stop();
      throw error;
    }
    state.keepSandbox(next);
    return result;
  });
}

/** The ports that a container's monitor holds, with where they lead by now. */
export function heldPortsOf(
  { ports: { settings } }: NetworkState,
  sandbox: SandboxRecord,
): readonly HeldPort[] {
  const addresses = publishedAddresses(sandbox);
  const { relays } = settings;
  return heldPorts(sandbox.ports, { addresses, relays, translatesLoopback: true });
}

/**
 * Leads the ports of a container to it by another network, when another one is its way out of the host by now.
 * @throws what a firewall throws
 */
export async function movePorts(
  state: NetworkState,
  { before, after }: { readonly before: SandboxRecord; readonly after: SandboxRecord },
): Promise<void> {
  const [old, next] = [portRules(state, before), portRules(state, after)];
  if (isDeepStrictEqual(old, next)) return;
  await state.ports.firewall.unpublish(old);
  try {
    await state.ports.firewall.publish(next);
  } catch (error) {
    // Better by the way that was than by none.
    await state.ports.firewall.publish(old);
    throw error;
  }
}

/** The addresses of a container that its ports lead to: those in the networks that lead out of the host. */
function publishedAddresses({ endpoints }: SandboxRecord): {
  readonly 4: string | undefined;
  readonly 6: string | undefined;
} {
  const gateways = gatewayEndpoints(endpoints);
  const of = (family: 4 | 6): string | undefined => {
    const text = gateways[family]?.addresses.find((address) => familyOf(address) === family);
    return text?.slice(0, text.indexOf('/'));
  };
  return { 4: of(4), 6: of(6) };
}

/** Families in which the network that publishes a container's ports is routed. */
function routedFamilies(state: NetworkState, { endpoints }: SandboxRecord): readonly (4 | 6)[] {
  const gateways = gatewayEndpoints(endpoints);
  return ([4, 6] as const).filter((family) => {
    const network = state.networks.get(gateways[family]?.network ?? '');
    return network?.driver.firewall(network.record)?.gatewayModes[family] === 'routed';
  });
}

/** What ports are published at that do not say; `undefined`: at all addresses. */
function defaultAddress(
  state: NetworkState,
  { endpoints }: SandboxRecord,
): ReturnType<typeof parseAddress> {
  const network = state.networks.get(gatewayEndpoints(endpoints)[4]?.network ?? '');
  const text = network === undefined ? undefined : hostBinding(network.record);
  return text === undefined || text === '0.0.0.0' ? undefined : parseAddress(text);
}

/** What the firewall has to know of a container's ports: those that it can lead there, in networks that have rules. */
export function portRules(
  state: NetworkState,
  { endpoints, ports }: SandboxRecord,
): readonly Rule[] {
  const gateways = gatewayEndpoints(endpoints);
  return ports.flatMap(
    ({ protocol, port, hostAddress, hostPort, containerFamily }: PublishedPort) => {
      const endpoint = gateways[containerFamily];
      const network = state.networks.get(endpoint?.network ?? '');
      const prefix = endpoint?.addresses.find((address) => familyOf(address) === containerFamily);
      const address = parseAddress(hostAddress);
      if (network?.driver.firewall(network.record) === undefined) return [];
      if (prefix === undefined || address?.family !== containerFamily) return [];
      return [
        {
          ...{ network: network.id, protocol, hostAddress: address, hostPort },
          ...{ containerAddress: requirePrefix(prefix).address, containerPort: port },
        },
      ];
    },
  );
}
