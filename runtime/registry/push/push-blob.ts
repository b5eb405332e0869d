import type { Clock } from '../../host/clock.ts';
import type { Digest } from '../../image/digest.ts';
import type { PushEvent, PushRequest } from '../../image/image-target.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { BlobUpload } from './blob-upload.ts';
import type { RepositoryClient } from '../repository-client.ts';
import type { UploadSession } from './upload-session.ts';

/** What the blobs of one push have in common. */
export interface PushContext extends Pick<PushRequest, 'open' | 'mountCandidates'> {
  readonly client: RepositoryClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: PushEvent) => void;
}

/** How a blob came to be in the repository. */
export type PushedBlob = 'exists' | 'mounted' | 'pushed';

/** A line of progress is worth this much time. */
const progressIntervalMs = 100;
/** Each costs a request; an upload may be quicker than to ask all. */
const mostCandidates = 4;

/**
 * Sees to it that a repository has a blob: it has it, or takes it over from another repository, or gets it.
 *
 * @throws the codes of `runtime/errors/areas/registry.ts`, what `open` throws, the signal's reason
 */
export async function pushBlob(blob: Descriptor, context: PushContext): Promise<PushedBlob> {
  const { digest, size } = blob;
  const { client, onEvent, signal } = context;
  if (isForeign(blob) || (await client.hasBlob(digest, signal)) !== undefined) {
    onEvent({ status: 'layer-exists', layer: digest });
    return 'exists';
  }
  const mounted = await mount(digest, context);
  if ('from' in mounted) {
    onEvent({ status: 'layer-mounted', layer: digest, from: mounted.from });
    return 'mounted';
  }
  await new BlobUpload({
    client,
    digest,
    sizeBytes: size,
    open: (offsetBytes) => context.open(digest, offsetBytes),
    begun: mounted.begun,
    signal,
    onSent: progress(digest, size, context),
    onRetry: (error, delayMs) => {
      const message = error instanceof Error ? error.message : String(error);
      onEvent({ status: 'layer-retrying', layer: digest, delayMs, message });
    },
  }).run();
  onEvent({ status: 'layer-pushed', layer: digest });
  return 'pushed';
}

/** Layers that may not be distributed stay where their URLs say, as in Docker. */
function isForeign({ mediaType, urls }: Descriptor): boolean {
  return Array.isArray(urls) && urls.length > 0 && /foreign|nondistributable/.test(mediaType);
}

type Mounted = { readonly from: string } | { readonly begun: UploadSession | undefined };

async function mount(
  digest: Digest,
  { client, mountCandidates, signal }: PushContext,
): Promise<Mounted> {
  const candidates = mountCandidates(digest).filter((from) => from !== client.repository);
  let begun: UploadSession | undefined;
  for (const from of candidates.slice(0, mostCandidates)) {
    const outcome = await client.uploads.mount(digest, from, signal);
    // One upload is enough: the last one.
    if (outcome !== undefined) await begun?.cancel();
    if (outcome === 'mounted') return { from };
    begun = outcome ?? begun;
  }
  return { begun };
}

function progress(
  layer: Digest,
  totalBytes: number,
  { clock, onEvent }: PushContext,
): (sentBytes: number) => void {
  let reportedAtMs = clock.now();
  return (sentBytes) => {
    if (clock.now() - reportedAtMs < progressIntervalMs && sentBytes < totalBytes) return;
    reportedAtMs = clock.now();
    onEvent({ status: 'layer-uploading', layer, sentBytes, totalBytes });
  };
}
