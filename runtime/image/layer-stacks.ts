import type { Digest } from './digest.ts';
import type { ImageLayers } from './image-service.ts';

/** One layer of an image, as it can be unpacked. */
export interface LayerSource {
  /** Digest of the uncompressed layer. */
  readonly diffId: Digest;
  /** The layer's blob, from its beginning, each time it is called. */
  readonly open: () => AsyncIterable<Uint8Array>;
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
  ensure(layers: readonly LayerSource[], signal?: AbortSignal): Promise<HeldLayers>;

  /** Bytes of all files in the layers with these DiffIDs, lowest first; `undefined` when one is not unpacked. */
  sizeOf(diffIds: readonly Digest[]): Promise<number | undefined>;

  /**
   * Removes layers that neither an image nor a container needs.
   *
   * @param images The DiffIDs of each image, lowest first.
   * @returns The ChainIDs of what was removed, topmost first
   */
  collectGarbage(images: readonly (readonly Digest[])[]): Promise<readonly Digest[]>;
}
