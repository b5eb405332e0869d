import { BerthError } from '../errors/berth-error.ts';
import { readImageContent } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { Platform } from './image-config.ts';
import type { ImageParts } from './image-parts.ts';
import { parseManifest } from './manifest.ts';
import { choosePlatform, formatPlatform } from './platform.ts';

/**
 * Finds an image as `ImageService.resolve` says; of an image that is here for several platforms, the one for `platform`.
 *
 * @throws what `ImageService.resolve` throws; PLATFORM_UNAVAILABLE when it is not here for `platform`; BLOB_MISSING
 */
export async function resolveForPlatform(
  { store, catalog }: Pick<ImageParts, 'store' | 'catalog'>,
  nameOrId: string,
  platform: Platform | undefined,
): Promise<StoredImage> {
  const image = await catalog.resolve(nameOrId);
  if (platform === undefined || isFor(image, platform)) return image;
  for (const digest of image.indexed) {
    const parsed = parseManifest(await store.blobs.read(digest), `manifest "${digest}"`);
    if (parsed.kind === 'image') continue;
    const chosen = choosePlatform(parsed.index, platform);
    if (chosen === undefined || !(await store.blobs.has(chosen.digest))) continue;
    const content = await readImageContent(store, chosen.digest);
    return { ...image, ...content };
  }
  throw new BerthError('PLATFORM_UNAVAILABLE', {
    message: `image with reference ${nameOrId} was found but does not provide the specified platform (${formatPlatform(platform)})`,
    remedy: `Pull it for that platform; it is here for ${formatPlatform(image.config)}.`,
    details: { image: nameOrId, wanted: formatPlatform(platform) },
  });
}

/** A platform as descriptors have it: a variant only when there is one. */
export function exactPlatform({ os, architecture, variant }: Platform): {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
} {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** Whether an image runs on a platform, by the rules for the entries of an index. */
export function isFor(
  { id, config }: Pick<StoredImage, 'id' | 'config'>,
  wanted: Platform,
): boolean {
  const descriptor = { mediaType: '', digest: id, size: 0, platform: exactPlatform(config) };
  return choosePlatform({ schemaVersion: 2, manifests: [descriptor] }, wanted) !== undefined;
}
