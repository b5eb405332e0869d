import { posix } from 'node:path';
import { rename } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { type CheckpointPlace, existingCheckpoint } from './checkpoint-folder.ts';

/** Removes a checkpoint, which is whole until it is none any more. @throws CHECKPOINT_INVALID, CHECKPOINT_NOT_FOUND */
export function removeCheckpoint(
  state: EngineState,
  container: Container,
  place: CheckpointPlace,
): Promise<void> {
  return container.checkpoints.run(async () => {
    const folder = await existingCheckpoint(state, container, place);
    const going = posix.join(posix.dirname(folder), `.${place.name}.removed`);
    await removeTree(going);
    await rename(folder, going);
    await removeTree(going);
  });
}
