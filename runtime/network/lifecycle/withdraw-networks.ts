import { BerthError } from '../../errors/berth-error.ts';
import { hostReady } from './host-ready.ts';
import type { NetworkState } from './network-state.ts';

/**
 * Takes from the host all that it has of networks, rules of an administrator in berth's tables too: for who takes berth away. The
 * networks themselves stay, and are made on the host again when somebody wants them.
 * @throws NETWORK_IN_USE a container runs in one of them; SYSCALL_FAILED, and what a firewall throws
 */
export async function withdrawNetworks(state: NetworkState): Promise<void> {
  // Else what is taken away here would be made again behind it.
  await hostReady(state);
  await Promise.all(state.leaving.values());
  await state.changes.run(async () => {
    const containers = [...state.sandboxes.keys()];
    if (containers.length > 0)
      throw new BerthError('NETWORK_IN_USE', {
        message: `${containers.length} containers run in networks`,
        remedy: 'Stop them first.',
        details: { containers },
      });
    for (const network of state.networks.values()) {
      const { driver, record } = network;
      network.established = undefined;
      if (!record.configOnly) await driver.remove(record, state.recordsBeside(record));
    }
    // Behind the interfaces: which others there are tells whether forwarding is needed by somebody else.
    await state.ports.firewall.remove();
    await state.sandboxStore.forgetHostUse();
  });
}
