import type { Listeners } from '../concurrency/listeners.ts';
import { isBerthError } from '../errors/berth-error.ts';
import type { FirewallTool } from './firewall/firewall.ts';
import { makeDrivers } from './drivers/driver-table.ts';
import { createNetwork, type NetworkRequest } from './lifecycle/create-network.ts';
import { addDefaultNetworks } from './lifecycle/default-networks.ts';
import type { NetworkEvent } from './lifecycle/network-event.ts';
import { NetworkState } from './lifecycle/network-state.ts';
import { Network } from './lifecycle/network.ts';
import { hostReady } from './lifecycle/host-ready.ts';
import { withdrawNetworks } from './lifecycle/withdraw-networks.ts';
import { removeNetwork } from './lifecycle/remove-network.ts';
import type { Endpoint, SandboxRecord } from './model/sandbox-record.ts';
import { requirePrefix } from './ipam/network-addresses.ts';
import type { NetworkPorts } from './network-ports.ts';
import type { EndpointRequest } from './sandboxes/endpoint-request.ts';
import { establishNetwork } from './lifecycle/establish-network.ts';
import { readEphemeralPorts } from './ports/host-facts.ts';
import { HostPorts } from './ports/host-ports.ts';
import {
  type HeldPort,
  heldPortsOf,
  type PublishRequest,
  withPublishedPorts,
} from './sandboxes/publish-ports.ts';
import { unlinkSandboxes } from './sandboxes/open-links.ts';
import { NamespacePool } from './sandboxes/namespace-pool.ts';
import {
  connectRunning,
  disconnectRunning,
  noteChanged,
  settleSandbox,
} from './sandboxes/connect-running.ts';
import {
  type JoinedSandbox,
  joinNetworks,
  type JoinRequest,
  leaveNetworks,
  removeEndpoint,
} from './sandboxes/join-networks.ts';

/** The networks of a host, and what containers have of them. */
export class Networks {
  readonly #state: NetworkState;

  private constructor(state: NetworkState) {
    this.#state = state;
  }

  /**
   * Finds the networks that are there, and whose addresses are whose. What the host needs for them is made afterwards; who is
   * connected waits for that.
   */
  static async open(ports: NetworkPorts): Promise<Networks> {
    const { runner, report, paths } = ports;
    const namespaces = new NamespacePool({ runner, report, folder: paths.namespaceFolder });
    const drivers = makeDrivers(runner);
    const hostPorts = new HostPorts(await readEphemeralPorts());
    const state = new NetworkState(ports, { drivers, namespaces, hostPorts });
    const [records, sandboxes] = await Promise.all([
      state.store.readAll(report),
      state.sandboxStore.readAll(report),
    ]);
    for (const record of records) {
      const driver = state.drivers.get(record.driver);
      if (driver) state.networks.set(record.id, new Network(record, driver));
    }
    for (const sandbox of sandboxes) claim(state, sandbox);
    await addDefaultNetworks(state);
    hostReady(state).catch(report);
    return new Networks(state);
  }

  /** What happens to networks. */
  get events(): Listeners<NetworkEvent> {
    return this.#state.events;
  }

