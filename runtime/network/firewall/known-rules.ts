import { BerthError } from '../../errors/berth-error.ts';
import { formatAddress, type IpAddress } from '../address/ip-address.ts';
import { interfaceName } from './family-rules.ts';
import type { FirewallLink, FirewallNetwork, FirewallState, PublishedPort } from './firewall.ts';

/** Rules that come, or go. */
export type RuleParts = FirewallState;

/** Nothing of anything. */
export const noParts: RuleParts = { networks: [], ports: [], links: [] };

/** What a firewall has been told, so that it can put all of it back. */
export class KnownRules {
  readonly #networks = new Map<string, FirewallNetwork>();
  readonly #ports = new Map<string, PublishedPort>();
  readonly #links = new Map<string, FirewallLink>();

  /** All of it, as it is now. */
  get state(): FirewallState {
    return {
      networks: [...this.#networks.values()],
      ports: [...this.#ports.values()],
      links: [...this.#links.values()],
    };
  }

  network(id: string): FirewallNetwork | undefined {
    return this.#networks.get(id);
  }

  /**
   * Takes in what is not known; gives it. All or nothing.
   * @throws FIREWALL_NETWORK_INVALID, FIREWALL_PORT_INVALID
   */
  add({ networks, ports, links }: RuleParts): RuleParts {
    const added = { networks: [] as FirewallNetwork[], ports: [] as PublishedPort[] };
    const linked: FirewallLink[] = [];
    try {
      for (const network of networks) {
        checkNetwork(network);
        if (this.#networks.has(network.id)) continue;
        this.#networks.set(network.id, network);
        added.networks.push(network);
      }
      for (const port of ports) {
        if (this.#knows(port)) continue;
        this.#ports.set(this.#portKey(port), port);
        added.ports.push(port);
      }
      for (const link of links) {
        if (this.#links.has(linkKey(link))) continue;
        this.#requireNetwork(link.network, `link to ${formatAddress(link.to)}`);
        this.#links.set(linkKey(link), link);
        linked.push(link);
      }
    } catch (error) {
      this.remove({ ...added, links: linked });
      throw error;
    }
    return { ...added, links: linked };
  }

  /** Forgets what is known of it; gives that. With a network go its ports and links. */
  remove({ networks, ports, links }: RuleParts): RuleParts {
    const gone = networks.filter(({ id }) => this.#networks.has(id));
    const ids = new Set(gone.map(({ id }) => id));
    const theirs = <Item extends { readonly network: string }>(items: Iterable<Item>): Item[] =>
      ids.size === 0 ? [] : [...items].filter(({ network }) => ids.has(network));
    const removed = {
      networks: gone,
      ports: known(this.#ports, (port) => this.#portKey(port), [
        ...ports,
        ...theirs(this.#ports.values()),
      ]),
      links: known(this.#links, linkKey, [...links, ...theirs(this.#links.values())]),
    };
    for (const port of removed.ports) this.#ports.delete(this.#portKey(port));
    for (const { id } of gone) this.#networks.delete(id);
    for (const link of removed.links) this.#links.delete(linkKey(link));
    return removed;
  }

  clear(): void {
    this.#networks.clear();
    this.#ports.clear();
    this.#links.clear();
  }

  /** Whether a port is known already. @throws FIREWALL_PORT_INVALID it cannot be published */
  #knows(port: PublishedPort): boolean {
    const what = describePort(port);
    const network = this.#requireNetwork(port.network, what);
    const { family } = port.containerAddress;
    // Without translation there is no port of the host.
    if (isTranslated(port, network) && port.hostAddress.family !== family) {
      throw portInvalid(what, 'addresses of the host and the container of one family');
    }
    const earlier = this.#ports.get(this.#portKey(port));
    if (earlier === undefined) return false;
    const isSame =
      earlier.network === port.network &&
      earlier.containerPort === port.containerPort &&
      earlier.containerAddress.value === port.containerAddress.value;
    if (!isSame) throw portInvalid(what, 'a port of the host that is free');
    return true;
  }

  /** Which port of the host it is; of one without translation, which of the container. */
  #portKey(port: PublishedPort): string {
    const { protocol, hostAddress, hostPort, containerAddress, containerPort } = port;
    const network = this.#networks.get(port.network);
    return network !== undefined && !isTranslated(port, network)
      ? [protocol, 'direct', keyOf(containerAddress), containerPort].join(' ')
      : [protocol, keyOf(hostAddress), hostPort].join(' ');
  }

  #requireNetwork(id: string, what: string): FirewallNetwork {
    const network = this.#networks.get(id);
    if (network === undefined) throw portInvalid(what, `a network that is there, not "${id}"`);
    return network;
  }
}

/** `0.0.0.0:8080/tcp of 172.17.0.2:80`. */
export function describePort(port: PublishedPort): string {
  const { hostAddress, hostPort, protocol, containerAddress, containerPort } = port;
  return `${formatAddress(hostAddress)}:${hostPort}/${protocol} of ${formatAddress(containerAddress)}:${containerPort}`;
}

/** Whether a port of the host becomes one of the container. */
export function isTranslated(
  { containerAddress }: PublishedPort,
  { gatewayModes }: FirewallNetwork,
): boolean {
  return gatewayModes[containerAddress.family] !== 'routed';
}

function linkKey({ from, to, protocol, port }: FirewallLink): string {
  return [keyOf(from), keyOf(to), protocol, port].join(' ');
}

function keyOf({ family, value }: IpAddress): string {
  return `${family}:${value}`;
}

function known<Item>(
  map: ReadonlyMap<string, Item>,
  key: (item: Item) => string,
  items: readonly Item[],
): readonly Item[] {
  const found = new Map(items.map((item) => [key(item), map.get(key(item))]));
  return [...found.values()].filter((item) => item !== undefined);
}

/** @throws FIREWALL_NETWORK_INVALID */
function checkNetwork({ id, bridge, trustedInterfaces }: FirewallNetwork): void {
  for (const name of [bridge, ...trustedInterfaces]) {
    if (interfaceName.test(name)) continue;
    throw new BerthError('FIREWALL_NETWORK_INVALID', {
      message: `Network "${id}" has the interface "${name}"; wanted 1 to 15 letters, digits, "_", ".", ":", "@" and "-".`,
      remedy: 'Make the network anew with another name for the interface.',
      details: { network: id, interface: name },
    });
  }
}

function portInvalid(what: string, wanted: string): BerthError {
  return new BerthError('FIREWALL_PORT_INVALID', {
    message: `Port ${what} cannot be published; wanted ${wanted}.`,
    remedy: 'Publish another port.',
    details: { port: what },
  });
}
