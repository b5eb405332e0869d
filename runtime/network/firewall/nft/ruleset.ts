import type { DirectAccess, Family } from '../family-rules.ts';
import { dataText, type Element, keyText } from './element.ts';

/** Name of berth's table in each of the families `ip` and `ip6`. */
export const tableName = 'berth';

/** What differs between the families, in words of nft(8); a protocol's name it would look for in /etc/protocols, which small hosts lack. */
const words = {
  4: { table: 'ip', address: 'ipv4_addr', icmp: 1 },
  6: { table: 'ip6', address: 'ipv6_addr', icmp: 58 },
} as const;

/** An administrator's own rules are in it: it is never emptied. */
const userChain = 'BERTH-USER';

/** By name: their types, as nft(8) has them. One whose type changes gets another name, since the old one may be there. */
function setsOf(family: Family): Readonly<Record<string, string>> {
  const { address } = words[family];
  const place = `${address} . inet_proto . inet_service`;
  return {
    bridges: 'type ifname',
    internal: 'type ifname',
    trusted: 'type ifname . ifname',
    'container-ports': `type ${place}`,
    'loopback-ports': `type ${place}`,
    links: `type ${address} . ${place}`,
    masqueraded: `type ${address}; flags interval`,
  };
}

function mapsOf(family: Family): Readonly<Record<string, string>> {
  const { address } = words[family];
  const target = `${address} . inet_service`;
  return {
    within: 'type ifname . ifname : verdict',
    into: 'type ifname : verdict',
    'ports-at': `type ${address} . inet_proto . inet_service : ${target}`,
    'ports-anywhere': `type inet_proto . inet_service : ${target}`,
    translated: `type ${address} : ${address}; flags interval`,
  };
}

/** How a packet names a port, at both ends of these chains' sets. */
const port = 'meta l4proto . th dport';

/**
 * Before translation, and so before an answer has its old address again: what comes from elsewhere and has an address of the loopback
 * interface was not made here. The kernel would drop it, but bridges have `route_localnet`. That of IPv6 it drops always.
 */
const rawLines = [
  'type filter hook prerouting priority -300; policy accept',
  'iifname @bridges ip daddr 127.0.0.0/8 drop',
  'iifname @bridges ip saddr 127.0.0.0/8 drop',
  `iifname != "lo" ip daddr . ${port} @loopback-ports drop`,
];

/** What the rules differ in from host to host. */
interface Settings {
  readonly directAccess: DirectAccess;
  /** Interfaces of the host between which nothing is forwarded. */
  readonly unrouted: readonly string[];
}

function listText(names: readonly string[]): string {
  return `{ ${names.map((name) => `"${name}"`).join(', ')} }`;
}

