import { diffIdsOf } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { ImageDetails, ImageSummary } from './image-model.ts';
import { familiarName } from './reference.ts';

/** What `docker images` shows of an image. @param sizeBytes Bytes of all files, when the layers are unpacked. */
export function toSummary(image: StoredImage, sizeBytes: number | undefined): ImageSummary {
  const { id, config, manifest, names } = image;
  const created = Date.parse(config.created ?? '');
  return {
    id,
    repoTags: names.filter(({ tag }) => tag !== undefined).map(familiarName),
    repoDigests: names.filter(({ digest }) => digest !== undefined).map(familiarName),
    createdMs: Number.isNaN(created) ? 0 : created,
    // Layers that are not unpacked are counted as they are stored.
    sizeBytes: sizeBytes ?? manifest.layers.reduce((sum, { size }) => sum + size, 0),
    labels: config.config?.Labels ?? {},
    descriptor: image.descriptor,
  };
}

/** What `docker inspect` shows of an image. */
export function toDetails(image: StoredImage, sizeBytes: number | undefined): ImageDetails {
  const { config, manifestDigest } = image;
  const { os, architecture, variant } = config;
  return {
    ...toSummary(image, sizeBytes),
    manifestDigest,
    platform: { os, architecture, variant },
    author: config.author ?? '',
    comment: config.comment ?? config.history?.at(-1)?.comment ?? '',
    config: config.config ?? {},
    layers: diffIdsOf(config),
    raw: config,
  };
}
