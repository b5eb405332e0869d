import { Listeners } from '../../concurrency/listeners.ts';
import { SerialQueue } from '../../concurrency/serial-queue.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { DriverTable } from '../drivers/driver-table.ts';
import type { NetworkDriver } from '../drivers/network-driver.ts';
import type { OpenLink } from '../model/open-link.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import type { Endpoint, SandboxRecord } from '../model/sandbox-record.ts';
import type { NetworkPorts } from '../network-ports.ts';
import { Advertiser } from '../sandboxes/advertiser.ts';
import type { NamespacePool } from '../sandboxes/namespace-pool.ts';
import { NameService } from '../names/name-service.ts';
import type { HostPorts } from '../ports/host-ports.ts';
import { NetworkStore } from '../store/network-store.ts';
import { SandboxStore } from '../store/sandbox-store.ts';
import { containerNames } from './container-names.ts';
import type { NetworkEvent } from './network-event.ts';
import type { Network } from './network.ts';

/** What the operations on networks share. */
export class NetworkState {
  readonly ports: NetworkPorts;
  readonly drivers: DriverTable;
  readonly namespaces: NamespacePool;
  readonly hostPorts: HostPorts;
  readonly names: NameService;
  readonly advertiser: Advertiser;
  readonly networks = new Map<string, Network>();
  readonly #sandboxes = new Map<string, SandboxRecord>();
  #generation = 0;
  /** Sandboxes that are being taken down; their addresses are still in use. By ids of containers. */
  readonly leaving = new Map<string, Promise<void>>();
  readonly store: NetworkStore;
  readonly sandboxStore: SandboxStore;
  readonly events = new Listeners<NetworkEvent>();
  /** Networks are made and removed one after the other: each looks at the subnets of all. */
  readonly changes = new SerialQueue();
  /** There while the host is being given what berthd found written down, and when it has it. */
  preparing: Promise<void> | undefined;
  /** Whose addresses have been given back: they may be somebody else's by now. */
  readonly released = new WeakSet<Endpoint>();
  /** What the firewall lets through for links. */
  openLinks: readonly OpenLink[] = [];
  readonly #turns = new Map<string, SerialQueue>();

  constructor(
    ports: NetworkPorts,
    parts: Pick<NetworkState, 'drivers' | 'namespaces' | 'hostPorts'>,
  ) {
    this.ports = ports;
    this.drivers = parts.drivers;
    this.namespaces = parts.namespaces;
    this.hostPorts = parts.hostPorts;
    this.names = new NameService({ directory: containerNames(this), notice: ports.notice });
    this.advertiser = new Advertiser(ports);
    this.store = new NetworkStore(ports.paths.dataFolder);
    this.sandboxStore = new SandboxStore(ports.paths.sandboxFolder);
  }

  /** By ids of containers. */
  get sandboxes(): ReadonlyMap<string, SandboxRecord> {
    return this.#sandboxes;
  }

  /** Another number whenever a sandbox is another one. */
  get generation(): number {
    return this.#generation;
  }

  /** Lets a sandbox count, in the place of what its container had. */
  keepSandbox(sandbox: SandboxRecord): void {
    this.#sandboxes.set(sandbox.container, sandbox);
    this.#generation += 1;
  }

  /** Forgets a container's sandbox. */
  dropSandbox(container: string): void {
    this.#sandboxes.delete(container);
    this.#generation += 1;
  }

  /** Changes a container's sandbox when all changes of it before have ended. Resolves and rejects as the task does. */
  async inTurn<Result>(container: string, task: () => Promise<Result>): Promise<Result> {
    const queue = this.#turns.get(container) ?? new SerialQueue();
    this.#turns.set(container, queue);
    try {
      return await queue.run(task);
    } finally {
      if (queue.isIdle) this.#turns.delete(container);
    }
  }

  /** @throws NETWORK_DRIVER_UNKNOWN */
  driver(name: string): NetworkDriver {
    const driver = this.drivers.get(name);
    if (driver) return driver;
    throw new BerthError('NETWORK_DRIVER_UNKNOWN', {
      message: `could not find the network driver: plugin "${name}" not found`,
      remedy: `Use one of the drivers ${[...this.drivers.keys()].map((known) => `"${known}"`).join(', ')}: berth has no plugins.`,
      details: { driver: name },
    });
  }

  /**
   * The network of an id, a name, or the beginning of an id.
   * @throws NETWORK_NOT_FOUND, NETWORK_ID_AMBIGUOUS
   */
  find(nameOrId: string): Network {
    const known = this.networks.get(nameOrId);
    if (known) return known;
    const all = [...this.networks.values()];
    const named = all.find(({ name }) => name === nameOrId);
    if (named) return named;
    const fitting = nameOrId === '' ? [] : all.filter(({ id }) => id.startsWith(nameOrId));
    const [only] = fitting;
    if (only && fitting.length === 1) return only;
    if (only)
      throw new BerthError('NETWORK_ID_AMBIGUOUS', {
        message: `network ${nameOrId} is ambiguous (${fitting.length} matches found based on ID prefix)`,
        remedy: 'Give more digits of the id, or the name.',
        details: { network: nameOrId, matches: fitting.length },
      });
    throw new BerthError('NETWORK_NOT_FOUND', {
      message: `network ${nameOrId} not found`,
      remedy: 'See "docker network ls".',
      details: { network: nameOrId },
    });
  }

  /** The records of all other networks. */
  recordsBeside({ id }: NetworkRecord): readonly NetworkRecord[] {
    return [...this.networks.values()]
      .map(({ record }) => record)
      .filter((record) => record.id !== id);
  }

  /** What is connected to a network, with the containers' ids. */
  endpointsOf(
    network: Pick<Network, 'id'>,
  ): readonly { readonly container: string; readonly endpoint: Endpoint }[] {
    return [...this.sandboxes.values()].flatMap(({ container, endpoints }) =>
      endpoints
        .filter((endpoint) => endpoint.network === network.id)
        .map((endpoint) => ({ container, endpoint })),
    );
  }

  /** Tells those who listen. */
  announce(action: NetworkEvent['action'], network: Network, container?: string): void {
    this.events.emit({
      ...{ action, id: network.id, timeMs: this.ports.clock.now() },
      attributes: {
        ...(container === undefined ? {} : { container }),
        ...{ name: network.name, type: network.record.driver },
      },
    });
  }
}
