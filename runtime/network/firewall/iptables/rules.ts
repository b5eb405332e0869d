import { formatAddress } from '../../address/ip-address.ts';
import { formatPrefix } from '../../address/ip-prefix.ts';
import {
  type DirectAccess,
  entranceOf,
  type Family,
  isTranslatedOutwards,
  subnetsOf,
} from '../family-rules.ts';
import type { FirewallNetwork, FirewallState, PublishedPort } from '../firewall.ts';
import { isTranslated } from '../known-rules.ts';
import { publishRules } from './publish-rules.ts';

/** An administrator's own rules are in it: it is never emptied. */
export const userChain = 'BERTH-USER';

/** The tables in which berth has chains. */
export const tableNames = ['raw', 'nat', 'filter'] as const;
/** One of them. */
export type TableName = (typeof tableNames)[number];

/** The rules of each table, as iptables-restore(8) reads them: `-A CHAIN ...`, those of a chain one behind another. */
export type TableRules = Readonly<Record<TableName, readonly string[]>>;

/** A chain of berth's, and where in a chain of the kernel's it is called. */
export interface Jump {
  readonly table: TableName;
  readonly from: string;
  /** As iptables-save(8) writes it behind the chain's name. */
  readonly rule: string;
}

const local = '-m addrtype --dst-type LOCAL -j BERTH-PUBLISH';

/** All that berth has in others' chains. */
export const jumps: readonly Jump[] = [
  { table: 'filter', from: 'FORWARD', rule: '-j BERTH-FORWARD' },
  { table: 'nat', from: 'PREROUTING', rule: local },
  { table: 'nat', from: 'OUTPUT', rule: local },
  { table: 'nat', from: 'POSTROUTING', rule: '-j BERTH-MASQUERADE' },
  { table: 'raw', from: 'PREROUTING', rule: '-j BERTH-RAW' },
];

/** berth's chains that are always there, besides the administrator's. */
export const ownChains: Readonly<Record<TableName, readonly string[]>> = {
  filter: [
    'BERTH-FORWARD',
    'BERTH-WITHIN',
    'BERTH-INTERNAL',
    'BERTH-INTO',
    'BERTH-PORTS',
    'BERTH-CLOSED',
    'BERTH-OUT',
    'BERTH-UNROUTED',
  ],
  nat: ['BERTH-PUBLISH', 'BERTH-MASQUERADE', 'BERTH-TRANSLATE'],
  raw: ['BERTH-RAW'],
};

/** What the rules are of. */
export interface Wanted extends FirewallState {
  readonly family: Family;
  readonly directAccess: DirectAccess;
  /** Interfaces of the host between which nothing is forwarded. */
  readonly unrouted: readonly string[];
}

const answers = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
const translatedOnly = '-m conntrack --ctstate DNAT';

/** The rules that berth's chains are to hold. */
export function tableRules(wanted: Wanted): TableRules {
  const { ports, networks, family } = wanted;
  return {
    filter: filterRules(wanted),
    nat: [...publishRules(portsOf(ports, networks, family), family), ...translateRules(wanted)],
    raw: rawRules(wanted),
  };
}

function filterRules(wanted: Wanted): readonly string[] {
  const { networks, ports, links, family, directAccess, unrouted } = wanted;
  const byPorts = networks.filter((network) => isEnteredByPorts(network, { family, directAccess }));
  const open = openPorts(ports, byPorts, family);
  return [
    `-A BERTH-FORWARD -j ${userChain}`,
    ...networks.flatMap(({ bridge }) => [
      `-A BERTH-FORWARD -o ${bridge} ${answers}`,
      `-A BERTH-FORWARD -i ${bridge} ${answers}`,
    ]),
    ...['WITHIN', 'INTERNAL', 'INTO', 'OUT'].map((name) => `-A BERTH-FORWARD -j BERTH-${name}`),
    ...networks.map(({ bridge, interContainer }) => {
      const verdict = interContainer === 'open' ? 'ACCEPT' : 'BERTH-CLOSED';
      return `-A BERTH-WITHIN -i ${bridge} -o ${bridge} -j ${verdict}`;
    }),
    ...networks
      .filter((network) => entranceOf(network, family) === 'isolated')
      .map(({ bridge }) => `-A BERTH-INTERNAL -i ${bridge} -j DROP`),
    ...networks.flatMap((network) => entranceRules(network, { family, directAccess })),
    ...networks.map(({ bridge }) => `-A BERTH-OUT -i ${bridge} -j ACCEPT`),
    ...open.map((place) => `-A BERTH-PORTS ${place} -j ACCEPT`),
    `-A BERTH-CLOSED ${translatedOnly} -j ACCEPT`,
    ...links
      .filter(({ from }) => from.family === family)
      .map(({ from, to, protocol, port }) => {
        const ends = `-s ${formatAddress(from)} -d ${formatAddress(to)}`;
        return `-A BERTH-CLOSED ${ends} -p ${protocol} --dport ${port} -j ACCEPT`;
      }),
    ...(family === 6
      ? [135, 136].map((type) => `-A BERTH-CLOSED -p ipv6-icmp --icmpv6-type ${type} -j ACCEPT`)
      : []),
    '-A BERTH-CLOSED -j DROP',
    ...unroutedRules(unrouted),
  ];
}