  /** All, in the order in which they were made. */
  all(): readonly Network[] {
    return [...this.#state.networks.values()];
  }

  /** The network of an id, a name, or the beginning of an id. @throws NETWORK_NOT_FOUND, NETWORK_ID_AMBIGUOUS */
  find(nameOrId: string): Network {
    return this.#state.find(nameOrId);
  }

  /** The same; `undefined` when there is none. @throws NETWORK_ID_AMBIGUOUS */
  findIfThere(nameOrId: string): Network | undefined {
    try {
      return this.find(nameOrId);
    } catch (error) {
      if (isBerthError(error, 'NETWORK_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** The network of containers that do not say. */
  get defaultName(): 'bridge' | 'none' {
    return this.#state.ports.settings.defaultBridge === undefined ? 'none' : 'bridge';
  }

  /** What is connected to a network, with the containers' ids. */
  endpointsOf(
    network: Network,
  ): readonly { readonly container: string; readonly endpoint: Endpoint }[] {
    return this.#state.endpointsOf(network);
  }

  /** What a running container has. */
  sandboxOf(container: string): SandboxRecord | undefined {
    return this.#state.sandboxes.get(container);
  }

  /** What makes the rules of the firewall; `none` as long as nobody has needed any. */
  async firewallTool(): Promise<FirewallTool> {
    return (await this.#state.ports.firewall.tool?.()) ?? 'none';
  }

  /** Ids of all containers that have something. */
  get users(): readonly string[] {
    return [...this.#state.sandboxes.keys()];
  }

  /** See `createNetwork`. */
  create(request: NetworkRequest): Promise<Network> {
    return createNetwork(this.#state, request);
  }

  /** See `removeNetwork`. */
  remove(nameOrId: string): Promise<void> {
    return removeNetwork(this.#state, nameOrId);
  }

  /** See `joinNetworks`. */
  join(request: JoinRequest): Promise<JoinedSandbox> {
    return joinNetworks(this.#state, request);
  }

  /** See `withPublishedPorts`. */
  publishing<Result>(
    request: PublishRequest,
    use: Parameters<typeof withPublishedPorts<Result>>[2],
  ): Promise<Result> {
    return withPublishedPorts(this.#state, request, use);
  }

  /** See `heldPortsOf`. */
  heldPorts(container: string): readonly HeldPort[] {
    const sandbox = this.#state.sandboxes.get(container);
    return sandbox === undefined ? [] : heldPortsOf(this.#state, sandbox);
  }

  /** Addresses of the host that `host-gateway` stands for, which are there then. */
  async hostGateways(): Promise<readonly string[]> {
    const { hostGateways } = this.#state.ports.settings;
    const bridge = this.findIfThere('bridge');
    if (hostGateways.length > 0 || bridge === undefined) return hostGateways;
    // Else the rules that are restored then would not have those of the bridge.
    await hostReady(this.#state);
    await establishNetwork(this.#state, bridge);
    return bridge.record.subnets.flatMap(({ gateway }) => gateway ?? []);
  }

  /** A container has another name from now on. */
  async rename(
    container: string,
    names: { readonly from: string; readonly to: string },
  ): Promise<void> {
    const sandbox = this.#state.sandboxes.get(container);
    if (sandbox === undefined) return;
    const endpoints = sandbox.endpoints.map((endpoint) => ({
      ...endpoint,
      names: endpoint.names.map((name) => (name === names.from ? names.to : name)),
    }));
    this.#state.keepSandbox({ ...sandbox, endpoints });
    await this.#state.sandboxStore.save({ ...sandbox, endpoints });
  }

  /** See `withdrawNetworks`. */
  withdraw(): Promise<void> {
    return withdrawNetworks(this.#state);
  }

  /** See `leaveNetworks`. */
  leave(container: string): Promise<void> {
    return leaveNetworks(this.#state, container);
  }

  /** See `connectRunning`. */
  connect(
    container: string,
    request: EndpointRequest & Pick<JoinRequest, 'upstreams' | 'upstreamsFrom'>,
  ): Promise<Endpoint> {
    return connectRunning(this.#state, container, request);
  }

  /** See `disconnectRunning`. */
  disconnect(container: string, network: Network): Promise<void> {
    return disconnectRunning(this.#state, container, network);
  }

  /** See `removeEndpoint`. */
  removeEndpoint(network: string, name: string): Promise<void> {
    return removeEndpoint(this.#state, network, name);
  }

  /** See `unlinkSandboxes`. */
  async unlink(container: string, other: string): Promise<void> {
    // What it takes back is there then.
    await hostReady(this.#state);
    await unlinkSandboxes(this.#state, container, other);
  }

  /** See `settleSandbox`. */
  settle(container: string): Promise<void> {
    return settleSandbox(this.#state, container);
  }

  /** See `noteChanged`: for who has done what follows from `connect` and `disconnect`. */
  noteChanged(container: string): Promise<void> {
    return noteChanged(this.#state, container);
  }

  /** Ends what goes on for nobody. What containers have stays: they run on. */
  async close(): Promise<void> {
    this.#state.advertiser.close();
    await Promise.allSettled([this.#state.preparing, ...this.#state.leaving.values()]);
    await this.#state.names.close();
    await this.#state.namespaces.close();
  }
}

function claim(state: NetworkState, sandbox: SandboxRecord): void {
  state.keepSandbox(sandbox);
  state.hostPorts.claim(sandbox.endpoints[0]?.names[0] ?? sandbox.container, sandbox.ports);
  for (const endpoint of sandbox.endpoints) {
    const addresses = state.networks.get(endpoint.network)?.addresses;
    for (const text of endpoint.addresses) addresses?.claim(requirePrefix(text).address);
  }
}
