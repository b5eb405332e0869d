import { BerthError } from '../../errors/berth-error.ts';
import { anyAddress, type PortGroup, rangeKey } from './port-groups.ts';
import type { PortProtocol, PortRange } from './port-spec.ts';

/** A port of a container and where it is on the host. Nothing but texts and numbers: it can be kept in a record. */
export interface PublishedPort {
  readonly protocol: PortProtocol;
  /** Of the container. */
  readonly port: number;
  /** In canonical form: `0.0.0.0`, `::`, or a certain one. */
  readonly hostAddress: string;
  /** 0: none, as the container's own address is reached. */
  readonly hostPort: number;
  /** Of the container's address: where it differs from that of the host's, only a relay gets there. */
  readonly containerFamily: 4 | 6;
}

type Place = Pick<PublishedPort, 'protocol' | 'hostAddress' | 'hostPort'>;

/**
 * Which ports of the host the containers have: the rules of Docker's port allocator (v28.5.2, libnetwork/portallocator). It is in
 * memory only; what running containers have is claimed anew when berthd starts. Of other processes it knows nothing.
 */
export class HostPorts {
  readonly #ephemeral: PortRange;
  /** By protocol and address: the owner of each port. */
  readonly #owners = new Map<string, Map<number, string>>();
  /** By protocol, address and range: the port that was given last. */
  readonly #last = new Map<string, number>();

  /** @param ephemeral what ports are chosen from when any will do: see `readEphemeralPorts` */
  constructor(ephemeral: PortRange) {
    this.#ephemeral = ephemeral;
  }

  /**
   * Takes a port of the host for each group, the same for all its addresses: a certain one, or the next that is free behind the one that
   * was given last, so that a port is not another container's the moment after. All of them or, on an error, none.
   *
   * @param owner the container's name, for errors
   * @throws PORT_ALLOCATED in Docker's words, with the owner in details and remedy; PORTS_EXHAUSTED
   */
  take(owner: string, groups: readonly PortGroup[]): readonly PublishedPort[] {
    const taken: PublishedPort[] = [];
    try {
      for (const group of groups) taken.push(...this.#takeGroup(owner, group));
    } catch (error) {
      this.release(taken);
      throw error;
    }
    return taken;
  }

  /** Gives ports back; nothing is done for those that are free. */
  release(ports: readonly Place[]): void {
    for (const { protocol, hostAddress, hostPort } of ports)
      this.#owners.get(`${protocol} ${hostAddress}`)?.delete(hostPort);
  }

  /** Takes the ports that a container has already, as it runs since before berthd did. They are its own whoever has asked since. */
  claim(owner: string, ports: readonly Place[]): void {
    for (const { protocol, hostAddress, hostPort } of ports)
      if (hostPort !== 0) this.#ownersAt(protocol, hostAddress).set(hostPort, owner);
  }

  #takeGroup(owner: string, group: PortGroup): readonly PublishedPort[] {
    const here = group.addresses.filter(({ hostPort }) => hostPort !== 'none');
    const addresses = here.map(({ hostAddress }) => hostAddress);
    const { protocol, port } = group;
    const hostPort = here.length === 0 ? 0 : this.#choose(group, addresses);
    const twice = addresses.find((address, i) => addresses.indexOf(address) !== i);
    if (twice !== undefined) throw allocated({ protocol, hostAddress: twice, hostPort }, owner);
    for (const address of addresses) this.#ownersAt(protocol, address).set(hostPort, owner);
    return group.addresses.map(({ hostAddress, containerFamily, hostPort: own }) => ({
      ...{ protocol, port, hostAddress, containerFamily },
      hostPort: own === 'none' ? 0 : hostPort,
    }));
  }

  #choose({ protocol, hostPorts }: PortGroup, addresses: readonly string[]): number {
    if (hostPorts !== undefined && hostPorts.first === hostPorts.last) {
      const conflict = this.#conflict(protocol, addresses, hostPorts.first);
      if (conflict !== undefined) {
        const place = { protocol, hostAddress: conflict, hostPort: hostPorts.first };
        throw allocated(place, this.#ownersAt(protocol, conflict).get(hostPorts.first) ?? '');
      }
      return hostPorts.first;
    }
    const { first, last } = hostPorts ?? this.#ephemeral;
    const keys = addresses.map((address) => `${protocol} ${address} ${rangeKey(hostPorts)}`);
    const before = this.#last.get(keys[0] ?? '') ?? last;
    const count = last - first + 1;
    for (let step = 1; step <= count; step += 1) {
      const port = first + ((before - first + step) % count);
      if (this.#conflict(protocol, addresses, port) !== undefined) continue;
      for (const key of keys) this.#last.set(key, port);
      return port;
    }
    throw new BerthError('PORTS_EXHAUSTED', {
      message: 'all ports are allocated',
      remedy: `Stop containers that publish ports from ${first} to ${last}, or publish others.`,
      details: { protocol, first, last, addresses },
    });
  }

  /** An address at which the port is another's: all addresses of a family are in conflict with each of them. */
  #conflict(
    protocol: PortProtocol,
    addresses: readonly string[],
    port: number,
  ): string | undefined {
    for (const address of addresses) {
      const any = anyAddress[address.includes(':') ? 6 : 4];
      const rivals = address === any ? this.#addressesLike(protocol, any) : [address, any];
      const conflict = rivals.find((rival) => this.#owners.get(`${protocol} ${rival}`)?.has(port));
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  #addressesLike(protocol: PortProtocol, any: string): readonly string[] {
    return [...this.#owners.keys()]
      .filter((key) => key.startsWith(`${protocol} `))
      .map((key) => key.slice(protocol.length + 1))
      .filter((address) => address.includes(':') === any.includes(':'));
  }

  #ownersAt(protocol: PortProtocol, address: string): Map<number, string> {
    const key = `${protocol} ${address}`;
    const owners = this.#owners.get(key) ?? new Map<number, string>();
    this.#owners.set(key, owners);
    return owners;
  }
}

function allocated({ protocol, hostAddress, hostPort }: Place, container: string): BerthError {
  return new BerthError('PORT_ALLOCATED', {
    message: `Bind for ${hostAddress}:${hostPort} failed: port is already allocated`,
    remedy: `Container "${container}" has it: stop that one, or publish another port.`,
    details: { protocol, address: hostAddress, port: hostPort, container },
  });
}
