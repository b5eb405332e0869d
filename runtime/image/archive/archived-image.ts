import type { Descriptor } from '../manifest.ts';
import type { ReceivedBlob } from '../received-blob.ts';
import type { Reference } from '../reference.ts';

/** An image that was found in an archive. */
export interface ArchivedImage {
  /** Its manifest, as index.json will have it. */
  readonly descriptor: Descriptor;
  readonly names: readonly Reference[];
  /** What has to go into the store for it, the manifest included. What the store had already is not among it. */
  readonly blobs: readonly ReceivedBlob[];
}
