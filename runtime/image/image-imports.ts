import { isBerthError } from '../errors/berth-error.ts';
import { blobMissing } from './blob-store.ts';
import type { ContentStore } from './content-store.ts';
import type { Digest } from './digest.ts';
import { addImage } from './entry-changes.ts';
import { diffIdsOf } from './image-catalog.ts';
import type { ImageCatalog, ImageContent } from './image-catalog.ts';
import type { LayerBlob } from './layer-blob.ts';
import type { EnsureOptions, HeldLayers, LayerStacks } from './layer-stacks.ts';
import type { Lease } from './lease.ts';
import type { Descriptor } from './manifest.ts';
import { canonicalName } from './reference.ts';
import type { Reference } from './reference.ts';
import { SerialQueue } from './serial-queue.ts';

/** The parts that imports work on. */
export interface ImageImportsOptions {
  readonly store: ContentStore;
  readonly stacks: LayerStacks;
  readonly catalog: ImageCatalog;
}

/** An image whose content is in the store, and the names that it is to have. */
export interface NamedImage {
  readonly descriptor: Descriptor;
  readonly names: readonly Reference[];
}

/** How layers are unpacked. */
export interface UnpackOptions extends EnsureOptions {
  /** The layers' blobs, lowest first, while they arrive; those of the store when left out. */
  readonly layers?: readonly LayerBlob[];
}

/** How images come into the store, and how what nothing needs goes out of it. */
export class ImageImports {
  readonly #options: ImageImportsOptions;
  /** Naming an import and collecting garbage take turns, or a collection could miss the import's new name. */
  readonly #changes = new SerialQueue();

  constructor(options: ImageImportsOptions) {
    this.#options = options;
  }

  /** Begins an import; `end` must be called whatever happens. */
  begin(): ImageImport {
    return new ImageImport(this, this.#options.store.lease());
  }

  /**
   * Unpacks an image's layers. Layers that turn out wrong because the store was damaged are removed from it.
   *
   * @throws BLOB_CORRUPT, BLOB_MISSING, the codes of `LayerStacks.ensure`
   */
  async unpack(
    image: ImageContent,
    { layers: arriving, ...options }: UnpackOptions = {},
  ): Promise<HeldLayers> {
    const { blobs } = this.#options.store;
    const { layers } = image.manifest;
    const found = arriving ?? (await this.#storedLayers(layers));
    const sources = diffIdsOf(image.config).flatMap((diffId, i) => {
      const blob = found[i];
      return blob === undefined ? [] : [{ diffId, blob }];
    });
    try {
      return await this.#options.stacks.ensure(sources, options);
    } catch (error) {
      const isLayers =
        isBerthError(error, 'LAYER_INVALID') || isBerthError(error, 'LAYER_DIFF_ID_MISMATCH');
      // Were the layers made wrongly, or have they been damaged here? Then that is the error.
      if (isLayers) for (const { digest } of layers) await blobs.verify(digest);
      throw error;
    }
  }

  async #storedLayers(layers: readonly Descriptor[]): Promise<readonly LayerBlob[]> {
    const { blobs } = this.#options.store;
    return Promise.all(
      layers.map(async ({ digest }) => {
        const blob = await blobs.whole(digest);
        if (blob === undefined) throw blobMissing(digest);
        return blob;
      }),
    );
  }

  /** Writes images and their names into index.json. */
  name(images: readonly NamedImage[]): Promise<void> {
    return this.#changes.run(() =>
      this.#options.store.update((entries) =>
        images.reduce(
          (before, { descriptor, names }) => addImage(before, descriptor, names),
          entries,
        ),
      ),
    );
  }

  /** Whether an image has all these names already. */
  async hasNames(id: Digest, names: readonly Reference[]): Promise<boolean> {
    const image = (await this.#options.catalog.images()).find((candidate) => candidate.id === id);
    const present = new Set(image?.names.map(canonicalName));
    return names.every((name) => present.has(canonicalName(name)));
  }

  /** Lets go of what an import held, at a moment when no collection is under way. */
  release(lease: Lease, held: readonly HeldLayers[]): Promise<void> {
    return this.#changes.run(async () => {
      for (const layers of held) layers.release();
      await lease.release();
    });
  }

  /** As `Images.collectGarbage`. */
  collectGarbage(): Promise<readonly Digest[]> {
    const { store, stacks, catalog } = this.#options;
    return this.#changes.run(async () => {
      await store.collectGarbage();
      const images = await catalog.images();
      return stacks.collectGarbage(images.map(({ config }) => diffIdsOf(config)));
    });
  }
}

/** One import in progress. Nothing that it brings stays unless its images get into index.json. */
export class ImageImport {
  readonly lease: Lease;
  readonly #imports: ImageImports;
  readonly #held: HeldLayers[] = [];
  #outcome: 'kept' | 'dropped' = 'dropped';

  constructor(imports: ImageImports, lease: Lease) {
    this.#imports = imports;
    this.lease = lease;
  }

  /** Unpacks an image's layers, and holds them until the end. */
  async unpack(image: ImageContent, options?: UnpackOptions): Promise<void> {
    this.#held.push(await this.#imports.unpack(image, options));
  }

  /** Makes the import's images known; from then on they stay. */
  async keep(images: readonly NamedImage[]): Promise<void> {
    await this.#imports.name(images);
    this.#outcome = 'kept';
  }

  /** Ends the import. Never hides the error that ended it. */
  async end(): Promise<void> {
    await this.#imports.release(this.lease, this.#held);
    // Not worth an error of its own: the next collection does what this one could not.
    if (this.#outcome === 'dropped') await this.#imports.collectGarbage().catch(() => undefined);
  }
}
