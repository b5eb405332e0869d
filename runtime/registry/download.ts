import { isBerthError } from '../errors/berth-error.ts';
import type { Clock } from '../host/clock.ts';
import type { Digest } from '../image/digest.ts';
import type { PullEvent } from '../image/image-service.ts';
import type { Lease } from '../image/lease.ts';
import type { Descriptor } from '../image/manifest.ts';
import { registryError, toRegistryError } from './registry-error.ts';
import type { RepositoryClient } from './repository-client.ts';

/** What the downloads of one image have in common. */
export interface DownloadContext {
  readonly client: RepositoryClient;
  readonly lease: Lease;
  readonly clock: Clock;
  /** Name of the endpoint, for errors. */
  readonly source: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: PullEvent) => void;
}

/** A line of progress is worth this much time. */
const progressIntervalMs = 100;

/**
 * Brings one blob into the store, unless it is there.
 *
 * @throws REGISTRY_DIGEST_MISMATCH, REGISTRY_UNREACHABLE, MANIFEST_UNKNOWN ...
 */
export async function downloadBlob(
  { digest, size }: Descriptor,
  { client, lease, source, signal }: DownloadContext,
  onBytes: (count: number) => void = () => undefined,
): Promise<void> {
  if (await lease.holdIfPresent(digest)) return;
  signal.throwIfAborted();
  const body = await client.blob(digest);
  try {
    const received = await lease.receive(body, { digest, sizeBytes: size, onBytes });
    await lease.commit(received);
  } catch (error) {
    if (!isBerthError(error, 'CONTENT_MISMATCH'))
      throw toRegistryError(error, `${source}/${digest}`, signal);
    throw registryError(
      'REGISTRY_DIGEST_MISMATCH',
      `"${source}" delivered "${digest}" wrongly: ${error.message}`,
      error,
    );
  }
}

async function downloadLayer(layer: Descriptor, context: DownloadContext): Promise<void> {
  const { clock, onEvent } = context;
  const { digest, size: totalBytes } = layer;
  let receivedBytes = 0;
  let reportedAt = clock.now();
  await downloadBlob(layer, context, (count) => {
    receivedBytes += count;
    if (clock.now() - reportedAt < progressIntervalMs && receivedBytes < totalBytes) return;
    reportedAt = clock.now();
    onEvent({ status: 'layer-downloading', layer: digest, receivedBytes, totalBytes });
  });
  onEvent({ status: 'layer-downloaded', layer: digest });
}

/** Tells which layers are there and which have to wait; returns those, each once. */
async function missingLayers(
  layers: readonly Descriptor[],
  { lease, onEvent }: DownloadContext,
): Promise<Descriptor[]> {
  const missing: Descriptor[] = [];
  for (const layer of new Map(layers.map((one) => [one.digest, one])).values()) {
    const isThere = await lease.holdIfPresent(layer.digest);
    onEvent({ status: isThere ? 'layer-exists' : 'layer-waiting', layer: layer.digest });
    if (!isThere) missing.push(layer);
  }
  return missing;
}

/**
 * Brings layers into the store, some at a time. The first error stops all of them.
 *
 * @returns Those that were not there before
 */
export async function downloadLayers(
  layers: readonly Descriptor[],
  context: DownloadContext,
  concurrency: number,
): Promise<readonly Digest[]> {
  const todo = await missingLayers(layers, context);
  const downloaded = todo.map(({ digest }) => digest);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const work = async (): Promise<void> => {
    for (let layer = todo.shift(); layer !== undefined; layer = todo.shift()) {
      try {
        signal.throwIfAborted();
        await downloadLayer(layer, { ...context, signal });
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, work));
  if (stop.signal.aborted) throw stop.signal.reason;
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return downloaded;
}
