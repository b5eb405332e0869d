import { isBerthError } from '../errors/berth-error.ts';
import { diffIdsOf, readImageContent } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { Digest } from './digest.ts';
import { isDigest } from './digest.ts';
import type { Platform } from './image-config.ts';
import type { ImageParts } from './image-parts.ts';
import type { ImageId } from './image-model.ts';
import { parseManifest } from './manifest.ts';
import type { Descriptor } from './manifest.ts';

/** Annotations by which BuildKit marks a manifest that only attests to another one. */
const kindAnnotation = 'vnd.docker.reference.type';
const subjectAnnotation = 'vnd.docker.reference.digest';

/** One manifest of an image, as `docker images --tree` shows it below the image. */
export interface ManifestSummary {
  readonly descriptor: Descriptor;
  /** Whether all of its content is here. */
  readonly available: boolean;
  /** Bytes of its blobs that are here. */
  readonly contentBytes: number;
  readonly details:
    | {
        readonly kind: 'image';
        readonly platform: Platform;
        /** Not known while the configuration is not here. */
        readonly id: ImageId | undefined;
        /** Bytes of all files in all layers; 0 while they are not unpacked. */
        readonly unpackedBytes: number;
      }
    | { readonly kind: 'attestation'; readonly subject: Digest }
    | { readonly kind: 'unknown' };
}

type Parts = Pick<ImageParts, 'store' | 'stacks'>;

/** The manifests of an image: of an index all that it names, here or not. */
export async function manifestSummaries(
  parts: Parts,
  image: Pick<StoredImage, 'indexed'>,
): Promise<readonly ManifestSummary[]> {
  const summaries: ManifestSummary[] = [];
  for (const { descriptor } of parts.store.entries) {
    const isKnown = summaries.some((known) => known.descriptor.digest === descriptor.digest);
    if (isKnown || !image.indexed.has(descriptor.digest)) continue;
    for (const child of await childrenOf(parts, descriptor)) {
      summaries.push(await summaryOf(parts, child));
    }
  }
  return summaries;
}

async function childrenOf(
  { store }: Parts,
  descriptor: Descriptor,
): Promise<readonly Descriptor[]> {
  try {
    const bytes = await store.blobs.read(descriptor.digest);
    const parsed = parseManifest(bytes, `manifest "${descriptor.digest}"`);
    return parsed.kind === 'index' ? parsed.index.manifests : [descriptor];
  } catch (error) {
    // Damaged: it is shown as one that is not available.
    if (isBerthError(error)) return [descriptor];
    throw error;
  }
}

async function summaryOf(parts: Parts, descriptor: Descriptor): Promise<ManifestSummary> {
  const content = await contentOf(parts, descriptor);
  const subject = descriptor.annotations?.[subjectAnnotation] ?? '';
  if (descriptor.annotations?.[kindAnnotation] === 'attestation-manifest' && isDigest(subject)) {
    return { descriptor, ...content, details: { kind: 'attestation', subject } };
  }
  try {
    const { id, config } = await readImageContent(parts.store, descriptor.digest);
    const { os, architecture, variant } = config;
    const unpackedBytes = (await parts.stacks.sizeOf(diffIdsOf(config))) ?? 0;
    const platform = { os, architecture, variant };
    return { descriptor, ...content, details: { kind: 'image', platform, id, unpackedBytes } };
  } catch (error) {
    if (!isBerthError(error)) throw error;
    const { platform } = descriptor;
    if (platform === undefined) return { descriptor, ...content, details: { kind: 'unknown' } };
    return {
      descriptor,
      ...content,
      details: { kind: 'image', platform, id: undefined, unpackedBytes: 0 },
    };
  }
}

/** What of a manifest and of what it leads to is in the store. */
async function contentOf(
  { store }: Parts,
  { digest }: Descriptor,
): Promise<Pick<ManifestSummary, 'available' | 'contentBytes'>> {
  const needed = new Set([digest]);
  try {
    const parsed = parseManifest(await store.blobs.read(digest), `manifest "${digest}"`);
    if (parsed.kind === 'image') {
      needed.add(parsed.manifest.config.digest);
      for (const layer of parsed.manifest.layers) needed.add(layer.digest);
    }
  } catch (error) {
    if (!isBerthError(error)) throw error;
    return { available: false, contentBytes: 0 };
  }
  const sizes = await Promise.all([...needed].map((blob) => store.blobs.sizeOf(blob)));
  return {
    available: sizes.every((size) => size !== undefined),
    contentBytes: sizes.reduce((sum: number, size) => sum + (size ?? 0), 0),
  };
}
