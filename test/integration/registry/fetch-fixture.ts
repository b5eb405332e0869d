import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { ContentStore } from '../../../runtime/image/content-store.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { PullEvent } from '../../../runtime/image/image-service.ts';
import type { FetchedImage, FetchRequest } from '../../../runtime/image/image-source.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';
import { parseReference, withDefaultTag } from '../../../runtime/image/reference.ts';
import type { Registry } from '../../../runtime/registry/registry.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import type { FaultScript } from '../../support/fault-script.ts';
import { temporaryFolder } from '../layer/support.ts';

/** An image whose layers are random bytes: it can be fetched, not unpacked. */
export interface RandomImage {
  readonly layers: readonly Digest[];
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  readonly manifest: Uint8Array;
}

/** Makes an image. @param layers A layer's bytes, or how many it is to have */
export function randomImage(...layers: readonly (number | Uint8Array)[]): RandomImage {
  const blobs = new Map<Digest, Uint8Array>();
  const add = (mediaType: string, bytes: Uint8Array): { digest: Digest } => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.byteLength } as { digest: Digest };
  };
  const descriptors = layers.map((layer) =>
    add(mediaTypes.ociLayerGzip, typeof layer === 'number' ? randomBytes(layer) : layer),
  );
  const config = add(mediaTypes.ociConfig, Buffer.from(JSON.stringify({ seed: randomBytes(8) })));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config,
      layers: descriptors,
    }),
  );
  return { layers: descriptors.map(({ digest }) => digest), blobs, manifest };
}

/** Puts an image into a registry, by the distribution API. */
export async function upload(
  host: string,
  { blobs, manifest }: RandomImage,
  repository = 'library/app',
): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  for (const [digest, bytes] of blobs) {
    const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
    const url = new URL(begun.headers.get('location') ?? '', base);
    url.searchParams.set('digest', digest);
    await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  }
  const answer = await fetch(`${base}/manifests/latest`, {
    method: 'PUT',
    headers: { 'content-type': mediaTypes.ociManifest },
    body: new Uint8Array(manifest),
  });
  if (answer.status !== 201) throw new Error(`upload: status ${answer.status}`);
}

/** Starts a proxy with faults for one test. */
export async function startFaults(upstream: string, script: FaultScript = {}): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(upstream, script);
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** A content store for one test. */
export async function openStore(
  path?: string,
): Promise<{ readonly store: ContentStore; readonly path: string }> {
  const folder = path ?? join(await temporaryFolder(), 'images');
  return { store: await ContentStore.open(folder), path: folder };
}

/** What a fetch brought. */
export interface Fetched {
  readonly image: FetchedImage;
  readonly events: readonly PullEvent[];
}

/** How `fetchImage` goes about it. */
export interface FetchOptions extends Partial<FetchRequest> {
  /** `app` of Docker Hub when left out. */
  readonly name?: string;
  readonly onEvent?: (event: PullEvent) => void;
}

/** Fetches an image into a store, and lets go of it: without a name it stays until the next collection. */
export async function fetchImage(
  registry: Registry,
  store: ContentStore,
  options: FetchOptions = {},
): Promise<Fetched> {
  const { name = 'app', onEvent, ...more } = options;
  const lease = store.lease();
  const events: PullEvent[] = [];
  const fetching = registry.fetch({
    reference: withDefaultTag(parseReference(name)),
    platform: hostPlatform(),
    credentials: undefined,
    signal: undefined,
    lease,
    ...more,
  });
  try {
    for (;;) {
      const next = await fetching.next();
      if (next.done === true) return { image: next.value, events };
      events.push(next.value);
      onEvent?.(next.value);
    }
  } finally {
    await lease.release();
  }
}

/** Verifies that the store has all blobs of an image, and nothing half-done. */
export async function expectWhole(
  store: ContentStore,
  folder: string,
  image: RandomImage,
): Promise<void> {
  for (const digest of image.blobs.keys()) await store.blobs.verify(digest);
  const left = readdirSync(join(folder, 'ingest'));
  if (left.length > 0) throw new Error(`left in ingest: ${left.join(', ')}`);
}
