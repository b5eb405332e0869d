import type { Digest } from './digest.ts';
import type { RegistryCredentials } from './pull-event.ts';
import type { Descriptor } from './manifest.ts';
import type { Reference } from './reference.ts';

/** What is to be pushed: one image, whose blobs are as the registry is to have them (layers compressed). */
export interface PushRequest {
  /** Where to: repository and tag. Without a tag the manifest is pushed by its digest only. */
  readonly reference: Reference;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal | undefined;
  /** The manifest, as it is sent. */
  readonly manifest: {
    readonly digest: Digest;
    readonly bytes: Uint8Array;
    readonly mediaType: string;
  };
  /** Descriptor of the image's configuration. */
  readonly config: Descriptor;
  /** Descriptors of the layers, lowest first. One blob may occur more than once. */
  readonly layers: readonly Descriptor[];
  /** Reads a blob (a layer or the configuration) from a byte on. May be called again, after a broken connection. */
  readonly open: (digest: Digest, offsetBytes: number) => AsyncIterable<Uint8Array>;
  /** Repositories on the same registry that are known to have a blob, such as `library/ubuntu`; the best one first. */
  readonly mountCandidates: (digest: Digest) => readonly string[];
}

/** What a push reports as it goes. `layer` is the layer's blob digest. */
export type PushEvent =
  /** The registry answered and lets us push. Once, and first. `repository` in full: `docker.io/library/ubuntu`. */
  | { readonly status: 'started'; readonly repository: string }
  | { readonly status: 'layer-waiting'; readonly layer: Digest }
  /** The repository has it already. */
  | { readonly status: 'layer-exists'; readonly layer: Digest }
  /** The registry took it over from another repository (`library/ubuntu`). */
  | { readonly status: 'layer-mounted'; readonly layer: Digest; readonly from: string }
  | {
      readonly status: 'layer-uploading';
      readonly layer: Digest;
      readonly sentBytes: number;
      readonly totalBytes: number;
    }
  /** The connection broke or the registry was too busy; the upload goes on after `delayMs`. */
  | {
      readonly status: 'layer-retrying';
      readonly layer: Digest;
      readonly delayMs: number;
      readonly message: string;
    }
  | { readonly status: 'layer-pushed'; readonly layer: Digest }
  /** The last event of a push that worked; `sizeBytes` is that of the manifest. */
  | {
      readonly status: 'done';
      /** Empty for a push by digest. */
      readonly tag: string;
      readonly digest: Digest;
      readonly sizeBytes: number;
    };

/** Where images go to, as the images need it; `runtime/registry` has one. */
export interface ImageTarget {
  /**
   * Pushes an image, reporting as it goes. Nothing happens until the events are read; leaving the loop early stops
   * the push.
   *
   * @throws the codes of `runtime/errors/areas/registry.ts`, and what `open` throws
   */
  push(request: PushRequest): AsyncGenerator<PushEvent, void, void>;
}
