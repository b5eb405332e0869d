import type { Clock } from '../../host/clock.ts';
import type { Digest } from '../../image/digest.ts';
import type { Endpoint } from '../../registry/endpoint.ts';
import type { FetchedBlob, RepositoryClient } from '../../registry/repository-client.ts';
import type { SourceKey, SourceScores } from '../../registry/source-scores.ts';
import type { Source } from './source.ts';

/** What `blobSource` needs. */
export interface BlobSourceOptions {
  readonly name: string;
  readonly registry: string;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly scores: SourceScores;
  /** Asks one endpoint after the other until one does not throw. */
  readonly ask: <T>(
    work: (client: RepositoryClient, endpoint: Endpoint) => Promise<T>,
  ) => Promise<T>;
}

/** A blob at the sources of a registry. A source that breaks off is asked last when the transfer is taken up again. */
export function blobSource(options: BlobSourceOptions): Source {
  const { name, registry, digest, clock, scores, ask } = options;
  let lastKey: SourceKey | undefined;
  return {
    name,
    open: async (offsetBytes, signal) => {
      const { blob, from } = await ask(async (client, endpoint) => ({
        blob: await client.blob(digest, { offsetBytes, signal }),
        from: endpoint.name,
      }));
      lastKey = { registry, source: from };
      const chunks = measured(blob, { key: lastKey, clock, scores, wantedFrom: offsetBytes });
      return { sizeBytes: blob.sizeBytes, chunks, from };
    },
    distrust: () => {
      if (lastKey !== undefined) scores.lied(lastKey);
    },
  };
}

interface Measuring {
  readonly key: SourceKey;
  readonly clock: Clock;
  readonly scores: SourceScores;
  /** Where the bytes are to begin: before that they are skipped. */
  readonly wantedFrom: number;
}

async function* measured(
  blob: FetchedBlob,
  { key, clock, scores, wantedFrom }: Measuring,
): AsyncGenerator<Uint8Array, void> {
  const startedMs = clock.now();
  let position = blob.offsetBytes;
  let outcome: 'left' | 'ended' | 'failed' = 'left';
  try {
    for await (const piece of blob.body) {
      const chunk = piece as Uint8Array;
      const skipped = Math.max(0, wantedFrom - position);
      position += chunk.byteLength;
      if (skipped < chunk.byteLength) yield chunk.subarray(skipped);
    }
    outcome = 'ended';
  } catch (error) {
    outcome = 'failed';
    throw error;
  } finally {
    const isEnd = outcome === 'ended' && position >= (blob.sizeBytes ?? 0);
    const bytes = position - blob.offsetBytes;
    scores.delivered(key, { bytes, durationMs: clock.now() - startedMs, isEnd });
    if (outcome === 'failed' || (outcome === 'ended' && !isEnd)) scores.failed(key);
  }
}
