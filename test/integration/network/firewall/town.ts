import { ensureBridge } from '../../../../runtime/network/bridge/bridge.ts';
import { connectEndpoint } from '../../../../runtime/network/bridge/endpoint.ts';
import type {
  FirewallNetwork,
  PublishedPort,
} from '../../../../runtime/network/firewall/firewall.ts';
import { address, prefix, TestNamespaces } from '../namespaces.ts';
import { Peers, type Place } from './peers.ts';

const containers = {
  a1: [1, 2],
  a2: [1, 3],
  b1: [2, 2],
  c1: [3, 2],
  c2: [3, 3],
  i1: [4, 2],
  i2: [4, 3],
  r1: [5, 2],
  u1: [6, 2],
} as const;
const neighbours = ['outside', 'trusted'] as const;

/** A container of network `a` is `a1`; `outside` and `trusted` are other hosts, which route the containers' networks to this one. */
export type Inhabitant = 'host' | (typeof neighbours)[number] | keyof typeof containers;

const inhabitants = [
  'host',
  ...neighbours,
  ...(Object.keys(containers) as (keyof typeof containers)[]),
] as const;

/** Network number `n` has 10.n.0.0/24 and fd0n::/64. */
function network(number: number, id: string, more: Partial<FirewallNetwork> = {}): FirewallNetwork {
  return {
    id,
    bridge: `br-${id}`,
    subnets: [prefix(`10.${number}.0.0/24`), prefix(`fd0${number}::/64`)],
    gatewayModes: { 4: 'nat', 6: 'nat' },
    access: 'open',
    interContainer: 'open',
    masquerade: 'on',
    hostAddresses: {},
    trustedInterfaces: [],
    ...more,
  };
}

/** Usual, with an address for what leaves, closed, internal, routed, unprotected. */
export const networks: readonly FirewallNetwork[] = [
  network(1, 'a', { trustedInterfaces: ['trusted0'] }),
  network(2, 'b', { hostAddresses: { 4: address('192.0.2.2') } }),
  network(3, 'c', { interContainer: 'closed' }),
  network(4, 'i', { access: 'internal' }),
  network(5, 'r', { gatewayModes: { 4: 'routed', 6: 'routed' } }),
  network(6, 'u', { gatewayModes: { 4: 'nat-unprotected', 6: 'nat' }, masquerade: 'off' }),
];

/** Port 80 of a container at a port of the host. */
export function published(
  hostAddress: string,
  hostPort: number,
  name: keyof typeof containers,
  protocol: PublishedPort['protocol'] = 'tcp',
): PublishedPort {
  const [number, host] = containers[name];
  const host4 = address(hostAddress);
  const container = host4.family === 4 ? `10.${number}.0.${host}` : `fd0${number}::${host}`;
  return {
    network: name.slice(0, 1),
    protocol,
    hostAddress: host4,
    hostPort,
    containerAddress: address(container),
    containerPort: 80,
  };
}

/** A host with bridges, containers and neighbours, in network namespaces; its interface to `outside` has 192.0.2.1. */
export class Town {
  readonly namespaces: TestNamespaces<Inhabitant>;
  readonly #peers: Peers<Inhabitant>;

  private constructor(namespaces: TestNamespaces<Inhabitant>, peers: Peers<Inhabitant>) {
    this.namespaces = namespaces;
    this.#peers = peers;
  }

  static async build(): Promise<Town> {
    const namespaces = await TestNamespaces.make(...inhabitants);
    connectNeighbours(namespaces);
    for (const [i, { id }] of networks.entries()) await connectContainers(namespaces, id, i + 1);
    const peers = await Peers.start(inhabitants, (name) => namespaces.path(name));
    return new Town(namespaces, peers);
  }

  /** Runs a command of a shell on the host. */
  host(script: string): string {
    return this.namespaces.execute('host', 'sh', '-c', script);
  }

  /** Says who is reached where, and as whom: `tcp 192.0.2.1:8080` from `outside` is `a1 192.0.2.9`. All at once. */
  async look(
    expected: readonly (readonly [Inhabitant, Place, string])[],
  ): Promise<readonly (readonly [Inhabitant, Place, string])[]> {
    return Promise.all(
      expected.map(async ([from, place, who]) => {
        const answer = who === 'nobody' ? 'unexpected' : 'expected';
        return [from, place, await this.#peers.ask(from, place, { answer })] as const;
      }),
    );
  }

  /** Asks over a connection that stays. */
  again(from: Inhabitant, place: Place, keep: string): Promise<string> {
    return this.#peers.ask(from, place, { answer: 'expected', keep });
  }

  async close(): Promise<void> {
    await this.#peers.stop();
    await this.namespaces.close();
  }
}

function connectNeighbours(namespaces: TestNamespaces<Inhabitant>): void {
  const host = (script: string): string => namespaces.execute('host', 'sh', '-ec', script);
  host(`
    echo 1 > /proc/sys/net/ipv4/ip_forward
    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
  `);
  for (const [i, name] of neighbours.entries()) {
    const [net4, net6] = i === 0 ? ['192.0.2', '2001:db8:0'] : ['198.51.100', '2001:db8:1'];
    host(`
      ip link add ${name}0 type veth peer name eth0 netns /proc/self/fd/9 9< ${namespaces.path(name)}
      ip address add ${net4}.1/24 dev ${name}0
      ip address add ${net6}::1/64 dev ${name}0 nodad
      ip link set ${name}0 up
    `);
    namespaces.execute(
      name,
      'sh',
      '-ec',
      `
      ip address add ${net4}.9/24 dev eth0
      ip address add ${net6}::9/64 dev eth0 nodad
      ip link set eth0 up
      ip route add default via ${net4}.1
      ip route add default via ${net6}::1
    `,
    );
  }
  // A host that sends packets for 127.0.0.1 to another, which takes them.
  host(
    'ip address add 192.0.2.2/24 dev outside0; echo 1 > /proc/sys/net/ipv4/conf/outside0/route_localnet',
  );
  namespaces.execute('outside', 'sh', '-ec', loopbackElsewhere('192.0.2.1'));
}

/** In a namespace where 127.0.0.1 is somebody else. */
function loopbackElsewhere(gateway: string): string {
  return `
    echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
    ip address del 127.0.0.1/8 dev lo
    ip route add 127.0.0.1/32 via ${gateway}
  `;
}

async function connectContainers(
  namespaces: TestNamespaces<Inhabitant>,
  id: string,
  number: number,
): Promise<void> {
  const gateways = [address(`10.${number}.0.1`), address(`fd0${number}::1`)];
  const theirs = Object.entries(containers).filter(([name]) => name.startsWith(id));
  await namespaces.run('host', (socket, p) => {
    const addresses = [prefix(`10.${number}.0.1/24`), prefix(`fd0${number}::1/64`)];
    ensureBridge(p, socket, { name: `br-${id}`, addresses });
  });
  const [{ ifindex: bridge } = {}] = namespaces.ip('host', 'link', 'show', `br-${id}`);
  for (const [name, [, host]] of theirs) {
    await namespaces.run('host', (socket, p) => {
      connectEndpoint(p, socket, {
        namespace: namespaces.path(name as Inhabitant),
        bridge: Number(bridge),
        portName: `port-${name}`,
        name: 'eth0',
        macAddress: Uint8Array.of(2, 66, 10, number, 0, host),
        addresses: [prefix(`10.${number}.0.${host}/24`), prefix(`fd0${number}::${host}/64`)],
        gateways,
      });
    });
  }
  if (id === 'b') namespaces.execute('b1', 'sh', '-ec', loopbackElsewhere('10.2.0.1'));
}
