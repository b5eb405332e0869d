import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { deleteLink } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { portRules } from '../sandboxes/publish-ports.ts';
import { establishNetwork } from './establish-network.ts';
import { readLinks } from '../netlink/read-links.ts';
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

/** Removes ports of berth's bridges that belong to no container: those of a berthd that was killed in the middle. */
export async function removeLeftPorts(state: NetworkState): Promise<void> {
  const links = await readLinks(state.ports.runner);
  const bridges = [...state.networks.values()].map(
    ({ driver, record }) => driver.firewall(record)?.bridge,
  );
  const masters = links.filter(({ name }) => bridges.includes(name)).map(({ index }) => index);
  const known = new Set(
    [...state.sandboxes.values()].flatMap(({ endpoints }) =>
      endpoints.map(({ portName }) => portName),
    ),
  );
  const left = links.filter(
    ({ kind, master, name }) =>
      kind === 'veth' && master !== undefined && masters.includes(master) && !known.has(name),
  );
  if (left.length === 0) return;
  const p = new ProgramBuilder('remove what was left');
  const host = NetlinkSocket.open(p);
  for (const { index } of left) host.do(deleteLink({ index }), { unless: [errnoNumber('ENODEV')] });
  await state.ports.runner.run(p);
}
