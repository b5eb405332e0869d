import { helloWorldText } from '../../templates/hello-world.ts';
import { isBerthError } from '../errors/berth-error.ts';
import { helloWorldImage, helloWorldReference } from '../image/hello-world.ts';
import type { ImageService } from '../image/image-service.ts';
import { currentArchitecture } from '../syscall/architecture.ts';
import { helloElf } from '../syscall/hello-elf.ts';

/**
 * Puts the hello-world image that berth carries into the store, so that a first container runs without a registry.
 * An image of that name that is there already stays: it may be the user's own.
 */
export async function importCarriedImage(images: ImageService): Promise<void> {
  try {
    await images.resolve(helloWorldReference);
  } catch (error) {
    if (!isBerthError(error, 'IMAGE_NOT_FOUND')) throw error;
    const architecture = currentArchitecture();
    const program = helloElf(architecture, helloWorldText);
    const name = architecture === 'aarch64' ? 'arm64' : 'amd64';
    await images.importImage(await helloWorldImage({ architecture: name, program }));
  }
}
