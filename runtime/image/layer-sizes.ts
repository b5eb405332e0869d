import type { ImageId } from './image-model.ts';
import { diffIdsOf } from './image-catalog.ts';
import type { ImageContent, StoredImage } from './image-catalog.ts';
import type { ImageParts } from './image-parts.ts';

/** One layer, as it lies on those below it. */
interface SizedLayer {
  /** The same for two images exactly when they share the layer and all below it. */
  readonly key: string;
  /** Bytes of its files; of its blob, while it is not unpacked. */
  readonly sizeBytes: number;
}

/** What the layers of all images take. */
export interface LayerUsage {
  /** Bytes of all layers, each counted once. */
  readonly totalBytes: number;
  /** For each image, bytes of those of its layers that another image has too. */
  readonly sharedBytes: ReadonlyMap<ImageId, number>;
}

/** Bytes of each layer of an image, lowest first. */
export async function layerSizes(
  { stacks }: Pick<ImageParts, 'stacks'>,
  { config, manifest }: Pick<ImageContent, 'config' | 'manifest'>,
): Promise<readonly SizedLayer[]> {
  const diffIds = diffIdsOf(config);
  // The port knows stacks, not layers: a layer is what a stack has more than the one below it.
  const sizes = await Promise.all(
    diffIds.map((_, index) => stacks.sizeOf(diffIds.slice(0, index + 1))),
  );
  return diffIds.map((_, index) => {
    const below = index === 0 ? 0 : sizes[index - 1];
    const all = sizes[index];
    const stored = manifest.layers[index]?.size ?? 0;
    return {
      key: diffIds.slice(0, index + 1).join(),
      sizeBytes: all === undefined || below === undefined ? stored : all - below,
    };
  });
}

/** Counts what images share (`docker system df`). */
export async function layerUsage(
  parts: Pick<ImageParts, 'stacks'>,
  images: readonly StoredImage[],
): Promise<LayerUsage> {
  const stacks = await Promise.all(
    images.map(async (image) => ({ id: image.id, layers: await layerSizes(parts, image) })),
  );
  const users = new Map<string, number>();
  let totalBytes = 0;
  for (const { key, sizeBytes } of stacks.flatMap(({ layers }) => layers)) {
    if (!users.has(key)) totalBytes += sizeBytes;
    users.set(key, (users.get(key) ?? 0) + 1);
  }
  const sharedBytes = new Map(
    stacks.map(({ id, layers }) => {
      const shared = layers.filter(({ key }) => (users.get(key) ?? 0) > 1);
      return [id, shared.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)] as const;
    }),
  );
  return { totalBytes, sharedBytes };
}
