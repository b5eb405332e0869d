import { createHash } from 'node:crypto';

import type { Clock } from '../host/clock.ts';
import { decompress, detectCompression } from '../tar/decompress.ts';
import type { Compression } from '../tar/decompress.ts';
import { abortable } from './abortable.ts';
import { applyConfigChanges } from './config-changes.ts';
import { digestOfHex } from './digest.ts';
import type { Digest } from './digest.ts';
import { readImageContent } from './image-catalog.ts';
import type { Platform } from './image-config.ts';
import type { ImageImport } from './image-imports.ts';
import type { ImageParts } from './image-parts.ts';
import { exactPlatform } from './image-platform.ts';
import type { ImageId } from './image-model.ts';
import type { Descriptor } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { hostPlatform } from './platform.ts';
import { familiarName } from './reference.ts';
import type { Reference } from './reference.ts';

/** How `ImageService.import` goes about it. */
export interface ImportOptions {
  /** The name that the image gets; none when left out. */
  readonly name?: Reference | undefined;
  /** Goes into the image's history. */
  readonly message: string;
  /** Instructions of a Dockerfile that change the configuration. */
  readonly changes: readonly string[];
  /** What the image is for; the host's own when left out. */
  readonly platform?: Platform | undefined;
  readonly signal?: AbortSignal;
}

const layerTypes: Readonly<Record<Compression, string>> = {
  none: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
};

/** As `ImageService.import`. */
export async function importImage(
  parts: ImageParts & { readonly clock: Clock },
  archive: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImageId> {
  // Before anything is read: it may be long.
  const runConfig = applyConfigChanges({}, options.changes);
  const running = parts.imports.begin();
  try {
    const { descriptor: layer, diffId } = await receiveLayer(
      parts,
      running,
      abortable(archive, options.signal),
    );
    const created = new Date(parts.clock.now()).toISOString();
    const { message: comment } = options;
    const platform = exactPlatform(options.platform ?? hostPlatform());
    const config = await addDocument(running, mediaTypes.ociConfig, {
      created,
      ...platform,
      comment,
      config: runConfig,
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created, comment }],
    });
    const manifest = await addDocument(running, mediaTypes.ociManifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config,
      layers: [layer],
    });
    const content = await readImageContent(parts.store, manifest.digest);
    await running.unpack(content, { signal: options.signal });
    const names = options.name === undefined ? [] : [options.name];
    await running.keep([{ descriptor: { ...manifest, platform }, names }]);
    for (const name of names) parts.events.tell('tag', content, familiarName(name));
    parts.events.tell('import', content);
    return content.id;
  } finally {
    await running.end();
  }
}

/** Brings the archive into the store as it comes: compressed content stays compressed. */
async function receiveLayer(
  { store }: ImageParts,
  { lease }: ImageImport,
  archive: AsyncIterable<Uint8Array>,
): Promise<{ readonly descriptor: Descriptor; readonly diffId: Digest }> {
  const received = await lease.receive(archive);
  const mediaType = layerTypes[detectCompression(await received.head())];
  await lease.commit(received);
  const { digest, sizeBytes: size } = received;
  const diffId = await digestOfStream(decompress(store.blobs.stream(digest)));
  return { descriptor: { mediaType, digest, size }, diffId };
}

async function digestOfStream(chunks: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return digestOfHex(hash.digest('hex'));
}

async function addDocument(
  { lease }: ImageImport,
  mediaType: string,
  document: object,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  return { mediaType, digest: await lease.add(bytes), size: bytes.byteLength };
}
