import { rm } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';

/** Takes away images that are not published by now, and the note of them; of a container that was removed there is none. */
export async function forgetImages(
  state: EngineState,
  container: Container,
  images: string,
): Promise<void> {
  await rm(images, { recursive: true, force: true });
  await container.queue.run(async () => {
    if (!state.index.has(container)) return;
    await state.saveIfPossible(container, { ...container.record, checkpointImages: undefined });
  });
}
