import { createHash } from 'node:crypto';

import type { Clock } from '../host/clock.ts';
import { digestOfHex } from './digest.ts';
import type { Digest } from './digest.ts';
import { diffIdsOf, readImageContent } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { ImageRunConfig } from './image-config.ts';
import type { ImageImport } from './image-imports.ts';
import type { ImageParts } from './image-parts.ts';
import type { ImageId } from './image-model.ts';
import type { Descriptor } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import type { CompressLayer } from './push-plan.ts';
import { familiarName } from './reference.ts';
import type { Reference } from './reference.ts';

/** What `ImageService.commit` makes an image of. */
export interface CommitOptions {
  /** The image that the new one goes on from. */
  readonly parent: ImageId;
  /** What is new on top of it, as a plain tar archive. An archive with nothing in it adds no layer. */
  readonly layer: AsyncIterable<Uint8Array>;
  /** How containers of the new image run. */
  readonly runConfig: ImageRunConfig;
  readonly author: string;
  readonly comment: string;
  /** What made the changes, for the history: the container's command. */
  readonly createdBy: string;
  /** The name that the image gets; none when left out. */
  readonly name?: Reference | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What committing works with. */
export interface CommitParts extends ImageParts {
  readonly clock: Clock;
  /** Layers are stored as they are when left out. */
  readonly compress: CompressLayer | undefined;
}

/** An archive with nothing in it: two blocks of zeros. */
const emptyLayer = digestOfHex('5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef');

/** Docker's names of what OCI has other names for: a manifest is of one kind. */
const ociTypes: ReadonlyMap<string, string> = new Map([
  ['application/vnd.docker.image.rootfs.diff.tar', mediaTypes.ociLayer],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', mediaTypes.ociLayerGzip],
]);

/** As `ImageService.commit`. */
export async function commitImage(parts: CommitParts, options: CommitOptions): Promise<ImageId> {
  const parent = await parts.catalog.byId(options.parent);
  const running = parts.imports.begin();
  try {
    for (const { digest } of parent.manifest.layers) running.lease.hold(digest);
    const layer = await receiveLayer(parts, running, options.layer);
    const manifest = await addManifest(running, { parent, layer, options, clock: parts.clock });
    const content = await readImageContent(parts.store, manifest.digest);
    await running.unpack(content, { signal: options.signal });
    const names = options.name === undefined ? [] : [options.name];
    await running.keep([{ descriptor: manifest, names }]);
    parts.events.tell('create', content);
    for (const name of names) parts.events.tell('tag', content, familiarName(name));
    return content.id;
  } finally {
    await running.end();
  }
}

/** A layer in the store. */
interface NewLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/** Brings the archive into the store, compressed as it comes; `undefined` when there is nothing in it. */
async function receiveLayer(
  { compress }: CommitParts,
  { lease }: ImageImport,
  archive: AsyncIterable<Uint8Array>,
): Promise<NewLayer | undefined> {
  const hash = createHash('sha256');
  const plain = tap(archive, (chunk) => hash.update(chunk));
  const received = await lease.receive(compress === undefined ? plain : compress(plain));
  const diffId = digestOfHex(hash.digest('hex'));
  if (diffId === emptyLayer) return undefined;
  await lease.commit(received);
  const mediaType = compress === undefined ? mediaTypes.ociLayer : mediaTypes.ociLayerGzip;
  return { descriptor: { mediaType, digest: received.digest, size: received.sizeBytes }, diffId };
}

async function* tap(
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    onChunk(chunk);
    yield chunk;
  }
}

interface NewImage {
  readonly parent: StoredImage;
  readonly layer: NewLayer | undefined;
  readonly options: CommitOptions;
  readonly clock: Clock;
}

/** Adds the configuration and the manifest. What else the parent's configuration says is about the parent. */
async function addManifest(
  running: ImageImport,
  { parent, layer, options, clock }: NewImage,
): Promise<Descriptor> {
  const { author, comment, createdBy, runConfig } = options;
  const { architecture, os, variant } = parent.config;
  const created = new Date(clock.now()).toISOString();
  const words = { ...(author === '' ? {} : { author }), ...(comment === '' ? {} : { comment }) };
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  const version = parent.config['os.version'];
  const config = await addDocument(running, mediaTypes.ociConfig, {
    created,
    ...words,
    ...platform,
    ...(version === undefined ? {} : { 'os.version': version }),
    config: runConfig,
    rootfs: {
      type: 'layers',
      diff_ids: [...diffIdsOf(parent.config), ...(layer === undefined ? [] : [layer.diffId])],
    },
    history: [
      ...(parent.config.history ?? []),
      {
        created,
        ...words,
        created_by: createdBy,
        ...(layer === undefined ? { empty_layer: true } : {}),
      },
    ],
  });
  const below = parent.manifest.layers.map((descriptor) => ({
    ...descriptor,
    mediaType: ociTypes.get(descriptor.mediaType) ?? descriptor.mediaType,
  }));
  const manifest = await addDocument(running, mediaTypes.ociManifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [...below, ...(layer === undefined ? [] : [layer.descriptor])],
  });
  return { ...manifest, platform };
}

async function addDocument(
  { lease }: ImageImport,
  mediaType: string,
  document: object,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  return { mediaType, digest: await lease.add(bytes), size: bytes.byteLength };
}
