import { posix } from 'node:path';
import { rename, syncFolder } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { type CheckpointPlace, existingCheckpoint } from './checkpoint-folder.ts';
import { forgetImages } from './forget-images.ts';

/**
 * Removes a checkpoint, which is whole until it is none any more. The record has the name that it goes under before it has that: the
 * next berthd takes away what this one leaves behind.
 *
 * @throws CHECKPOINT_INVALID, CHECKPOINT_NOT_FOUND
 */
export function removeCheckpoint(
  state: EngineState,
  container: Container,
  place: CheckpointPlace,
): Promise<void> {
  return container.checkpoints.run(async () => {
    const folder = await existingCheckpoint(state, container, place);
    const parent = posix.dirname(folder);
    const going = posix.join(parent, `.${place.name}.removed`);
    await removeTree(going);
    await container.queue.run(async () => {
      // A full disk is no reason to keep what fills it.
      await state.saveIfPossible(container, { ...container.record, checkpointImages: going });
    });
    try {
      await rename(folder, going);
      syncFolder(parent);
    } finally {
      await forgetImages(state, container, going);
    }
  });
}
