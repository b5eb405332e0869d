import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { VolumeFate } from '../volumes/container-volumes.ts';
import type { Container } from './container.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { killContainer } from './kill-container.ts';

/** What to do with a container that runs. */
type RemoveMode = 'stopped-only' | 'kill-first';

/** How a container is removed. */
export interface Removal {
  readonly mode: RemoveMode;
  /** What becomes of its nameless volumes. */
  readonly volumes: VolumeFate;
  /** The container as the client named it; its id when left out. */
  readonly shown?: string;
}

/**
 * Removes a container. Of several who ask for it at once, one does it.
 *
 * @throws CONTAINER_RUNNING, CONTAINER_BEING_REMOVED, CONTAINER_WILL_NOT_DIE, and what the file system throws
 */
export async function removeContainer(
  state: EngineState,
  container: Container,
  removal: Removal,
): Promise<void> {
  if (container.removing || container.removalAsked) throw beingRemoved(container, removal.shown);
  container.removalAsked = true;
  try {
    await remove(state, container, removal);
  } finally {
    container.removalAsked = false;
  }
}

async function remove(
  state: EngineState,
  container: Container,
  { mode, volumes }: Removal,
): Promise<void> {
  let done = false;
  while (!done) {
    if (isLive(container.record.state)) {
      if (mode === 'stopped-only') throw running(container);
      await killForRemoval(state, container);
    }
    done = await container.queue.run(async () => {
      // A container with AutoRemove has removed itself by now.
      if (!state.index.has(container)) return true;
      // A start was before this in the queue: by force it is ended too.
      if (isLive(container.record.state)) return false;
      await dispose(state, container, volumes);
      return true;
    });
  }
}

async function killForRemoval(state: EngineState, container: Container): Promise<void> {
  try {
    await killContainer(state, container, { signal: SIGKILL, reason: 'stop' });
  } catch (error) {
    if (!isBerthError(error, 'CONTAINER_NOT_RUNNING')) throw error;
  }
}

function beingRemoved(container: Container, shown = container.id as string): BerthError {
  return new BerthError('CONTAINER_BEING_REMOVED', {
    message: `removal of container ${shown} is already in progress`,
    remedy: 'Wait for it with "docker wait".',
    details: { container: container.id },
  });
}

function running(container: Container): BerthError {
  const { name, state } = container.record;
  const why =
    state.status === 'paused'
      ? 'container is paused and must be unpaused first'
      : `container is ${state.status}: stop the container before removing or force remove`;
  return new BerthError('CONTAINER_RUNNING', {
    message: `cannot remove container "/${name}": ${why}`,
    remedy: 'Stop it with "docker stop", or remove it with "docker rm --force".',
    details: { container: container.id },
  });
}