/** The rules: as many for a thousand networks and ports as for one. */
function chainsOf(
  family: Family,
  { directAccess, unrouted }: Settings,
): Readonly<Record<string, readonly string[]>> {
  const { table: ip, icmp } = words[family];
  return {
    ...(family === 4 ? { raw: rawLines } : {}),
    prerouting: [
      'type nat hook prerouting priority -100; policy accept',
      // What has an address of its link only cannot leave that, whatever it is sent to.
      ...(family === 6 ? ['ip6 saddr fe80::/10 return'] : []),
      'fib daddr type local jump publish',
    ],
    output: [
      'type nat hook output priority -100; policy accept',
      // The kernel takes no answer for ::1 from a bridge.
      ...(family === 6 ? ['ip6 daddr ::1 return'] : []),
      'fib daddr type local jump publish',
    ],
    publish: [
      `dnat ${ip} to ${ip} daddr . ${port} map @ports-at`,
      `dnat ${ip} to ${port} map @ports-anywhere`,
    ],
    postrouting: [
      'type nat hook postrouting priority 100; policy accept',
      ...(family === 4 ? ['oifname @bridges ip saddr 127.0.0.0/8 masquerade'] : []),
      // To a published port: the answer has to come back here, also from a neighbour of who asks.
      'oifname @bridges ct status dnat goto translate',
      // Else everybody knows the way.
      'oifname @bridges return',
      'goto translate',
    ],
    translate: [`snat ${ip} to ${ip} saddr map @translated`, `${ip} saddr @masqueraded masquerade`],
    forward: [
      'type filter hook forward priority 0; policy accept',
      `jump ${userChain}`,
      'ct state established,related accept',
      'iifname . oifname vmap @within',
      'iifname @internal drop',
      'oifname vmap @into',
      'iifname @bridges accept',
      ...(unrouted.length === 0
        ? []
        : [`iifname ${listText(unrouted)} oifname ${listText(unrouted)} jump unrouted`]),
    ],
    // What a bridge of the host's passes from port to port comes by here too, with br_netfilter.
    unrouted: [...unrouted.map((name) => `iifname "${name}" oifname "${name}" return`), 'drop'],
    protected: [
      'ct status dnat accept',
      directAccess === 'open'
        ? `${ip} daddr . ${port} @container-ports accept`
        : `iifname . oifname @trusted ${ip} daddr . ${port} @container-ports accept`,
      'drop',
    ],
    routed: [
      `meta l4proto ${icmp} accept`,
      `${ip} daddr . ${port} @container-ports accept`,
      'drop',
    ],
    closed: [
      'ct status dnat accept',
      `${ip} saddr . ${ip} daddr . ${port} @links accept`,
      // Neighbours may know of each other: a link needs it.
      ...(family === 6 ? ['icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'] : []),
      'drop',
    ],
    refused: ['drop'],
  };
}

/**
 * Makes the tables hold the rules and exactly these elements, in one transaction of nft(8), whatever they held. What is in
 * BERTH-USER stays, and what others have added to the tables under other names.
 */
export function rulesetText(
  families: readonly Family[],
  { elements, ...settings }: Settings & { readonly elements: readonly Element[] },
): string {
  return families
    .map((family) => {
      const ours = elements.filter((element) => element.family === family);
      return [...baseLines(family, settings), ...elementLines(family, ours)].join('\n');
    })
    .join('\n')
    .concat('\n');
}

/** Removes the tables, and does not mind when they are not there. */
export function removalText(families: readonly Family[]): string {
  const lines = families.flatMap((family) => {
    const table = `table ${words[family].table} ${tableName}`;
    return [`add ${table}`, `delete ${table}`];
  });
  return `${lines.join('\n')}\n`;
}

function baseLines(family: Family, settings: Settings): readonly string[] {
  const table = `${words[family].table} ${tableName}`;
  const [sets, maps, chains] = [setsOf(family), mapsOf(family), chainsOf(family, settings)];
  const chainNames = Object.keys(chains);
  const isBase = (line: string): boolean => line.startsWith('type ');
  return [
    `add table ${table}`,
    ...Object.entries(sets).map(([name, type]) => `add set ${table} ${name} { ${type}; }`),
    `add chain ${table} ${userChain}`,
    ...Object.entries(chains).map(([name, [first = '']]) =>
      isBase(first) ? `add chain ${table} ${name} { ${first}; }` : `add chain ${table} ${name}`,
    ),
    ...Object.entries(maps).map(([name, type]) => `add map ${table} ${name} { ${type}; }`),
    ...chainNames.map((name) => `flush chain ${table} ${name}`),
    ...Object.keys(sets).map((name) => `flush set ${table} ${name}`),
    ...Object.keys(maps).map((name) => `flush map ${table} ${name}`),
    ...Object.entries(chains).flatMap(([name, lines]) =>
      lines.filter((line) => !isBase(line)).map((line) => `add rule ${table} ${name} ${line}`),
    ),
  ];
}

function elementLines(family: Family, elements: readonly Element[]): readonly string[] {
  const bySet = Map.groupBy(elements, ({ set }) => set);
  return [...bySet].map(([set, theirs]) => {
    const list = theirs.map((element) =>
      element.data === undefined
        ? keyText(element)
        : `${keyText(element)} : ${dataText(element.data)}`,
    );
    return `add element ${words[family].table} ${tableName} ${set} { ${list.join(', ')} }`;
  });
}
