import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { receiveArchive } from './archive/load-archive.ts';
import type { ReceivedImage } from './archive/load-archive.ts';
import type { ContentStore } from './content-store.ts';
import type { Digest } from './digest.ts';
import { addImage, removeManifests, removeNames } from './entry-changes.ts';
import { ImageCatalog, diffIdsOf, imageNotFound, readImageContent } from './image-catalog.ts';
import type { ImageContent, StoredImage } from './image-catalog.ts';
import { planRemoval } from './image-removal.ts';
import type {
  ImageBlobs,
  ImageDetails,
  ImageId,
  ImageLayers,
  ImageService,
  ImageSummary,
  LoadedImage,
  PullEvent,
  PullOptions,
  RemovedItem,
  RemoveImageOptions,
} from './image-service.ts';
import type { ImageSource } from './image-source.ts';
import { toDetails, toSummary } from './image-views.ts';
import type { HeldLayers, LayerStacks } from './layer-stacks.ts';
import type { Lease } from './lease.ts';
import { hostPlatform } from './platform.ts';
import {
  canonicalName,
  familiarName,
  familiarRepository,
  lookupName,
  parseReference,
  withDefaultTag,
  withDigest,
  withTag,
} from './reference.ts';
import type { Reference } from './reference.ts';
import { SerialQueue } from './serial-queue.ts';

/** What makes an image unreadable. */
const damage: ReadonlySet<ErrorCode> = new Set([
  'BLOB_CORRUPT',
  'BLOB_MISSING',
  'MANIFEST_INVALID',
]);

/** The parts that the images are made of. */
export interface ImagesOptions {
  readonly store: ContentStore;
  readonly stacks: LayerStacks;
  readonly source: ImageSource;
}

/** The images of this host: names, content and unpacked layers, kept in step. */
export class Images implements ImageService {
  readonly #store: ContentStore;
  readonly #stacks: LayerStacks;
  readonly #source: ImageSource;
  readonly #catalog: ImageCatalog;
  /** Naming an import and collecting garbage take turns, or a collection could miss the import's new name. */
  readonly #changes = new SerialQueue();

  constructor({ store, stacks, source }: ImagesOptions) {
    this.#store = store;
    this.#stacks = stacks;
    this.#source = source;
    this.#catalog = new ImageCatalog(store);
  }

