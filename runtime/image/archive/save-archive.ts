import { hexOf } from '../digest.ts';
import type { Digest } from '../digest.ts';
import { diffIdsOf } from '../image-catalog.ts';
import type { StoredImage } from '../image-catalog.ts';
import { layoutFileText } from '../layout-index.ts';
import { mediaTypes } from '../media-types.ts';
import type { Descriptor } from '../manifest.ts';
import { canonicalName, familiarName, familiarRepository } from '../reference.ts';
import type { Reference } from '../reference.ts';
import type { TarItem } from './tar-framing.ts';

/** One image of an archive, with the tags that it has there. */
export interface SavedImage {
  readonly image: StoredImage;
  readonly tags: readonly Reference[];
}

/** A blob that an archive has, beside the files that describe it. */
export interface SavedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The path of a blob, in OCI's layout and, since Docker 25, in Docker's. */
const blobPath = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;

/** The blobs that images need, each once, in the order in which they are saved. */
export function blobsOf(images: readonly SavedImage[]): readonly Digest[] {
  const digests = images.flatMap(({ image: { manifest, manifestDigest } }) => [
    ...manifest.layers.map(({ digest }) => digest),
    manifest.config.digest,
    manifestDigest,
  ]);
  return [...new Set(digests)];
}

/**
 * An archive of images that is an OCI image layout and what `docker save` wrote before there was one, as since Docker 25.
 * Old readers go by `manifest.json` (and before Docker 1.10 by `repositories`), new ones by `index.json`.
 *
 * @param blobs those of `blobsOf`, in that order
 * @param manifests the descriptor of each image's manifest
 */
export async function* archiveItems(
  images: readonly SavedImage[],
  blobs: AsyncIterable<SavedBlob>,
  manifests: ReadonlyMap<Digest, Descriptor>,
): AsyncGenerator<TarItem> {
  yield { path: 'blobs/' };
  yield { path: 'blobs/sha256/' };
  for await (const { digest, sizeBytes, content } of blobs) {
    yield { path: blobPath(digest), sizeBytes, content };
  }
  yield documentFile('index.json', indexFile(images, manifests));
  yield documentFile('manifest.json', images.map(manifestFileEntry));
  yield textFile('oci-layout', layoutFileText);
  const repositories = repositoriesFile(images);
  if (Object.keys(repositories).length > 0) yield documentFile('repositories', repositories);
}

function textFile(path: string, text: string): TarItem {
  const bytes = Buffer.from(text);
  return { path, sizeBytes: bytes.byteLength, content: [bytes] };
}

function documentFile(path: string, document: unknown): TarItem {
  return textFile(path, `${JSON.stringify(document)}\n`);
}

function manifestFileEntry({ image, tags }: SavedImage): object {
  return {
    Config: blobPath(image.id),
    // Docker's own loader takes null and a missing list, but some others only the former.
    RepoTags: tags.length === 0 ? null : tags.map(familiarName),
    Layers: image.manifest.layers.map(({ digest }) => blobPath(digest)),
  };
}

/** As Docker and containerd name images there: the whole name in one annotation, the tag in the other. */
function indexFile(
  images: readonly SavedImage[],
  manifests: ReadonlyMap<Digest, Descriptor>,
): object {
  const entries = images.flatMap(({ image, tags }): readonly object[] => {
    const descriptor = manifests.get(image.manifestDigest);
    if (descriptor === undefined || tags.length === 0) return [descriptor ?? {}];
    return tags.map((tag) => {
      const names = {
        'io.containerd.image.name': canonicalName(tag),
        'org.opencontainers.image.ref.name': tag.tag ?? '',
      };
      return { ...descriptor, annotations: { ...descriptor.annotations, ...names } };
    });
  });
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries };
}

/** Docker 1.9 and before: repository, tag, id of the topmost layer. */
function repositoriesFile(images: readonly SavedImage[]): Record<string, Record<string, string>> {
  // Maps: an object has names of its own, such as "constructor", which a repository may have too.
  const repositories = new Map<string, Map<string, string>>();
  for (const { image, tags } of images) {
    const top = diffIdsOf(image.config).at(-1);
    if (top === undefined) continue;
    for (const tag of tags) {
      const tags = repositories.getOrInsertComputed(familiarRepository(tag), () => new Map());
      tags.set(tag.tag ?? '', hexOf(top));
    }
  }
  return Object.fromEntries(
    [...repositories].map(([name, tags]) => [name, Object.fromEntries(tags)]),
  );
}
