import { archiveItems, blobsOf } from './archive/save-archive.ts';
import type { SavedBlob, SavedImage } from './archive/save-archive.ts';
import { tarStream } from './archive/tar-framing.ts';
import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { Digest } from './digest.ts';
import type { StoredImage } from './image-catalog.ts';
import type { Platform } from './image-config.ts';
import type { ImageParts } from './image-parts.ts';
import { exactPlatform, resolveForPlatform } from './image-platform.ts';
import type { Lease } from './lease.ts';
import type { Descriptor } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { canonicalName, parseReference, repositoryOf } from './reference.ts';
import type { Reference } from './reference.ts';

/** How `ImageService.save` goes about it. */
export interface SaveOptions {
  /** Which image, of those that are here for several platforms. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** As `ImageService.save`. */
export async function* saveImages(
  parts: ImageParts,
  names: readonly string[],
  { platform, signal }: SaveOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const images = await imagesToSave(parts, names, platform);
  const lease = parts.store.lease();
  try {
    // Whoever removes an image meanwhile does not cut the archive off.
    const blobs = blobsOf(images);
    for (const digest of blobs) await holdOrFail(lease, digest);
    const manifests = await describeManifests(parts, images);
    const items = archiveItems(images, readBlobs(parts, blobs, signal), manifests);
    yield* tarStream(items);
  } finally {
    await lease.release();
  }
  for (const { image } of images) parts.events.tell('save', image);
}

/** What the names stand for, each image once, in the order of the names. */
async function imagesToSave(
  parts: ImageParts,
  names: readonly string[],
  platform: Platform | undefined,
): Promise<readonly SavedImage[]> {
  const found = new Map<Digest, { image: StoredImage; tags: Map<string, Reference> }>();
  for (const name of names) {
    for (const { image, tags } of await findByName(parts, name, platform)) {
      const entry = found.get(image.id) ?? { image, tags: new Map<string, Reference>() };
      for (const tag of tags) entry.tags.set(canonicalName(tag), tag);
      found.set(image.id, entry);
    }
  }
  if (found.size === 0) {
    throw new BerthError('REFERENCE_INVALID', {
      message: 'no image was named to be saved; wanted at least one',
      remedy: 'Name the images to save.',
    });
  }
  return [...found.values()].map(({ image, tags }) => ({ image, tags: [...tags.values()] }));
}

/** A name with a tag is saved with it, a repository with all its tags, an id or a digest without any. */
async function findByName(
  parts: ImageParts,
  text: string,
  platform: Platform | undefined,
): Promise<readonly SavedImage[]> {
  const name = tryReference(text);
  if (name?.tag === undefined && name?.digest === undefined) {
    const ofRepository = await tagsOfRepository(parts, name);
    if (ofRepository.length > 0) {
      return Promise.all(
        ofRepository.map(async (tag) => ({
          image: await resolveForPlatform(parts, canonicalName(tag), platform),
          tags: [tag],
        })),
      );
    }
  }
  const image = await resolveForPlatform(parts, text, platform);
  const isTag = name?.tag !== undefined && name.digest === undefined;
  const known = image.names.some((other) => name && canonicalName(other) === canonicalName(name));
  return [{ image, tags: isTag && known ? [name] : [] }];
}

async function tagsOfRepository(
  { catalog }: ImageParts,
  name: Reference | undefined,
): Promise<readonly Reference[]> {
  if (name === undefined) return [];
  const names = (await catalog.images()).flatMap((image) => image.names);
  return names
    .filter((other) => other.tag !== undefined && repositoryOf(other) === repositoryOf(name))
    .sort((a, b) => (canonicalName(a) < canonicalName(b) ? -1 : 1));
}

/** An id is no name. */
function tryReference(text: string): Reference | undefined {
  if (/^(?:sha256:)?[0-9a-f]{64}$/.test(text)) return undefined;
  try {
    return parseReference(text);
  } catch (error) {
    if (isBerthError(error, 'REFERENCE_INVALID')) return undefined;
    throw error;
  }
}

async function holdOrFail(lease: Lease, digest: Digest): Promise<void> {
  if (await lease.holdIfPresent(digest)) return;
  throw new BerthError('BLOB_MISSING', {
    message: `content "${digest}" is not in the image store`,
    remedy: 'Load or pull the image again.',
    details: { digest },
  });
}

async function describeManifests(
  { store }: ImageParts,
  images: readonly SavedImage[],
): Promise<ReadonlyMap<Digest, Descriptor>> {
  const described = images.map(async ({ image }) => {
    const { manifest, manifestDigest: digest, config } = image;
    const descriptor: Descriptor = {
      mediaType: manifest.mediaType ?? mediaTypes.ociManifest,
      digest,
      size: (await store.blobs.sizeOf(digest)) ?? 0,
      platform: exactPlatform(config),
    };
    return [digest, descriptor] as const;
  });
  return new Map(await Promise.all(described));
}

async function* readBlobs(
  { store }: ImageParts,
  digests: readonly Digest[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SavedBlob> {
  for (const digest of digests) {
    signal?.throwIfAborted();
    const sizeBytes = (await store.blobs.sizeOf(digest)) ?? 0;
    yield { digest, sizeBytes, content: store.blobs.stream(digest) };
  }
}
