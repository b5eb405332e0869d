import { isBerthError } from '../../errors/berth-error.ts';
import type { ImageDetails, ImageId, ImageService } from '../../image/image-service.ts';
import type { Container } from '../lifecycle/container.ts';

type Images = Pick<ImageService, 'inspect'>;

/**
 * Containers of an image, or of one that was made from it: whose layers begin with all of its. Names that no image has match
 * nothing, as in Docker.
 */
export async function ancestorTest(
  images: Images,
  names: readonly string[],
  containers: readonly Container[],
): Promise<(container: Container) => boolean> {
  const found = await Promise.all(names.map((name) => detailsOf(images, name)));
  const ancestors = found.filter((image) => image !== undefined);
  const used = new Set(containers.map(({ record }) => record.imageId));
  const wanted = new Set<ImageId>(ancestors.map(({ id }) => id));
  for (const id of ancestors.length === 0 ? [] : used) {
    const image = await detailsOf(images, id);
    if (image && ancestors.some((ancestor) => descends(image, ancestor))) wanted.add(id);
  }
  return ({ record }) => wanted.has(record.imageId);
}

/** One with the same layers has only another configuration: it comes from the older. */
function descends({ layers, createdMs }: ImageDetails, ancestor: ImageDetails): boolean {
  const below = ancestor.layers;
  if (below.length === 0 || !below.every((layer, index) => layers[index] === layer)) return false;
  return layers.length > below.length || createdMs > ancestor.createdMs;
}

/** `undefined` when there is none of that name. */
async function detailsOf(images: Images, name: string): Promise<ImageDetails | undefined> {
  try {
    return await images.inspect(name);
  } catch (error) {
    if (isBerthError(error)) return undefined;
    throw error;
  }
}
