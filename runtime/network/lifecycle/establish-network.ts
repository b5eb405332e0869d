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
  await driver.remove(record);
}

async function establish({ ports }: NetworkState, { record, driver }: Network): Promise<void> {
  if (record.configOnly) return;
  await driver.ensure(record);
  const rules = driver.firewall(record);
  if (rules !== undefined) await ports.firewall.addNetwork(rules);
}
