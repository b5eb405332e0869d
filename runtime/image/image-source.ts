import type { Digest } from './digest.ts';
import type { Platform } from './image-config.ts';
import type { PullEvent, RegistryCredentials } from './pull-event.ts';
import type { LayerBlob } from './layer-blob.ts';
import type { Lease } from './lease.ts';
import type { Descriptor } from './manifest.ts';
import type { Reference } from './reference.ts';

/** What is to be fetched. */
export interface FetchRequest {
  /** With a tag, a digest or both; the digest counts. */
  readonly reference: Reference;
  readonly platform: Platform;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal | undefined;
  /** Where the content goes. */
  readonly lease: Lease;
  /**
   * Called once, when the manifest and the configuration are in the store and the layers begin to arrive, so that they
   * can be unpacked meanwhile.
   */
  readonly onContent?: (content: ArrivingImage) => void;
}

/** An image whose layers are still arriving. The files stay where they are until the lease is released. */
export interface ArrivingImage {
  /** Digest of what the name stands for: of the index, when there is one. */
  readonly digest: Digest;
  /** The manifest of the platform. */
  readonly descriptor: Descriptor;
  /** In the order of the manifest's layers, one for each; those that the store has already are whole. */
  readonly layers: readonly LayerBlob[];
}

/** What was fetched: all content is in the store. */
export interface FetchedImage {
  /** Digest of what the name stands for: of the index, when there is one. */
  readonly digest: Digest;
  /** The manifest of the platform. */
  readonly descriptor: Descriptor;
  /** Layers that were not in the store before. */
  readonly downloaded: readonly Digest[];
}

/** Where images come from, as the images need it; `runtime/registry` is one. */
export interface ImageSource {
  /**
   * Fetches an image, reporting as it goes. The event `started` comes once, when it is known that there is such an
   * image: what fails before that can still be answered with an error instead of a stream.
   *
   * @throws the codes of `runtime/errors/areas/registry.ts`
   */
  fetch(request: FetchRequest): AsyncGenerator<PullEvent, FetchedImage, void>;
}
