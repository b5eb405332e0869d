import type { Digest } from './digest.ts';
import type { ImageLayers } from './image-model.ts';
import type { LayerBlob } from './layer-blob.ts';

/** One layer of an image, as it can be unpacked. */
export interface LayerSource {
  /** Digest of the uncompressed layer. */
  readonly diffId: Digest;
  /** The layer's blob: whole, or still arriving. */
  readonly blob: LayerBlob;
}

/** What unpacking reports as it goes. `layer` is the blob's digest. */
export type UnpackEvent =
  | {
      readonly kind: 'unpacking';
      readonly layer: Digest;
      /** Of the blob. */
      readonly readBytes: number;
      readonly totalBytes: number;
    }
  | { readonly kind: 'unpacked'; readonly layer: Digest };

/** How `LayerStacks.ensure` goes about it. */
export interface EnsureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: UnpackEvent) => void;
}

/** Layers that are unpacked, and stay so at least until `release` is called. */
export interface HeldLayers extends ImageLayers {
  readonly release: () => void;
}

/** Unpacked layers, as the images need them; `runtime/snapshot` has them. */
export interface LayerStacks {
  /**
   * Unpacks the layers that are not unpacked yet, lowest first. All or none of them stays.
   *
   * @throws the codes of `unpackLayer`, the signal's reason, or what the sources throw
   */
  ensure(layers: readonly LayerSource[], options?: EnsureOptions): Promise<HeldLayers>;

  /** Bytes of all files in the layers with these DiffIDs, lowest first; `undefined` when one is not unpacked. */
  sizeOf(diffIds: readonly Digest[]): Promise<number | undefined>;

  /** Where the files of the layers with these DiffIDs, lowest first, are: folders, topmost first; none when one is not unpacked. */
  foldersOf(diffIds: readonly Digest[]): Promise<readonly string[]>;

  /**
   * Removes layers that neither an image nor a container needs.
   *
   * @param images The DiffIDs of each image, lowest first.
   * @returns The ChainIDs of what was removed, topmost first
   */
  collectGarbage(images: readonly (readonly Digest[])[]): Promise<readonly Digest[]>;
}