  async list(): Promise<readonly ImageSummary[]> {
    const images = await this.#catalog.images();
    const summaries = await Promise.all(
      images.map(async (image) => toSummary(image, await this.#sizeOf(image))),
    );
    return summaries.sort((a, b) => b.createdMs - a.createdMs);
  }

  async resolve(nameOrId: string): Promise<ImageId> {
    return (await this.#catalog.resolve(nameOrId)).id;
  }

  async inspect(nameOrId: string): Promise<ImageDetails> {
    const image = await this.#catalog.resolve(nameOrId);
    return toDetails(image, await this.#sizeOf(image));
  }

  load(
    archive: AsyncIterable<Uint8Array>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly LoadedImage[]> {
    return this.#import(async (lease, keep) => {
      const received = await receiveArchive({ archive, store: this.#store, lease, signal });
      for (const image of received) keep(await this.#unpack(image, signal));
      await this.#name(received);
      return received.flatMap(loadedFrom);
    });
  }

  async *pull(text: string, options: PullOptions = {}): AsyncGenerator<PullEvent, void> {
    const reference = withDefaultTag(parseReference(text));
    const { signal } = options;
    const platform = options.platform ?? hostPlatform();
    const lease = this.#store.lease();
    let layers: HeldLayers | undefined;
    let isNamed = false;
    try {
      yield started(reference);
      const request = { reference, platform, credentials: options.credentials, signal, lease };
      const { digest, descriptor } = yield* this.#source.fetch(request);
      const content = await readImageContent(this.#store, descriptor.digest);
      layers = await this.#unpack(content, signal);
      for (const { digest: layer } of content.manifest.layers)
        yield { status: 'layer-complete', layer };
      const names = namesAfterPull(reference, digest);
      const outcome = (await this.#hasNames(content.id, names)) ? 'up-to-date' : 'downloaded';
      await this.#name([{ ...content, descriptor, names }]);
      isNamed = true;
      yield { status: 'done', reference: familiarName(reference), digest, id: content.id, outcome };
    } finally {
      await this.#end(lease, layers === undefined ? [] : [layers], isNamed ? 'kept' : 'dropped');
    }
  }

  async tag(source: string, target: string): Promise<void> {
    const name = parseTag(target);
    const image = await this.#catalog.resolve(source);
    await this.#store.update((entries) => {
      const entry = entries.find(({ descriptor }) => image.indexed.has(descriptor.digest));
      // Removed since it was found.
      if (entry === undefined) throw imageNotFound(source);
      return addImage(entries, entry.descriptor, [name]);
    });
  }

  async remove(nameOrId: string, options: RemoveImageOptions): Promise<readonly RemovedItem[]> {
    let image: StoredImage;
    try {
      image = await this.#catalog.resolve(nameOrId);
    } catch (error) {
      if (!isBerthError(error) || !damage.has(error.code)) throw error;
      return this.#removeDamaged(nameOrId);
    }
    const plan = planRemoval(image, nameOrId, options);
    await this.#store.update((entries) => {
      const rest = removeNames(entries, plan.untag);
      return plan.image === 'goes' ? removeManifests(rest, image.indexed) : rest;
    });
    const untagged = plan.untag.map((name): RemovedItem => ({
      kind: 'untagged',
      reference: familiarName(name),
    }));
    if (plan.image === 'stays') return untagged;
    const layers = await this.#collectGarbage();
    const deleted = [image.id, ...layers].map((digest): RemovedItem => ({
      kind: 'deleted',
      digest,
    }));
    return [...untagged, ...deleted];
  }

  /** An image whose manifest or configuration is lost has no id any more; its name can still go. */
  async #removeDamaged(text: string): Promise<readonly RemovedItem[]> {
    const name = lookupName(text);
    await this.#store.update((entries) =>
      entries.filter(
        (entry) => entry.name === undefined || canonicalName(entry.name) !== canonicalName(name),
      ),
    );
    await this.#collectGarbage();
    return [{ kind: 'untagged', reference: familiarName(name) }];
  }

  async rootfsFor(id: ImageId): Promise<ImageLayers> {
    const image = await this.#catalog.byId(id);
    const lease = this.#store.lease();
    for (const { digest } of image.manifest.layers) lease.hold(digest);
    try {
      const { chainId, lower, release } = await this.#unpack(image, undefined);
      release();
      return { chainId, lower };
    } finally {
      await lease.release();
    }
  }

  importImage(image: ImageBlobs): Promise<ImageId> {
    const name = withDefaultTag(parseReference(image.reference));
    return this.#import(async (lease, keep) => {
      for (const bytes of image.blobs.values()) await lease.add(bytes);
      const content = await readImageContent(this.#store, image.manifestDigest);
      keep(await this.#unpack(content, undefined));
      const size = image.blobs.get(image.manifestDigest)?.byteLength ?? 0;
      const { os, architecture } = content.config;
      const descriptor = {
        mediaType: content.manifest.mediaType ?? '',
        digest: image.manifestDigest,
        size,
        platform: { os, architecture },
      };
      if (!(await this.#hasNames(content.id, [name])))
        await this.#name([{ ...content, descriptor, names: [name] }]);
      return content.id;
    });
  }

  /** Runs an import under a lease. When it fails, nothing that it brought stays. */
  async #import<T>(
    run: (lease: Lease, keep: (layers: HeldLayers) => void) => Promise<T>,
  ): Promise<T> {
    const lease = this.#store.lease();
    const held: HeldLayers[] = [];
    let outcome: 'kept' | 'dropped' = 'dropped';
    try {
      const result = await run(lease, (layers) => held.push(layers));
      outcome = 'kept';
      return result;
    } finally {
      await this.#end(lease, held, outcome);
    }
  }

  /** Lets go of an import's content; of a failed one nothing then needs it any more. */
  async #end(
    lease: Lease,
    held: readonly HeldLayers[],
    outcome: 'kept' | 'dropped',
  ): Promise<void> {
    await this.#changes.run(async () => {
      for (const layers of held) layers.release();
      await lease.release();
    });
    // Not worth hiding the import's own error for: the next collection does what this one could not.
    if (outcome === 'dropped') await this.#collectGarbage().catch(() => undefined);
  }

