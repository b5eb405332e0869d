import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import type { NetworkState } from './network-state.ts';
import type { Network } from './network.ts';

/**
 * Sees to what the host needs for a network, once since berthd's start. That of daemon.json waits until somebody wants it: a host
 * whose containers do without is left as it is.
 * @throws SYSCALL_FAILED, and what a firewall throws
 */
export function establishNetwork(state: NetworkState, network: Network): Promise<void> {
  network.established ??= establish(state, network).catch((error: unknown) => {
    network.established = undefined;
    throw error;
  });
  return network.established;
}

/** Removes what the host has of a network. */
export async function removeFromHost(state: NetworkState, network: Network): Promise<void> {
  const { driver, record } = network;
  network.established = undefined;
  if (record.configOnly) return;
  if (driver.firewall(record) !== undefined) await state.ports.firewall.removeNetwork(record.id);
  await driver.remove(record, state.recordsBeside(record));
}

async function establish(state: NetworkState, network: Network): Promise<void> {
  const { record, driver } = network;
  if (record.configOnly) return;
  await makeOnHost(state, network);
  const rules = driver.firewall(record);
  if (rules !== undefined) await state.ports.firewall.addNetwork(rules);
}

/** Makes what a network is on the host, whatever there is by now, with the containers that are connected to it. @throws SYSCALL_FAILED */
export async function makeOnHost(state: NetworkState, network: Network): Promise<void> {
  const { driver, record } = network;
  if (driver.endpoints === 'interface') await state.sandboxStore.noteHostUse();
  driver.forget(record);
  await driver.ensure(record);
  const endpoints = state.endpointsOf(network);
  if (endpoints.length === 0) return;
  const p = new ProgramBuilder(`reconnect the containers of ${network.name}`);
  const host = NetlinkSocket.open(p);
  for (const { endpoint } of endpoints) driver.reconnect(host, record, endpoint);
  await state.ports.runner.run(p);
}
