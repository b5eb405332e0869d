import { isBerthError } from '../errors/berth-error.ts';
import { helloWorldReference } from '../image/hello-world-reference.ts';
import type { ImageBlobs } from '../image/image-model.ts';
import type { ImageService } from '../image/image-service.ts';

/**
 * Puts the hello-world image that berth carries into the store, so that a first container runs without a registry.
 * An image of that name that is there already stays: it may be the user's own.
 */
export async function importCarriedImage(images: ImageService): Promise<void> {
  try {
    await images.resolve(helloWorldReference);
  } catch (error) {
    if (!isBerthError(error, 'IMAGE_NOT_FOUND')) throw error;
    await images.importImage(await makeCarriedImage());
  }
}

/** What makes it is loaded by the first start only: the others find it in the store. */
async function makeCarriedImage(): Promise<ImageBlobs> {
  const { helloWorldText } = await import('../../templates/hello-world.ts');
  const { helloWorldImage } = await import('../image/hello-world.ts');
  const { currentArchitecture } = await import('../syscall/architecture.ts');
  const { helloElf } = await import('../syscall/hello-elf.ts');
  const architecture = currentArchitecture();
  const program = helloElf(architecture, helloWorldText);
  const name = architecture === 'aarch64' ? 'arm64' : 'amd64';
  return helloWorldImage({ architecture: name, program });
}
