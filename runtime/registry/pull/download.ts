import type { Digest } from '../../image/digest.ts';
import type { LayerBlob } from '../../image/layer-blob.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { PullSession } from './pull-session.ts';
import type { Participation, SharedDownloads } from './shared-downloads.ts';

/** A line of progress is worth this much time. */
const progressIntervalMs = 100;

/** A layer that the store does not have yet. */
interface MissingLayer {
  readonly descriptor: Descriptor;
  readonly download: Participation;
}

/** An image's layers on their way into the store. */
export interface LayerDownloads {
  /** In the manifest's order, one for each layer. */
  readonly blobs: readonly LayerBlob[];
  /** Layers that the store does not have yet, each once. */
  readonly missing: readonly MissingLayer[];
}

/**
 * Brings an image's configuration into the store.
 *
 * @returns Whether it was there before: then so was the image, or one like it
 * @throws the codes of areas/registry.ts
 */
export async function downloadConfig(
  descriptor: Descriptor,
  session: PullSession,
  downloads: SharedDownloads,
): Promise<'known' | 'new'> {
  if ((await blobOf(descriptor.digest, session)) !== undefined) return 'known';
  const download = join(descriptor, session, { downloads, onBytes: () => undefined });
  await download.run(session.request.signal);
  return 'new';
}

/** How `prepareLayers` goes about it. */
export interface PrepareOptions {
  readonly downloads: SharedDownloads;
  /** Of a known image, layers that are there are no news. */
  readonly image: 'known' | 'new';
}

/** Finds out which layers are there, and tells; none is downloaded yet. */
export async function prepareLayers(
  layers: readonly Descriptor[],
  session: PullSession,
  { downloads, image }: PrepareOptions,
): Promise<LayerDownloads> {
  const blobs = new Map<Digest, LayerBlob>();
  const missing: MissingLayer[] = [];
  for (const descriptor of layers) {
    const { digest } = descriptor;
    if (blobs.has(digest)) continue;
    const present = await blobOf(digest, session);
    if (present === undefined) {
      session.onEvent({ status: 'layer-waiting', layer: digest });
      const download = join(descriptor, session, {
        downloads,
        onBytes: progressOf(descriptor, session),
      });
      missing.push({ descriptor, download });
      blobs.set(digest, download.blob);
    } else {
      if (image === 'new') session.onEvent({ status: 'layer-exists', layer: digest });
      blobs.set(digest, present);
    }
  }
  return { missing, blobs: layers.flatMap(({ digest }) => blobs.get(digest) ?? []) };
}

/** Downloads layers, some at a time. The first error stops all of them. */
export async function downloadLayers(
  missing: readonly MissingLayer[],
  session: PullSession,
  concurrency: number,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.request.signal, stop.signal]);
  const todo = [...missing];
  const work = async (): Promise<void> => {
    for (let layer = todo.shift(); layer !== undefined; layer = todo.shift()) {
      const { digest } = layer.descriptor;
      const sources = await layer.download.run(signal);
      session.onEvent({ status: 'layer-downloaded', layer: digest, source: sources.join(', ') });
    }
  };
  const workers = Array.from({ length: concurrency }, () =>
    work().catch((error: unknown) => {
      stop.abort(error);
    }),
  );
  await Promise.all(workers);
  if (stop.signal.aborted) throw stop.signal.reason;
}

/** A blob of the store, which stays there as long as the lease; `undefined` when it is not there. */
async function blobOf(digest: Digest, session: PullSession): Promise<LayerBlob | undefined> {
  const { lease } = session.request;
  lease.hold(digest);
  return lease.blobs.whole(digest);
}

interface JoinOptions {
  readonly downloads: SharedDownloads;
  readonly onBytes: (receivedBytes: number) => void;
}

function join(
  descriptor: Descriptor,
  session: PullSession,
  { downloads, onBytes }: JoinOptions,
): Participation {
  return downloads.join(descriptor, session.request.lease, {
    sources: () => session.sourcesOf(descriptor),
    onBytes,
    onFailed: (source, error) => {
      session.report(source, error);
    },
  });
}

function progressOf(
  { digest, size: totalBytes }: Descriptor,
  session: PullSession,
): (receivedBytes: number) => void {
  const { clock } = session.tools;
  let reportedAtMs = clock.now();
  return (receivedBytes) => {
    const now = clock.now();
    if (now - reportedAtMs < progressIntervalMs && receivedBytes < totalBytes) return;
    reportedAtMs = now;
    session.onEvent({ status: 'layer-downloading', layer: digest, receivedBytes, totalBytes });
  };
}
