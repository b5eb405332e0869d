import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { containerSize } from '../query/container-size.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { removeContainer } from './remove-container.ts';

/** Which containers are to go. */
export interface PruneRequest {
  /** Asked of those that do not run. */
  readonly isWanted: (record: ContainerRecord) => boolean;
  /** Whoever asked has left: nothing more is removed. */
  readonly signal: AbortSignal;
}

/** What went. */
export interface Pruned {
  /** Ids. */
  readonly removed: readonly string[];
  /** Of their own layers. */
  readonly reclaimedBytes: number;
}

/** Those that prune now. */
const busy = new WeakSet<EngineState>();

/**
 * Removes containers that do not run. One that is started meanwhile stays, and so does one that cannot be removed: that is
 * reported.
 *
 * @throws CONTAINER_PRUNE_RUNNING
 */
export async function pruneContainers(
  state: EngineState,
  { isWanted, signal }: PruneRequest,
): Promise<Pruned> {
  if (busy.has(state)) {
    throw new BerthError('CONTAINER_PRUNE_RUNNING', {
      message: 'a prune operation is already running',
      remedy: 'Wait for it.',
    });
  }
  busy.add(state);
  try {
    const removed: string[] = [];
    let reclaimedBytes = 0;
    for (const container of state.index.all()) {
      if (signal.aborted) break;
      if (!isIdle(state, container) || !isWanted(container.record)) continue;
      const bytes = await ownBytes(state, container);
      if (!(await isRemoved(state, container))) continue;
      removed.push(container.id);
      reclaimedBytes += bytes;
    }
    announcePrune(state, reclaimedBytes);
    return { removed, reclaimedBytes };
  } finally {
    busy.delete(state);
  }
}

/** One that is started again does not run for a moment, and is not idle. */
function isIdle({ restarts }: EngineState, container: Container): boolean {
  const { record, removing } = container;
  const isToRun = record.pending !== undefined || restarts.isWaiting(container);
  return !isLive(record.state) && !isToRun && !removing;
}

async function ownBytes({ ports }: EngineState, { record }: Container): Promise<number> {
  try {
    return (await containerSize(ports, record)).writableBytes;
  } catch {
    // Nobody needs to know it: what is left of a removal that failed can have no layer.
    return 0;
  }
}

async function isRemoved(state: EngineState, container: Container): Promise<boolean> {
  try {
    await removeContainer(state, container, { mode: 'stopped-only', volumes: 'keep' });
    return true;
  } catch (error) {
    const others = ['CONTAINER_RUNNING', 'CONTAINER_BEING_REMOVED'] as const;
    if (!others.some((code) => isBerthError(error, code))) state.ports.report(error);
    return false;
  }
}

/** It is about no container in particular. */
function announcePrune({ events, ports }: EngineState, reclaimedBytes: number): void {
  events.emit({
    action: 'prune',
    ...{ containerId: '', name: '', image: '', labels: {} },
    attributes: { reclaimed: String(reclaimedBytes) },
    timeMs: ports.clock.now(),
  });
}
