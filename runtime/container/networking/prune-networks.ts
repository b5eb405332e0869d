import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { isPredefined, type NetworkRecord } from '../../network/model/network-record.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';

/** Which networks are to go. */
export interface NetworkPruneRequest {
  /** Asked of those that somebody has made, and that nobody is connected to. */
  readonly isWanted: (record: NetworkRecord) => boolean;
  /** Whoever asked has left: nothing more is removed. */
  readonly signal: AbortSignal;
}

/** Those that prune now. */
const busy = new WeakSet<EngineState>();

/**
 * Removes networks that no running container is connected to; gives their names. One that somebody is connected to meanwhile
 * stays, and so does one that cannot be removed: that is reported. Configurations for other networks stay, as in Docker.
 *
 * @throws CONTAINER_PRUNE_RUNNING
 */
export async function pruneNetworks(
  state: EngineState,
  { isWanted, signal }: NetworkPruneRequest,
): Promise<readonly string[]> {
  if (busy.has(state)) {
    throw new BerthError('CONTAINER_PRUNE_RUNNING', {
      message: 'a prune operation is already running',
      remedy: 'Wait for it.',
    });
  }
  busy.add(state);
  const { networks, clock } = state.ports;
  const removed: string[] = [];
  try {
    for (const network of networks.all()) {
      const { name, id, record } = network;
      if (signal.aborted) break;
      if (isPredefined(name) || record.configOnly || !isWanted(record)) continue;
      if (networks.endpointsOf(network).length > 0) continue;
      if (await isRemoved(state, id)) removed.push(name);
    }
  } finally {
    busy.delete(state);
  }
  const attributes = { reclaimed: '0' };
  networks.events.emit({ action: 'prune', id: '', attributes, timeMs: clock.now() });
  return removed;
}

async function isRemoved({ ports }: EngineState, id: string): Promise<boolean> {
  try {
    await ports.networks.remove(id);
    return true;
  } catch (error) {
    const others = ['NETWORK_IN_USE', 'NETWORK_NOT_FOUND'] as const;
    if (!others.some((code) => isBerthError(error, code))) ports.report(error);
    return false;
  }
}
