import { receiveArchive } from './archive/load-archive.ts';
import type { ReceivedImage } from './archive/load-archive.ts';
import { readImageContent } from './image-catalog.ts';
import type { ImageCatalog } from './image-catalog.ts';
import type { ImageParts } from './image-parts.ts';
import type { ImageBlobs, ImageId, LoadedImage, LoadOptions } from './image-model.ts';
import type { UnpackEvent } from './layer-stacks.ts';
import { canonicalName, familiarName, parseReference, withDefaultTag } from './reference.ts';

/** As `ImageService.load`. */
export async function loadImages(
  { store, catalog, imports, events }: ImageParts,
  archive: AsyncIterable<Uint8Array>,
  { signal, platform, onProgress }: LoadOptions = {},
): Promise<readonly LoadedImage[]> {
  const running = imports.begin();
  try {
    const { lease } = running;
    const received = await receiveArchive({ archive, store, lease, signal, platform });
    const onEvent = (event: UnpackEvent): void => {
      if (event.kind === 'unpacking') onProgress?.(event);
    };
    for (const image of received) await running.unpack(image, { signal, onEvent });
    const before = await ownersOf(catalog);
    await running.keep(received);
    for (const image of received) events.tell('load', image);
    return received.flatMap((image) => loadedFrom(image, before));
  } finally {
    await running.end();
  }
}

/** As `ImageService.importImage`. */
export async function importBlobs(
  { store, imports }: ImageParts,
  image: ImageBlobs,
): Promise<ImageId> {
  const name = withDefaultTag(parseReference(image.reference));
  const running = imports.begin();
  try {
    for (const bytes of image.blobs.values()) await running.lease.add(bytes);
    const { manifestDigest } = image;
    const content = await readImageContent(store, manifestDigest);
    await running.unpack(content);
    const { os, architecture } = content.config;
    const descriptor = {
      mediaType: content.manifest.mediaType ?? '',
      digest: manifestDigest,
      size: image.blobs.get(manifestDigest)?.byteLength ?? 0,
      platform: { os, architecture },
    };
    const isKnown = await imports.hasNames(content.id, [name]);
    await running.keep(isKnown ? [] : [{ descriptor, names: [name] }]);
    return content.id;
  } finally {
    await running.end();
  }
}

/** Which image has a name, by the name in full. */
async function ownersOf(catalog: ImageCatalog): Promise<ReadonlyMap<string, ImageId>> {
  const images = await catalog.images();
  return new Map(
    images.flatMap(({ id, names }) => names.map((name) => [canonicalName(name), id] as const)),
  );
}

function loadedFrom(
  { id, names }: ReceivedImage,
  before: ReadonlyMap<string, ImageId>,
): readonly LoadedImage[] {
  if (names.length === 0) return [{ kind: 'id', id }];
  const unique = new Map(names.map((name) => [canonicalName(name), name]));
  return [...unique].map(([canonical, name]) => {
    const owner = before.get(canonical);
    const reference = familiarName(name);
    return { kind: 'tag', reference, id, ...(owner === id ? {} : { replaced: owner }) };
  });
}