  async #unpack(image: ImageContent, signal: AbortSignal | undefined): Promise<HeldLayers> {
    const diffIds = diffIdsOf(image.config);
    const sources = diffIds.flatMap((diffId, i) => {
      const blob = image.manifest.layers[i]?.digest;
      return blob === undefined ? [] : [{ diffId, open: () => this.#store.blobs.stream(blob) }];
    });
    try {
      return await this.#stacks.ensure(sources, signal);
    } catch (error) {
      const isLayers =
        isBerthError(error, 'LAYER_INVALID') || isBerthError(error, 'LAYER_DIFF_ID_MISMATCH');
      // Was the layer made wrongly, or has it been damaged in the store? Then that is the error, and it is removed.
      if (isLayers)
        for (const { digest } of image.manifest.layers) await this.#store.blobs.verify(digest);
      throw error;
    }
  }

  #name(images: readonly Pick<ReceivedImage, 'descriptor' | 'names'>[]): Promise<void> {
    return this.#changes.run(() =>
      this.#store.update((entries) =>
        images.reduce(
          (before, { descriptor, names }) => addImage(before, descriptor, names),
          entries,
        ),
      ),
    );
  }

  async #hasNames(id: Digest, names: readonly Reference[]): Promise<boolean> {
    const image = (await this.#catalog.images()).find((candidate) => candidate.id === id);
    const present = new Set(image?.names.map(canonicalName));
    return names.every((name) => present.has(canonicalName(name)));
  }

  /** Removes what no image needs. Returns the ChainIDs of the layers that went, topmost first. */
  #collectGarbage(): Promise<readonly Digest[]> {
    return this.#changes.run(async () => {
      await this.#store.collectGarbage();
      const images = await this.#catalog.images();
      return this.#stacks.collectGarbage(images.map(({ config }) => diffIdsOf(config)));
    });
  }

  #sizeOf(image: StoredImage): Promise<number | undefined> {
    return this.#stacks.sizeOf(diffIdsOf(image.config));
  }
}

function started(reference: Reference): PullEvent {
  return {
    status: 'started',
    reference: familiarName(reference),
    repository: familiarRepository(reference),
    tag: reference.tag ?? reference.digest ?? '',
  };
}

/** By tag and by digest, as Docker; a pull by digest gives no tag, even when one was written beside it. */
function namesAfterPull(reference: Reference, digest: Digest): readonly Reference[] {
  const byDigest = withDigest(reference, digest);
  const { tag } = reference;
  return tag === undefined || reference.digest !== undefined
    ? [byDigest]
    : [withTag(reference, tag), byDigest];
}

/** A name that a user gives to an image. @throws REFERENCE_INVALID, also for one with a digest */
function parseTag(text: string): Reference {
  const name = withDefaultTag(parseReference(text));
  if (name.digest === undefined) return name;
  throw new BerthError('REFERENCE_INVALID', {
    message: `refusing to create a tag with a digest reference: "${text}"`,
    remedy: 'Leave the digest out: it follows from the image.',
  });
}

function loadedFrom({ id, names }: ReceivedImage): readonly LoadedImage[] {
  if (names.length === 0) return [{ kind: 'id', id }];
  const unique = new Set(names.map(familiarName));
  return [...unique].map((reference) => ({ kind: 'tag', reference, id }));
}
