import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { CheckpointPlace } from './checkpoint-folder.ts';
import { type CheckpointRequest, createCheckpoint } from './create-checkpoint.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { removeCheckpoint } from './remove-checkpoint.ts';

/** Checkpoints of containers: see `ContainerEngine` for names. */
export interface Checkpoints {
  /** See `createCheckpoint`. */
  create(nameOrId: string, request: CheckpointRequest): Promise<void>;
  /** See `listCheckpoints`. @param directory empty: the container's own */
  list(nameOrId: string, directory: string): Promise<readonly string[]>;
  /** See `removeCheckpoint`. */
  remove(nameOrId: string, place: CheckpointPlace): Promise<void>;
}

/** The operations on the checkpoints of an engine's containers. */
export function checkpointsOf(
  state: EngineState,
  find: (nameOrId: string) => Container,
): Checkpoints {
  return {
    create: async (name, request) => createCheckpoint(state, find(name), request),
    list: async (name, directory) => listCheckpoints(state, find(name), directory),
    remove: async (name, place) => removeCheckpoint(state, find(name), place),
  };
}
