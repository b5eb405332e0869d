import type { Digest } from './digest.ts';
import type { ImageConfig, ImageRunConfig, Platform } from './image-config.ts';

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
  | { readonly kind: 'tag'; readonly reference: string; readonly id: ImageId }
  | { readonly kind: 'id'; readonly id: ImageId };

/** The line that `docker load` prints for one image, without the newline. */
export function loadedMessage(loaded: LoadedImage): string {
  return loaded.kind === 'tag'
    ? `Loaded image: ${loaded.reference}`
    : `Loaded image ID: ${loaded.id}`;
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
}

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
  | { readonly status: 'layer-downloaded'; readonly layer: Digest }
  | { readonly status: 'layer-complete'; readonly layer: Digest }
  /** The last event of a pull that worked. `digest` is what the name stands for: of the index, when there is one. */
  | {
      readonly status: 'done';
      readonly reference: string;
      readonly digest: Digest;
      readonly id: ImageId;
      readonly outcome: 'downloaded' | 'up-to-date';
    };

/** An image's layers as folders on this host. */
export interface ImageLayers {
  /** Identifies the stack of layers; `SnapshotStore.createContainer` takes it. */
  readonly chainId: Digest;
  /** Absolute paths of the unpacked layers, topmost first. */
  readonly lower: readonly string[];
}

/** Images as the rest of the engine sees them. All methods may run at the same time. */
export interface ImageService {
  /** All images, newest first. */
  list(): Promise<readonly ImageSummary[]>;

  /**
   * Finds an image by Docker's rules: full id, name with tag or digest (tag `latest` when there is none), then a
   * unique prefix of an id's hex digits (with or without `sha256:`).
   *
   * @throws IMAGE_NOT_FOUND, IMAGE_ID_AMBIGUOUS, REFERENCE_INVALID
   */
  resolve(nameOrId: string): Promise<ImageId>;

  /** @throws what `resolve` throws, BLOB_CORRUPT */
  inspect(nameOrId: string): Promise<ImageDetails>;

  /**
   * Loads all images of a `docker save` or OCI-layout archive (tar; also gzip or zstd), unpacks and names them.
   *
   * @throws IMAGE_ARCHIVE_INVALID, LAYER_INVALID, LAYER_DIFF_ID_MISMATCH; then nothing of it is kept
   */
  load(
    archive: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly LoadedImage[]>;

  /**
   * Downloads an image, unpacks and names it, reporting as it goes. Nothing happens until the events are read;
   * leaving the loop early stops the pull.
   *
   * @throws REFERENCE_INVALID, REGISTRY_UNREACHABLE, REGISTRY_UNAUTHORIZED, MANIFEST_UNKNOWN, PLATFORM_UNAVAILABLE,
   *   REGISTRY_DIGEST_MISMATCH and the other codes of `runtime/errors/areas/registry.ts`, from the iteration
   */
  pull(reference: string, options?: PullOptions): AsyncIterable<PullEvent>;

  /** Gives the image `source` the name `target` too. @throws what `resolve` throws, REFERENCE_INVALID */
  tag(source: string, target: string): Promise<void>;

  /**
   * Removes a name, and the image with its last name, as `docker rmi`.
   *
   * @throws what `resolve` throws, IMAGE_IN_USE (a container uses it, or an id with several repositories was
   *   given without `force`)
   */
  remove(nameOrId: string, options: RemoveImageOptions): Promise<readonly RemovedItem[]>;

  /**
   * The image's layers as folders, unpacked when they are not yet (after a power cut, or an image copied in by
   * skopeo).
   *
   * @throws IMAGE_NOT_FOUND, BLOB_CORRUPT, LAYER_INVALID, LAYER_DIFF_ID_MISMATCH
   */
  rootfsFor(id: ImageId): Promise<ImageLayers>;

  /**
   * Puts an image that berth made itself (hello-world) into the store, under its name. Cheap when it is there.
   *
   * @throws REFERENCE_INVALID, BLOB_CORRUPT
   */
  importImage(image: ImageBlobs): Promise<ImageId>;
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
