import type { JoinedSandbox } from '../../network/sandboxes/sandboxes.ts';
import { explainedNetworking } from './networking-failure.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { networkKind, wishedNetworks } from '../model/network-mode.ts';
import { endpointRequest } from './endpoint-request.ts';

/**
 * Begins to connect a container that is about to start to its networks; `undefined` for one that has none of its own.
 * @throws what `Networks.join` throws, in Docker's words
 */
export async function joinSandbox(
  state: EngineState,
  { id, record }: Container,
): Promise<JoinedSandbox | undefined> {
  const { networks } = state.ports;
  if (networkKind(record.hostConfig) !== 'own') return undefined;
  const wished = Object.entries(wishedNetworks(record, networks.defaultName));
  // The network "none" beside others gives nothing.
  const endpoints = wished.filter(([name]) => name !== 'none');
  if (endpoints.length === 0 || record.config.NetworkDisabled) return undefined;
  try {
    const requests = endpoints.map(([name, settings]) => endpointRequest(record, name, settings));
    const { sandbox, connected } = await networks.join({ container: id, endpoints: requests });
    const explained = connected.catch((error: unknown) => {
      throw explainedNetworking(error);
    });
    // Who waits for it may fail with something else first.
    explained.catch(() => undefined);
    return { sandbox, connected: explained };
  } catch (error) {
    throw explainedNetworking(error);
  }
}
