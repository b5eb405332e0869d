import type { Digest } from './digest.ts';
import type { Platform } from './image-config.ts';
import type { ImageId } from './image-model.ts';

/** User and password, or a token, for a registry (Docker's X-Registry-Auth). */
export type RegistryCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string }
  | { readonly kind: 'registry-token'; readonly token: string };

/** How `ImageService.pull` goes about it. */
export interface PullOptions {
  readonly credentials?: RegistryCredentials;
  /** Which image of an index; the host's own when left out. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** What a pull reports as it goes. `layer` is the layer's blob digest. */
export type PullEvent =
  /** There is such an image, and it is coming. Once; before it only `source-failed` is told. */
  | {
      readonly status: 'started';
      readonly reference: string;
      readonly tag: string;
      readonly repository: string;
    }
  /** A source (a mirror, or the registry itself) did not deliver; the next one is tried. */
  | {
      readonly status: 'source-failed';
      readonly source: string;
      readonly code: string;
      readonly message: string;
    }
  | { readonly status: 'resolved'; readonly source: string; readonly manifestDigest: Digest }
  | { readonly status: 'layer-waiting'; readonly layer: Digest }
  | { readonly status: 'layer-exists'; readonly layer: Digest }
  | {
      readonly status: 'layer-downloading';
      readonly layer: Digest;
      readonly receivedBytes: number;
      readonly totalBytes: number;
    }
  /** All bytes are there and right. `source` names who served them; several, joined by `, `, after a fail-over. */
  | { readonly status: 'layer-downloaded'; readonly layer: Digest; readonly source: string }
  /** How much of the blob has been unpacked, of how much. */
  | {
      readonly status: 'layer-extracting';
      readonly layer: Digest;
      readonly readBytes: number;
      readonly totalBytes: number;
    }
  | { readonly status: 'layer-complete'; readonly layer: Digest }
  /** The last event of a pull that worked. `digest` is what the name stands for: of the index, when there is one. */
  | {
      readonly status: 'done';
      readonly reference: string;
      readonly digest: Digest;
      readonly id: ImageId;
      readonly outcome: 'downloaded' | 'up-to-date';
    };
