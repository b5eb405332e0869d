import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { removeTree } from '../../host/remove-tree.ts';

/** Takes away images that are not published by now, and the note of them; of a container that was removed there is none. */
export async function forgetImages(
  state: EngineState,
  container: Container,
  images: string,
): Promise<void> {
  await removeTree(images);
  await container.queue.run(async () => {
    if (!state.index.has(container)) return;
    await state.saveIfPossible(container, { ...container.record, checkpointImages: undefined });
  });
}
