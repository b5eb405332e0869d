import { formatAddress, type IpAddress } from '../../address/ip-address.ts';
import type { Family } from '../family-rules.ts';
import type { FirewallNetwork, PublishedPort } from '../firewall.ts';
import { isTranslated } from '../known-rules.ts';

/** A chain of it has the ports of one block. */
export const blockPrefix = 'BERTH-PUBLISH-';

/**
 * How many ports of the host a chain is for. To take a rule out of a chain, iptables(8) of nf_tables reads all of that chain, and
 * a packet goes through half of it; of most hosts, ports are close together, and so in few chains.
 */
const blockSize = 64;

/** A port, and the network that it leads into. */
type Entry = readonly [PublishedPort, FirewallNetwork];

/** Rules that lead ports of the host to containers: which chain is asked about a port, and these chains. */
export function publishRules(entries: readonly Entry[], family: Family): readonly string[] {
  const blocks = [...blocksOf(entries)];
  // What has an address of its link only cannot leave that; the kernel takes no answer for ::1 from a bridge.
  const not6 = ['-A BERTH-PUBLISH -s fe80::/10 -j RETURN', '-A BERTH-PUBLISH -d ::1/128 -j RETURN'];
  return [
    ...(family === 6 ? not6 : []),
    ...blocks.map(([name, [first]]) => callOf(name, first)),
    ...blocks.flatMap(([, ports]) => {
      // What is published at one address comes before the same port at any.
      const [any, one] = [ports.filter(isAtAny), ports.filter((port) => !isAtAny(port))];
      return [...one, ...any].map(ruleOf);
    }),
  ];
}

/** Ports by the chain they are in, in an order that does not depend on theirs. */
function blocksOf(
  entries: readonly Entry[],
): ReadonlyMap<string, readonly [PublishedPort, ...PublishedPort[]]> {
  const blocks = new Map<string, [PublishedPort, ...PublishedPort[]]>();
  for (const [port, network] of entries) {
    if (!isTranslated(port, network)) continue;
    const name = chainOf(port);
    const block = blocks.get(name);
    if (block === undefined) blocks.set(name, [port]);
    else block.push(port);
  }
  return new Map([...blocks].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function firstOf({ hostPort }: PublishedPort): number {
  return hostPort - (hostPort % blockSize);
}

function callOf(name: string, port: PublishedPort): string {
  const first = firstOf(port);
  const range = `${first}:${first + blockSize - 1}`;
  return `-A BERTH-PUBLISH -p ${port.protocol} --dport ${range} -j ${name}`;
}

function chainOf(port: PublishedPort): string {
  return `${blockPrefix}${port.protocol}-${firstOf(port)}`;
}

/** Rules that were asked for: with each change all are, and most are of ports that were there before. */
const known = new WeakMap<PublishedPort, string>();

function ruleOf(port: PublishedPort): string {
  const earlier = known.get(port);
  if (earlier !== undefined) return earlier;
  const { hostAddress, protocol, hostPort } = port;
  const place = isAny(hostAddress) ? '' : ` -d ${formatAddress(hostAddress)}`;
  const rule = `-A ${chainOf(port)}${place} -p ${protocol} --dport ${hostPort} -j DNAT --to-destination ${targetOf(port)}`;
  known.set(port, rule);
  return rule;
}

function isAtAny({ hostAddress }: PublishedPort): boolean {
  return isAny(hostAddress);
}

function isAny({ value }: IpAddress): boolean {
  return value === 0n;
}

function targetOf({ containerAddress, containerPort }: PublishedPort): string {
  const address = formatAddress(containerAddress);
  return containerAddress.family === 4
    ? `${address}:${containerPort}`
    : `[${address}]:${containerPort}`;
}
