import type { Digest } from './digest.ts';
import { EventQueue } from './event-queue.ts';
import { readImageContent } from './image-catalog.ts';
import type { ImageContent } from './image-catalog.ts';
import type { ImageImport } from './image-imports.ts';
import type { ImageParts } from './image-parts.ts';
import type { PullEvent, PullOptions } from './pull-event.ts';
import type { ArrivingImage, FetchedImage, ImageSource } from './image-source.ts';
import { hostPlatform } from './platform.ts';
import { familiarName, parseReference, withDefaultTag, withDigest, withTag } from './reference.ts';
import type { Reference } from './reference.ts';

/** What a pull works with. */
type PullParts = Pick<ImageParts, 'store' | 'imports' | 'events'> & {
  readonly source: ImageSource;
};

/** One pull on its way. */
interface Pull extends PullParts {
  readonly reference: Reference;
  readonly options: PullOptions;
  readonly running: ImageImport;
  readonly progress: EventQueue<PullEvent>;
  /** Aborted by whoever asked for the pull, or by the part of it that failed first. */
  readonly stop: AbortController;
}

/** As `ImageService.pull`: layers are unpacked while they arrive. */
export async function* pullImage(
  parts: PullParts,
  text: string,
  options: PullOptions = {},
): AsyncGenerator<PullEvent, void> {
  const reference = withDefaultTag(parseReference(text));
  const running = parts.imports.begin();
  const progress = new EventQueue<PullEvent>({ replaces: isNewerProgress });
  const stop = new AbortController();
  const forward = (): void => {
    stop.abort(options.signal?.reason);
  };
  options.signal?.addEventListener('abort', forward, { once: true });
  if (options.signal?.aborted === true) forward();
  const settled = fetchUnpackAndName({
    ...parts,
    reference,
    options,
    running,
    progress,
    stop,
  }).then(
    () => {
      progress.end();
    },
    (error: unknown) => {
      progress.fail(error);
    },
  );
  try {
    yield* progress.read();
  } finally {
    // The reader may have left at any event.
    stop.abort(new Error('the pull was given up'));
    options.signal?.removeEventListener('abort', forward);
    await settled;
    await running.end();
  }
}

async function fetchUnpackAndName(pull: Pull): Promise<void> {
  const { reference, running, progress, imports, store, events } = pull;
  const { digest, descriptor } = await fetchAndUnpack(pull);
  const names = namesAfterPull(reference, digest);
  const content = await readImageContent(store, descriptor.digest);
  const { id } = content;
  const isKnown = await imports.hasNames(id, names);
  await running.keep([{ descriptor, names }]);
  const name = familiarName(reference);
  events.tellTransfer('pull', content, reference);
  const outcome = isKnown ? 'up-to-date' : 'downloaded';
  progress.push({ status: 'done', reference: name, digest, id, outcome });
}

/** Downloads and unpacks side by side. Whichever fails first stops the other, and its error is the pull's. */
async function fetchAndUnpack(pull: Pull): Promise<FetchedImage> {
  const { reference, options, running, progress, stop } = pull;
  const travelling = new Set<Digest>();
  let unpacking: Promise<void> | undefined;
  const fetching = pull.source.fetch({
    reference,
    platform: options.platform ?? hostPlatform(),
    credentials: options.credentials,
    signal: stop.signal,
    lease: running.lease,
    onContent: (content) => {
      unpacking = unpack(pull, content, travelling);
      unpacking.catch((error: unknown) => {
        stop.abort(error);
      });
    },
  });
  try {
    for (;;) {
      const next = await fetching.next();
      if (next.done === true) {
        await unpacking;
        return next.value;
      }
      if (next.value.status === 'layer-waiting') travelling.add(next.value.layer);
      progress.push(next.value);
    }
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    // Nothing of the pull may go on when it has ended.
    await unpacking?.catch(() => undefined);
  }
}

/** @param travelling Layers that were not here when the pull began: only of those is told how they are unpacked. */
async function unpack(
  { store, running, progress, stop }: Pull,
  { descriptor, layers }: ArrivingImage,
  travelling: ReadonlySet<Digest>,
): Promise<void> {
  const content: ImageContent = await readImageContent(store, descriptor.digest);
  await running.unpack(content, {
    layers,
    signal: stop.signal,
    onEvent: (event) => {
      const { layer } = event;
      if (!travelling.has(layer)) return;
      if (event.kind === 'unpacked') {
        progress.push({ status: 'layer-complete', layer });
        return;
      }
      const { readBytes, totalBytes } = event;
      progress.push({ status: 'layer-extracting', layer, readBytes, totalBytes });
    },
  });
}

/** Whether a report of progress makes an older one needless, so that a slow reader is not told old news. */
function isNewerProgress(older: PullEvent, newer: PullEvent): boolean {
  return (
    (newer.status === 'layer-downloading' || newer.status === 'layer-extracting') &&
    older.status === newer.status &&
    older.layer === newer.layer
  );
}

/** By tag and by digest, as Docker; a pull by digest gives no tag, even when one was written beside it. */
function namesAfterPull(reference: Reference, digest: Digest): readonly Reference[] {
  const byDigest = withDigest(reference, digest);
  const { tag } = reference;
  return tag === undefined || reference.digest !== undefined
    ? [byDigest]
    : [withTag(reference, tag), byDigest];
}
