import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { formatAddress } from '../address/ip-address.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { SandboxRecord } from '../model/sandbox-record.ts';
import { deleteLink, type Link } from '../netlink/links.ts';
import { deleteNeighbour, type Neighbour } from '../netlink/neighbours.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { portRules } from '../sandboxes/publish-ports.ts';
import { establishNetwork } from './establish-network.ts';
import { readLinks } from '../netlink/read-links.ts';
import { readNeighbours } from '../netlink/read-neighbours.ts';
import type { NetworkState } from './network-state.ts';
import type { Network } from './network.ts';
import { errnoNumber } from '../../syscall/errno.ts';

/**
 * Makes anew what somebody has removed from the host, with the containers that were connected, and their rules.
 * @throws SYSCALL_FAILED, and what a firewall throws
 */
export async function repairBridges(
  state: NetworkState,
  networks: readonly Network[],
): Promise<void> {
  for (const network of new Set(networks)) {
    const { driver, record } = network;
    network.established = undefined;
    if (driver.firewall(record) !== undefined) await state.ports.firewall.removeNetwork(record.id);
    await establishNetwork(state, network);
    const rules = [...state.sandboxes.values()].flatMap((sandbox) => portRules(state, sandbox));
    const theirs = rules.filter((rule) => rule.network === network.id);
    if (theirs.length > 0) await state.ports.firewall.publish(theirs);
    const links = state.openLinks.flatMap(({ rule }) =>
      rule.network === network.id ? [rule] : [],
    );
    if (links.length > 0) await state.ports.firewall.link(links);
  }
}

/**
 * Removes what a berthd that was killed in the middle has left at berth's bridges: ports that belong to no container, and what the host
 * remembers of addresses that no container has.
 * @throws SYSCALL_FAILED
 */
export async function removeLeftovers(state: NetworkState): Promise<void> {
  const links = await readLinks(state.ports.runner);
  const names = [...state.networks.values()].map(
    ({ driver, record }) => driver.firewall(record)?.bridge,
  );
  const bridges = links.filter(({ name }) => names.includes(name)).map(({ index }) => index);
  if (bridges.length === 0) return;
  const endpoints = [...state.sandboxes.values()].flatMap((sandbox) => sandbox.endpoints);
  const ports = leftPorts(links, { bridges, endpoints });
  const neighbours = leftNeighbours(await readNeighbours(state.ports.runner, bridges), endpoints);
  if (ports.length === 0 && neighbours.length === 0) return;
  const p = new ProgramBuilder('remove what was left');
  const host = NetlinkSocket.open(p);
  const unless = [errnoNumber('ENODEV'), errnoNumber('ENOENT')];
  for (const { index } of ports) host.do(deleteLink({ index }), { unless });
  for (const neighbour of neighbours) host.do(deleteNeighbour(neighbour), { unless });
  await state.ports.runner.run(p);
}

function leftPorts(
  links: readonly Link[],
  { bridges, endpoints }: { readonly bridges: readonly number[]; readonly endpoints: Endpoints },
): readonly Link[] {
  const known = new Set(endpoints.map(({ portName }) => portName));
  return links.filter(
    ({ kind, master, name }) =>
      kind === 'veth' && master !== undefined && bridges.includes(master) && !known.has(name),
  );
}

/** What somebody has set for good stays, and what the kernel needs no table for. */
function leftNeighbours(
  neighbours: readonly Neighbour[],
  endpoints: Endpoints,
): readonly Neighbour[] {
  const known = new Set(
    endpoints.flatMap(({ addresses }) =>
      addresses.map((text) => formatAddress(requirePrefix(text).address)),
    ),
  );
  return neighbours.filter(
    ({ state, address }) =>
      state !== 'permanent' && state !== 'noarp' && !known.has(formatAddress(address)),
  );
}

type Endpoints = SandboxRecord['endpoints'];
