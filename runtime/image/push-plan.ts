import { abortable } from './abortable.ts';
import { digestOf } from './digest.ts';
import type { Digest } from './digest.ts';
import type { Lease } from './lease.ts';
import type { ContentStore } from './content-store.ts';
import { parseManifest } from './manifest.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

/** Compresses a layer with gzip; the same bytes always give the same result. */
export type CompressLayer = (plain: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** A manifest as it is pushed. All of its content is in the store. */
export interface PushableManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly manifest: Manifest;
}

const dockerConfigType = 'application/vnd.docker.container.image.v1+json';

/** Media types of layers that are not compressed, and what they are when they are. */
const compressedTypes: Readonly<Record<string, string>> = {
  [mediaTypes.ociLayer]: mediaTypes.ociLayerGzip,
  'application/vnd.docker.image.rootfs.diff.tar':
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

/**
 * Makes an image ready to be pushed: layers that are stored as they are get compressed, under the lease, and a manifest
 * with them is made. An image that is compressed already goes out with the manifest it has, bit for bit.
 *
 * @throws BLOB_MISSING, BLOB_CORRUPT, MANIFEST_INVALID, the signal's reason
 */
export async function pushableManifest(options: {
  readonly store: ContentStore;
  readonly lease: Lease;
  readonly manifestDigest: Digest;
  readonly compress: CompressLayer;
  readonly signal: AbortSignal | undefined;
}): Promise<PushableManifest> {
  const { store, lease, manifestDigest } = options;
  lease.hold(manifestDigest);
  const bytes = await store.blobs.read(manifestDigest);
  const parsed = parseManifest(bytes, `manifest "${manifestDigest}"`);
  if (parsed.kind === 'index') throw new TypeError('a push is of one image, not of an index');
  const { manifest } = parsed;
  for (const { digest } of [manifest.config, ...manifest.layers]) lease.hold(digest);
  const mediaType = manifest.mediaType ?? typeByConfig(manifest);
  const layers: Descriptor[] = [];
  for (const layer of manifest.layers) layers.push(await compressed(layer, options));
  if (layers.every((layer, index) => layer === manifest.layers[index])) {
    return { digest: manifestDigest, bytes, mediaType, manifest };
  }
  const changed = { ...manifest, mediaType, layers };
  const changedBytes = Buffer.from(JSON.stringify(changed));
  await lease.add(changedBytes);
  return { digest: digestOf(changedBytes), bytes: changedBytes, mediaType, manifest: changed };
}

/** OCI lets a manifest leave its own type out; its configuration's tells it. */
function typeByConfig({ config }: Manifest): string {
  return config.mediaType === dockerConfigType ? mediaTypes.dockerManifest : mediaTypes.ociManifest;
}

async function compressed(
  layer: Descriptor,
  {
    store,
    lease,
    compress,
    signal,
  }: Pick<Parameters<typeof pushableManifest>[0], 'store' | 'lease' | 'compress' | 'signal'>,
): Promise<Descriptor> {
  const mediaType = compressedTypes[layer.mediaType];
  if (mediaType === undefined) return layer;
  const plain = abortable(store.blobs.stream(layer.digest), signal);
  const received = await lease.receive(compress(plain));
  await lease.commit(received);
  return { ...layer, mediaType, digest: received.digest, size: received.sizeBytes };
}
