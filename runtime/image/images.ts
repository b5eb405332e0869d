import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { receiveArchive } from './archive/load-archive.ts';
import type { ReceivedImage } from './archive/load-archive.ts';
import type { ContentStore } from './content-store.ts';
import type { Digest } from './digest.ts';
import { addImage, removeManifests, removeNames } from './entry-changes.ts';
import { ImageCatalog, diffIdsOf, imageNotFound, readImageContent } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import { ImageImports } from './image-imports.ts';
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
import type { LayerStacks } from './layer-stacks.ts';
import { hostPlatform } from './platform.ts';
import {
  canonicalName,
  familiarName,
  lookupName,
  parseReference,
  withDefaultTag,
  withDigest,
  withTag,
} from './reference.ts';
import type { Reference } from './reference.ts';

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
  readonly #imports: ImageImports;

  constructor({ store, stacks, source }: ImagesOptions) {
    this.#store = store;
    this.#stacks = stacks;
    this.#source = source;
    this.#catalog = new ImageCatalog(store);
    this.#imports = new ImageImports({ store, stacks, catalog: this.#catalog });
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

  async load(
    archive: AsyncIterable<Uint8Array>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly LoadedImage[]> {
    const running = this.#imports.begin();
    try {
      const received = await receiveArchive({
        archive,
        store: this.#store,
        lease: running.lease,
        signal,
      });
      for (const image of received) await running.unpack(image, signal);
      await running.keep(received);
      return received.flatMap(loadedFrom);
    } finally {
      await running.end();
    }
  }

  async *pull(text: string, options: PullOptions = {}): AsyncGenerator<PullEvent, void> {
    const reference = withDefaultTag(parseReference(text));
    const { credentials, signal } = options;
    const platform = options.platform ?? hostPlatform();
    const running = this.#imports.begin();
    try {
      const request = { reference, platform, credentials, signal, lease: running.lease };
      const { digest, descriptor, downloaded } = yield* this.#source.fetch(request);
      const content = await readImageContent(this.#store, descriptor.digest);
      await running.unpack(content, signal);
      for (const layer of downloaded) yield { status: 'layer-complete', layer };
      const names = namesAfterPull(reference, digest);
      const { id } = content;
      const isKnown = await this.#imports.hasNames(id, names);
      await running.keep([{ descriptor, names }]);
      const outcome = isKnown ? 'up-to-date' : 'downloaded';
      yield { status: 'done', reference: familiarName(reference), digest, id, outcome };
    } finally {
      await running.end();
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
    const layers = await this.collectGarbage();
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
    await this.collectGarbage();
    return [{ kind: 'untagged', reference: familiarName(name) }];
  }

  async rootfsFor(id: ImageId): Promise<ImageLayers> {
    const image = await this.#catalog.byId(id);
    const lease = this.#store.lease();
    for (const { digest } of image.manifest.layers) lease.hold(digest);
    try {
      const { chainId, lower, release } = await this.#imports.unpack(image);
      release();
      return { chainId, lower };
    } finally {
      await lease.release();
    }
  }

  async importImage(image: ImageBlobs): Promise<ImageId> {
    const name = withDefaultTag(parseReference(image.reference));
    const running = this.#imports.begin();
    try {
      for (const bytes of image.blobs.values()) await running.lease.add(bytes);
      const { manifestDigest } = image;
      const content = await readImageContent(this.#store, manifestDigest);
      await running.unpack(content);
      const { os, architecture } = content.config;
      const descriptor = {
        mediaType: content.manifest.mediaType ?? '',
        digest: manifestDigest,
        size: image.blobs.get(manifestDigest)?.byteLength ?? 0,
        platform: { os, architecture },
      };
      const isKnown = await this.#imports.hasNames(content.id, [name]);
      await running.keep(isKnown ? [] : [{ descriptor, names: [name] }]);
      return content.id;
    } finally {
      await running.end();
    }
  }

  /**
   * Removes content that no image needs and layers that neither an image nor a container needs. Removals do it by
   * themselves; after a start, it clears away what a crash left.
   *
   * @returns The ChainIDs of the layers that went, topmost first
   */
  collectGarbage(): Promise<readonly Digest[]> {
    return this.#imports.collectGarbage();
  }

  #sizeOf(image: StoredImage): Promise<number | undefined> {
    return this.#stacks.sizeOf(diffIdsOf(image.config));
  }
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
