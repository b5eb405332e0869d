import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { Digest } from './digest.ts';
import { addImage, replaceManifest } from './entry-changes.ts';
import { diffIdsOf, readImageContent } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { Platform } from './image-config.ts';
import type { ImageParts } from './image-parts.ts';
import { exactPlatform, resolveForPlatform } from './image-platform.ts';
import type { RegistryCredentials } from './pull-event.ts';
import type { ImageTarget, PushEvent } from './image-target.ts';
import type { Descriptor } from './manifest.ts';
import { pushableManifest } from './push-plan.ts';
import type { CompressLayer, PushableManifest } from './push-plan.ts';
import {
  canonicalName,
  familiarName,
  familiarRepository,
  parseReference,
  repositoryOf,
  withDefaultTag,
  withDigest,
} from './reference.ts';
import type { Reference } from './reference.ts';

/** How `ImageService.push` goes about it. */
export interface PushOptions {
  readonly credentials?: RegistryCredentials;
  /** Which image, of those that are here for several platforms. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** What pushes work with. */
export interface PushParts extends ImageParts {
  readonly target: ImageTarget;
  readonly compress: CompressLayer;
}

/**
 * As `ImageService.push`. `started` comes before anything is looked up, as in moby's distribution/push.go: only a name that is none
 * and a platform that is not here are told before it.
 */
export async function* pushImages(
  parts: PushParts,
  name: string,
  options: PushOptions = {},
): AsyncGenerator<PushEvent, void> {
  const reference = parseReference(name);
  const { platform } = options;
  if (platform !== undefined)
    await resolveForPlatform(parts, canonicalName(withDefaultTag(reference)), platform);
  yield { status: 'started', repository: repositoryOf(reference) };
  for (const tag of await tagsToPush(parts, reference)) {
    for await (const event of pushTag(parts, tag, options)) {
      // The repository is the same for all tags, and clients have been told of it.
      if (event.status !== 'started') yield event;
    }
  }
}

/** The tag that is named, or all of the repository when none is. */
async function tagsToPush({ catalog }: PushParts, name: Reference): Promise<readonly Reference[]> {
  if (name.digest !== undefined) {
    throw new BerthError('REFERENCE_INVALID', {
      message: 'cannot push a digest reference',
      remedy: 'Give the image a tag, and push that.',
      details: { reference: familiarName(name) },
    });
  }
  const names = (await catalog.images()).flatMap((image) => image.names);
  const ofRepository = names.filter((other) => repositoryOf(other) === repositoryOf(name));
  if (ofRepository.length === 0) {
    throw notHere(
      `An image does not exist locally with the tag: ${familiarRepository(name)}`,
      name,
    );
  }
  const tags = ofRepository.filter(({ tag }) => tag !== undefined);
  const wanted = tags.filter(({ tag }) => name.tag === undefined || tag === name.tag);
  if (wanted.length > 0) return wanted.sort((a, b) => ((a.tag ?? '') < (b.tag ?? '') ? -1 : 1));
  throw name.tag === undefined
    ? notHere(`no tags to push for ${familiarRepository(name)}`, name)
    : notHere(`tag does not exist: ${familiarName(name)}`, name);
}

function notHere(message: string, name: Reference): BerthError {
  return new BerthError('IMAGE_NOT_FOUND', {
    message,
    remedy: 'List the images with "berth images", and tag the one to push.',
    details: { image: familiarName(name) },
  });
}

async function* pushTag(
  parts: PushParts,
  reference: Reference,
  { credentials, platform, signal }: PushOptions,
): AsyncGenerator<PushEvent, void> {
  const { store, imports, target, compress, events } = parts;
  const lease = store.lease();
  let isReplaced = false;
  try {
    const image = await resolveForPlatform(parts, canonicalName(reference), platform);
    const { manifestDigest } = image;
    const pushable = await pushableManifest({ store, lease, manifestDigest, compress, signal });
    isReplaced = pushable.digest !== manifestDigest;
    if (isReplaced) await keepCompressed(parts, image, pushable);
    const { manifest } = pushable;
    const progress = target.push({
      reference,
      credentials,
      signal,
      manifest: pushable,
      config: manifest.config,
      layers: manifest.layers,
      open: (digest, offsetBytes) => streamFrom(store.blobs.stream(digest), offsetBytes),
      mountCandidates: await mountCandidates(parts, reference),
    });
    yield* nameLayers(progress, image, pushable);
    await keepDigest(parts, reference, image, pushable);
    events.tellTransfer('push', image, reference);
  } finally {
    await lease.release();
    // What came before the compressed layers. Not worth an error of its own: the next collection does it.
    if (isReplaced) await imports.collectGarbage().catch(() => undefined);
  }
}

/**
 * From now on the image is stored as it is pushed: the next push, to whatever registry, sends the same manifest and
 * compresses nothing. Names by digest keep what they stand for.
 */
async function keepCompressed(
  { store }: PushParts,
  image: StoredImage,
  pushable: PushableManifest,
): Promise<void> {
  const descriptor = descriptorOf(image, pushable);
  await store.update((entries) => replaceManifest(entries, image.manifestDigest, descriptor));
}

/** After a push the image has a name by digest, as after a pull; unless it has been removed meanwhile. */
async function keepDigest(
  { store }: PushParts,
  reference: Reference,
  image: StoredImage,
  pushable: PushableManifest,
): Promise<void> {
  const descriptor = descriptorOf(image, pushable);
  const known = new Set([...image.indexed, pushable.digest]);
  await store.update((entries) =>
    entries.some((entry) => known.has(entry.descriptor.digest))
      ? addImage(entries, descriptor, [withDigest(reference, pushable.digest)])
      : entries,
  );
}

function descriptorOf(
  { config }: StoredImage,
  { digest, bytes, mediaType }: PushableManifest,
): Descriptor {
  return { mediaType, digest, size: bytes.byteLength, platform: exactPlatform(config) };
}

/** Docker shows layers by their DiffIDs, which stay the same however they are compressed. */
async function* nameLayers(
  progress: AsyncIterable<PushEvent>,
  image: StoredImage,
  { manifest }: PushableManifest,
): AsyncGenerator<PushEvent> {
  const diffIds = diffIdsOf(image.config);
  const names = new Map(manifest.layers.map(({ digest }, index) => [digest, diffIds[index]]));
  for await (const event of progress) {
    if (!('layer' in event)) yield event;
    else {
      const layer = names.get(event.layer);
      if (layer !== undefined) yield { ...event, layer };
    }
  }
}

/** Repositories of the same registry that images came from or went to: those have their layers. */
async function mountCandidates(
  { store }: PushParts,
  reference: Reference,
): Promise<(digest: Digest) => readonly string[]> {
  const candidates = new Map<Digest, Set<string>>();
  for (const { name, descriptor } of store.entries) {
    if (name?.digest === undefined || name.domain !== reference.domain) continue;
    if (name.path === reference.path) continue;
    for (const layer of await layersOf(store, descriptor.digest)) {
      const known = candidates.get(layer) ?? new Set();
      candidates.set(layer, known.add(name.path));
    }
  }
  return (digest) => [...(candidates.get(digest) ?? [])];
}

async function layersOf(store: PushParts['store'], digest: Digest): Promise<readonly Digest[]> {
  try {
    const { manifest } = await readImageContent(store, digest);
    return manifest.layers.map((layer) => layer.digest);
  } catch (error) {
    // A damaged image is no reason not to push another one.
    if (isBerthError(error)) return [];
    throw error;
  }
}

async function* streamFrom(
  chunks: AsyncIterable<Uint8Array>,
  offsetBytes: number,
): AsyncGenerator<Uint8Array> {
  let toSkip = offsetBytes;
  for await (const chunk of chunks) {
    if (toSkip >= chunk.byteLength) toSkip -= chunk.byteLength;
    else {
      yield chunk.subarray(toSkip);
      toSkip = 0;
    }
  }
}
