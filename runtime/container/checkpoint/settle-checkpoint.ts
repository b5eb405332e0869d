import { exists } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { settlePause } from '../lifecycle/pause-container.ts';
import { forgetImages } from './forget-images.ts';

/**
 * Goes on where a berthd was killed while CRIU worked: waits until CRIU has ended, which puts the processes right and leaves
 * them frozen, takes the images away, and lets the processes go. Until then nothing is executed in the container. Of a checkpoint
 * that was whole by then only the note is left. What a removal has left is taken away likewise.
 */
export async function settleCheckpoint(state: EngineState, container: Container): Promise<void> {
  const { checkpointImages: images } = container.record;
  if (images === undefined) return;
  container.stillFor += 1;
  await container.checkpoints.run(async () => {
    try {
      if (await exists(images)) await state.ports.runtime.awaitCheckpoint(images);
      await forgetImages(state, container, images);
    } finally {
      container.stillFor -= 1;
      await container.queue.run(async () => {
        if (container.connection !== undefined) await settlePause(state, container);
      });
    }
  });
}
