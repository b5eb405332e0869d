import type { Digest } from './digest.ts';
import type { ImageConfig, ImageRunConfig, Platform } from './image-config.ts';
import type { Descriptor } from './manifest.ts';

/** An image's id: the digest of its configuration, as `docker images --no-trunc` shows it. */
export type ImageId = Digest;

/** What `docker images` shows of one image. */
export interface ImageSummary {
  readonly id: ImageId;
  /** Names with a tag, in Docker's familiar form: `hello-world:latest`. Empty for a dangling image. */
  readonly repoTags: readonly string[];
  /** Names with a digest, in Docker's familiar form: `hello-world@sha256:...`. Only pulled images have them. */
  readonly repoDigests: readonly string[];
  /** When the image was built, in milliseconds since 1970; 0 when its configuration does not say. */
  readonly createdMs: number;
  /** Bytes of all files in all layers, unpacked. */
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What index.json has of it: the manifest, or the index of a copy for several platforms. */
  readonly descriptor: Descriptor;
}

/** What `docker inspect` shows of one image. */
export interface ImageDetails extends ImageSummary {
  /** Digest of the manifest that this host runs. */
  readonly manifestDigest: Digest;
  readonly platform: Platform;
  readonly author: string;
  readonly comment: string;
  /** How a container of this image runs, with the field names of the OCI specification (`Env`, `Cmd` ...). */
  readonly config: ImageRunConfig;
  /** DiffIDs, lowest layer first. */
  readonly layers: readonly Digest[];
  /** The whole configuration, parsed (OCI image-spec 1.1, config.md); unknown fields are kept. */
  readonly raw: ImageConfig;
}

/** What was loaded from an archive; `loadedMessage` renders it as Docker does. */
export type LoadedImage =
  | {
      readonly kind: 'tag';
      readonly reference: string;
      readonly id: ImageId;
      /** The image that had the name before, when it was another one. */
      readonly replaced?: ImageId | undefined;
    }
  | { readonly kind: 'id'; readonly id: ImageId };

/** The lines that `docker load` prints for one image, without the last newline. */
export function loadedMessage(loaded: LoadedImage): string {
  if (loaded.kind === 'id') return `Loaded image ID: ${loaded.id}`;
  const { reference, replaced } = loaded;
  const line = `Loaded image: ${reference}`;
  if (replaced === undefined) return line;
  return `The image ${reference} already exists, renaming the old one with ID ${replaced} to empty string\n${line}`;
}

/** One line of `docker rmi`'s answer, in the order in which things went. */
export type RemovedItem =
  | { readonly kind: 'untagged'; readonly reference: string }
  | { readonly kind: 'deleted'; readonly digest: Digest };

/** A container that stands in the way of removing its image. */
export interface ImageUser {
  readonly containerId: string;
  readonly imageId: ImageId;
  readonly running: boolean;
}

/** How `ImageService.remove` goes about it. */
export interface RemoveImageOptions {
  /** `always`: also with several names, or with stopped containers (`docker rmi -f`). */
  readonly force: 'never' | 'always';
  /** All containers of the engine: the images do not know them. */
  readonly users: readonly ImageUser[];
  /** Only when the image is one for this platform. */
  readonly platform?: Platform;
}

/** Chooses among images that are here for several platforms. */
export interface PlatformOption {
  /** The host's own, or the only one, when left out. */
  readonly platform?: Platform | undefined;
}

/** What a load reports as it goes: how much of a layer's blob has been unpacked, of how much. */
export interface LoadProgress {
  readonly layer: Digest;
  readonly readBytes: number;
  readonly totalBytes: number;
}

/** How `ImageService.load` goes about it. */
export interface LoadOptions extends PlatformOption {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** An image's layers as folders on this host. */
export interface ImageLayers {
  /** Identifies the stack of layers; `SnapshotStore.createContainer` takes it. */
  readonly chainId: Digest;
  /** Absolute paths of the unpacked layers, topmost first. */
  readonly lower: readonly string[];
}

/** An image as bytes in memory. */
export interface ImageBlobs {
  /** The name it gets, such as `hello-world:latest`. */
  readonly reference: string;
  /** Digest of the manifest, which is one of `blobs`. */
  readonly manifestDigest: Digest;
  /** Manifest, configuration and layers by digest. */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}
