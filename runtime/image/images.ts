import { BerthError } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import type { ContentStore } from './content-store.ts';
import type { Digest } from './digest.ts';
import { ImageCatalog, diffIdsOf } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import { commitImage } from './image-commit.ts';
import type { CommitOptions } from './image-commit.ts';
import { ImageEvents } from './image-events.ts';
import type { ImageEvent } from './image-events.ts';
import { imageHistory } from './image-history.ts';
import type { HistoryEntry } from './image-history.ts';
import { importImage } from './image-import.ts';
import type { ImportOptions } from './image-import.ts';
import { ImageImports } from './image-imports.ts';
import { importBlobs, loadImages } from './image-load.ts';
import { removeImage, tagImage } from './image-names.ts';
import type { ImageParts } from './image-parts.ts';
import { resolveForPlatform } from './image-platform.ts';
import { pullImage } from './image-pull.ts';
import { ImagePrunes } from './image-prune.ts';
import type { PruneOptions, PruneOutcome } from './image-prune.ts';
import { pushImages } from './image-push.ts';
import type { PushOptions } from './image-push.ts';
import { saveImages } from './image-save.ts';
import type { SaveOptions } from './image-save.ts';
import type {
  ImageBlobs,
  ImageDetails,
  ImageId,
  ImageLayers,
  ImageSummary,
  LoadedImage,
  LoadOptions,
  PlatformOption,
  RemovedItem,
  RemoveImageOptions,
} from './image-model.ts';
import type { ImageService } from './image-service.ts';
import type { PullEvent, PullOptions } from './pull-event.ts';
import type { ImageSource } from './image-source.ts';
import type { ImageTarget, PushEvent } from './image-target.ts';
import { toDetails, toSummary } from './image-views.ts';
import { layerUsage } from './layer-sizes.ts';
import type { LayerUsage } from './layer-sizes.ts';
import type { LayerStacks } from './layer-stacks.ts';
import { manifestSummaries } from './manifest-summary.ts';
import type { ManifestSummary } from './manifest-summary.ts';
import type { CompressLayer } from './push-plan.ts';
import { parseTagTarget } from './reference.ts';

/** The parts that the images are made of. */
export interface ImagesOptions {
  readonly store: ContentStore;
  readonly stacks: LayerStacks;
  readonly source: ImageSource;
  /** Where pushes go, and how layers are compressed for them. */
  readonly pushing?: { readonly target: ImageTarget; readonly compress: CompressLayer };
  readonly clock?: Clock;
}

/** The images of this host: names, content and unpacked layers, kept in step. Each verb is a file of its own. */
export class Images implements ImageService {
  readonly #options: ImagesOptions;
  readonly #parts: ImageParts;
  readonly #prunes: ImagePrunes;
  readonly #store: ContentStore;
  readonly #imports: ImageImports;

  constructor(options: ImagesOptions) {
    const { store, stacks } = options;
    const catalog = new ImageCatalog(store);
    const imports = new ImageImports({ store, stacks, catalog });
    this.#options = options;
    this.#parts = { store, stacks, catalog, imports, events: new ImageEvents() };
    this.#prunes = new ImagePrunes(this.#parts);
    this.#store = store;
    this.#imports = imports;
  }

  async list(): Promise<readonly ImageSummary[]> {
    const images = await this.#parts.catalog.images();
    const summaries = await Promise.all(
      images.map(async (image) => toSummary(image, await this.#sizeOf(image))),
    );
    return summaries.sort((a, b) => b.createdMs - a.createdMs);
  }

  async resolve(nameOrId: string): Promise<ImageId> {
    return (await this.#parts.catalog.resolve(nameOrId)).id;
  }

  async inspect(nameOrId: string, { platform }: PlatformOption = {}): Promise<ImageDetails> {
    const image = await resolveForPlatform(this.#parts, nameOrId, platform);
    return toDetails(image, await this.#sizeOf(image));
  }

  async folders({ layers }: Pick<ImageDetails, 'layers'>): Promise<readonly string[]> {
    return this.#parts.stacks.foldersOf(layers);
  }

  async history(
    nameOrId: string,
    { platform }: PlatformOption = {},
  ): Promise<readonly HistoryEntry[]> {
    return imageHistory(this.#parts, await resolveForPlatform(this.#parts, nameOrId, platform));
  }

  async manifests(nameOrId: string): Promise<readonly ManifestSummary[]> {
    return manifestSummaries(this.#parts, await this.#parts.catalog.resolve(nameOrId));
  }

  async usage(): Promise<LayerUsage> {
    return layerUsage(this.#parts, await this.#parts.catalog.images());
  }

  onEvent(listener: (event: ImageEvent) => void): () => void {
    return this.#parts.events.listen(listener);
  }

  load(archive: AsyncIterable<Uint8Array>, options?: LoadOptions): Promise<readonly LoadedImage[]> {
    return loadImages(this.#parts, archive, options);
  }

  save(names: readonly string[], options?: SaveOptions): AsyncIterable<Uint8Array> {
    return saveImages(this.#parts, names, options);
  }

  import(archive: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImageId> {
    const clock = this.#options.clock ?? systemClock;
    return importImage({ ...this.#parts, clock }, archive, options);
  }

  commit(options: CommitOptions): Promise<ImageId> {
    const { clock = systemClock, pushing } = this.#options;
    return commitImage({ ...this.#parts, clock, compress: pushing?.compress }, options);
  }

  async *push(name: string, options?: PushOptions): AsyncGenerator<PushEvent, void> {
    const { pushing } = this.#options;
    if (pushing === undefined) {
      throw new BerthError('API_NOT_IMPLEMENTED', {
        message: 'these images were opened without a registry to push to',
        remedy: 'Push from berthd.',
      });
    }
    yield* pushImages({ ...this.#parts, ...pushing }, name, options);
  }

  prune(options: PruneOptions): Promise<PruneOutcome> {
    return this.#prunes.prune(options);
  }

  pull(reference: string, options?: PullOptions): AsyncIterable<PullEvent> {
    return pullImage({ ...this.#parts, source: this.#options.source }, reference, options);
  }

  async tag(source: string, target: string): Promise<void> {
    await tagImage(this.#parts, source, parseTagTarget(target, ''));
  }

  remove(nameOrId: string, options: RemoveImageOptions): Promise<readonly RemovedItem[]> {
    return removeImage(this.#parts, nameOrId, options);
  }

  async rootfsFor(id: ImageId): Promise<ImageLayers> {
    const image = await this.#parts.catalog.byId(id);
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

  importImage(image: ImageBlobs): Promise<ImageId> {
    return importBlobs(this.#parts, image);
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
    return this.#parts.stacks.sizeOf(diffIdsOf(image.config));
  }
}
