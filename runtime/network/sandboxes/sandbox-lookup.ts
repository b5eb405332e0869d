import { BerthError } from '../../errors/berth-error.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Network } from '../lifecycle/network.ts';
import type { SandboxRecord } from '../model/sandbox-record.ts';
import type { EndpointRequest } from './endpoint-request.ts';

/** The sandbox of a container that runs. @throws NETWORK_UNAVAILABLE */
export function sandboxOf(state: NetworkState, container: string): SandboxRecord {
  const sandbox = state.sandboxes.get(container);
  if (sandbox) return sandbox;
  throw new BerthError('NETWORK_UNAVAILABLE', {
    message: `the container ${container} has no network namespace of its own that berth knows of`,
    remedy: 'Stop it, connect it, and start it again.',
    details: { container },
  });
}

/** A network that is not being removed. @throws NETWORK_NOT_FOUND, NETWORK_ID_AMBIGUOUS */
export function findOpen(state: NetworkState, nameOrId: string): Network {
  const network = state.find(nameOrId);
  if (!network.removing) return network;
  throw new BerthError('NETWORK_NOT_FOUND', {
    message: `network ${nameOrId} not found`,
    remedy: 'It is being removed: make another one.',
    details: { network: nameOrId },
  });
}

/** The error of a container that is in a network by now. */
export function alreadyConnected(
  network: Network,
  { names: [name = ''] }: EndpointRequest,
): BerthError {
  return new BerthError('ENDPOINT_EXISTS', {
    message: `endpoint with name ${name} already exists in network ${network.name}`,
    remedy: 'Disconnect it first if it is to be connected in another way.',
    details: { network: network.name },
  });
}