/** What a bridge of the host's passes from port to port comes by here too, with br_netfilter. */
function unroutedRules(names: readonly string[]): readonly string[] {
  return [
    ...names.map((name) => `-A BERTH-FORWARD -i ${name} -j BERTH-UNROUTED`),
    ...names.map((name) => `-A BERTH-UNROUTED -i ${name} -o ${name} -j RETURN`),
    ...names.map((name) => `-A BERTH-UNROUTED -o ${name} -j DROP`),
  ];
}

function entranceRules(
  network: FirewallNetwork,
  { family, directAccess }: Pick<Wanted, 'family' | 'directAccess'>,
): readonly string[] {
  const into = `-A BERTH-INTO -o ${network.bridge}`;
  const drop = `${into} -j DROP`;
  switch (entranceOf(network, family)) {
    case 'nat-unprotected':
      return [`${into} -j ACCEPT`];
    case 'routed':
      return [
        `${into} -p ${family === 4 ? 'icmp' : 'ipv6-icmp'} -j ACCEPT`,
        `${into} -j BERTH-PORTS`,
        drop,
      ];
    case 'nat':
      return [
        `${into} ${translatedOnly} -j ACCEPT`,
        ...(directAccess === 'open' ? [`${into} -j BERTH-PORTS`] : []),
        ...network.trustedInterfaces.map(
          (name) => `-A BERTH-INTO -i ${name} -o ${network.bridge} -j BERTH-PORTS`,
        ),
        drop,
      ];
    case 'isolated':
      return [drop];
  }
}

/** Whether BERTH-PORTS is asked about a network. Where ports are only translated it need not grow with them. */
function isEnteredByPorts(
  network: FirewallNetwork,
  { family, directAccess }: Pick<Wanted, 'family' | 'directAccess'>,
): boolean {
  const entrance = entranceOf(network, family);
  if (entrance !== 'nat') return entrance === 'routed';
  return directAccess === 'open' || network.trustedInterfaces.length > 0;
}

/** Ports of containers, each once. */
function openPorts(
  ports: readonly PublishedPort[],
  networks: readonly FirewallNetwork[],
  family: Family,
): readonly string[] {
  const reachable = portsOf(ports, networks, family);
  const places = reachable.map(
    ([{ containerAddress, protocol, containerPort }]) =>
      `-d ${formatAddress(containerAddress)} -p ${protocol} --dport ${containerPort}`,
  );
  return [...new Set(places)];
}

function translateRules({ networks, family }: Wanted): readonly string[] {
  const translated = networks.filter((network) => isTranslatedOutwards(network, family));
  return [
    // Between bridges everybody knows the way, but after translation the answer has to come back here.
    ...networks.flatMap(({ bridge }) => [
      ...(family === 4 ? [`-A BERTH-MASQUERADE -s 127.0.0.0/8 -o ${bridge} -j MASQUERADE`] : []),
      `-A BERTH-MASQUERADE -o ${bridge} ${translatedOnly} -g BERTH-TRANSLATE`,
      `-A BERTH-MASQUERADE -o ${bridge} -j RETURN`,
    ]),
    '-A BERTH-MASQUERADE -g BERTH-TRANSLATE',
    ...translated.flatMap((network) => {
      const address = network.hostAddresses[family];
      const target =
        address === undefined ? 'MASQUERADE' : `SNAT --to-source ${formatAddress(address)}`;
      return subnetsOf(network, family).map(
        (subnet) => `-A BERTH-TRANSLATE -s ${formatPrefix(subnet)} -j ${target}`,
      );
    }),
  ];
}

function rawRules({ networks, ports, family }: Wanted): readonly string[] {
  if (family === 6) return [];
  const atLoopback = portsOf(ports, networks, family).filter(
    ([port, network]) => isTranslated(port, network) && port.hostAddress.value >> 24n === 127n,
  );
  return [
    ...networks.flatMap(({ bridge }) => [
      `-A BERTH-RAW -i ${bridge} -d 127.0.0.0/8 -j DROP`,
      `-A BERTH-RAW -i ${bridge} -s 127.0.0.0/8 -j DROP`,
    ]),
    ...atLoopback.map(
      ([{ hostAddress, protocol, hostPort }]) =>
        `-A BERTH-RAW ! -i lo -d ${formatAddress(hostAddress)} -p ${protocol} --dport ${hostPort} -j DROP`,
    ),
  ];
}

/** Ports of one protocol whose networks are entered at all, with these. */
function portsOf(
  ports: readonly PublishedPort[],
  networks: readonly FirewallNetwork[],
  family: Family,
): readonly (readonly [PublishedPort, FirewallNetwork])[] {
  const byId = new Map(networks.map((network) => [network.id, network]));
  return ports.flatMap((port) => {
    const network = byId.get(port.network);
    if (network === undefined || port.containerAddress.family !== family) return [];
    return entranceOf(network, family) === 'isolated' ? [] : [[port, network] as const];
  });
}
