import { BerthError } from '../../errors/berth-error.ts';
import { isPredefined } from '../model/network-record.ts';
import { establishNetwork, removeFromHost } from './establish-network.ts';
import { hostReady } from './host-ready.ts';
import type { NetworkState } from './network-state.ts';
import type { Network } from './network.ts';

/**
 * Removes a network that nobody is connected to.
 * @throws NETWORK_NOT_FOUND, NETWORK_ID_AMBIGUOUS, NETWORK_PREDEFINED, NETWORK_IN_USE, SYSCALL_FAILED
 */
export async function removeNetwork(state: NetworkState, nameOrId: string): Promise<void> {
  // Else a berthd that has just started would make again what is removed here, or its rules.
  await hostReady(state);
  await state.changes.run(async () => {
    const network = state.find(nameOrId);
    if (isPredefined(network.name))
      throw new BerthError('NETWORK_PREDEFINED', {
        message: `${network.name} is a pre-defined network and cannot be removed`,
        remedy: 'Leave it: it costs nothing.',
        details: { network: network.name },
      });
    refuseWhenUsed(state, network);
    // From here on nobody is connected any more.
    network.removing = true;
    try {
      await Promise.allSettled(state.leaving.values());
      await removeFromHost(state, network);
      await eraseRecord(state, network);
    } catch (error) {
      network.removing = false;
      throw error;
    }
    state.networks.delete(network.id);
    state.announce('destroy', network);
  });
}

/** A network whose record stays is there, and the host has again what it needs. */
async function eraseRecord(state: NetworkState, network: Network): Promise<void> {
  try {
    await state.store.erase(network.record);
  } catch (error) {
    await establishNetwork(state, network).catch(state.ports.report);
    throw error;
  }
}

function refuseWhenUsed(state: NetworkState, network: Network): void {
  const { name, id, record } = network;
  const users = [...state.networks.values()].filter(
    (other) => record.configOnly && other.record.configFrom === name,
  );
  if (users.length > 0)
    throw new BerthError('NETWORK_IN_USE', {
      message: `configuration network "${name}" is in use`,
      remedy: `Remove ${users.map((user) => `"${user.name}"`).join(', ')} first.`,
      details: { network: name },
    });
  const endpoints = state.endpointsOf(network);
  if (endpoints.length === 0) return;
  const list = endpoints.map(
    ({ endpoint }) => `name:"${endpoint.names[0] ?? ''}" id:"${endpoint.id.slice(0, 12)}"`,
  );
  throw new BerthError('NETWORK_IN_USE', {
    message: `error while removing network: network ${name} has active endpoints (${list.join(', ')})`,
    remedy: 'Stop those containers, or disconnect them with "docker network disconnect".',
    details: { network: name, id, containers: endpoints.map(({ container }) => container) },
  });
}
