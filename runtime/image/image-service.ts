import type { CommitOptions } from './image-commit.ts';
import type { ImageEvent } from './image-events.ts';
import type { HistoryEntry } from './image-history.ts';
import type { ImportOptions } from './image-import.ts';
import type { PruneOptions, PruneOutcome } from './image-prune.ts';
import type { PushOptions } from './image-push.ts';
import type { SaveOptions } from './image-save.ts';
import type { PushEvent } from './image-target.ts';
import type { LayerUsage } from './layer-sizes.ts';
import type { ManifestSummary } from './manifest-summary.ts';
import type {
  ImageId,
  ImageSummary,
  ImageDetails,
  LoadedImage,
  RemovedItem,
  RemoveImageOptions,
  PlatformOption,
  LoadOptions,
  ImageLayers,
  ImageBlobs,
} from './image-model.ts';
import type { PullOptions, PullEvent } from './pull-event.ts';

export { loadedMessage } from './image-model.ts';
export type {
  ImageId,
  ImageSummary,
  ImageDetails,
  LoadedImage,
  RemovedItem,
  ImageUser,
  RemoveImageOptions,
  PlatformOption,
  LoadProgress,
  LoadOptions,
  ImageLayers,
  ImageBlobs,
} from './image-model.ts';
export type { RegistryCredentials, PullOptions, PullEvent } from './pull-event.ts';

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

  /** Folders of the host with the files of an image's layers, topmost first; none when they are not all unpacked. */
  folders(image: Pick<ImageDetails, 'layers'>): Promise<readonly string[]>;

  /** @throws what `resolve` throws, PLATFORM_UNAVAILABLE, BLOB_CORRUPT */
  inspect(nameOrId: string, options?: PlatformOption): Promise<ImageDetails>;

  /** How an image came about, newest step first. @throws what `inspect` throws */
  history(nameOrId: string, options?: PlatformOption): Promise<readonly HistoryEntry[]>;

  /** The manifests that an image has, those of other platforms too. @throws what `resolve` throws */
  manifests(nameOrId: string): Promise<readonly ManifestSummary[]>;

  /** What the layers of all images take on the disk, and which they share. */
  usage(): Promise<LayerUsage>;

  /** Hears of what happens to images. The listener must not throw. Returns what ends that. */
  onEvent(listener: (event: ImageEvent) => void): () => void;

  /**
   * Loads all images of a `docker save` or OCI-layout archive (tar; also gzip or zstd), unpacks and names them.
   *
   * @throws IMAGE_ARCHIVE_INVALID, LAYER_INVALID, LAYER_DIFF_ID_MISMATCH, PLATFORM_UNAVAILABLE; then nothing of it is
   *   kept
   */
  load(archive: AsyncIterable<Uint8Array>, options?: LoadOptions): Promise<readonly LoadedImage[]>;

  /**
   * Writes images into an archive that `load`, `docker load` and skopeo read: an OCI layout and Docker's older one in
   * one. The same images give the same bytes. A name without a tag stands for all tags of its repository.
   *
   * @throws what `resolve` throws, PLATFORM_UNAVAILABLE, BLOB_MISSING, BLOB_CORRUPT, all from the iteration
   */
  save(names: readonly string[], options?: SaveOptions): AsyncIterable<Uint8Array>;

  /**
   * Makes an image with one layer of a tar archive, plain or compressed with gzip or zstd (`docker import`).
   *
   * @throws CONFIG_CHANGE_INVALID, COMPRESSION_UNSUPPORTED, TAR_INVALID, LAYER_INVALID; then nothing of it is kept
   */
  import(archive: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImageId>;

  /**
   * Pushes an image to the registry that its name tells, reporting as it goes: one tag, or all of a repository when the
   * name has none. The events' `layer` is the DiffID. Layers that are stored as they are get compressed first, and stay
   * so. Nothing happens until the events are read; leaving the loop early stops the push.
   *
   * @throws REFERENCE_INVALID, IMAGE_NOT_FOUND, and the codes of `runtime/errors/areas/registry.ts`, from the iteration
   */
  push(name: string, options?: PushOptions): AsyncIterable<PushEvent>;

  /** Removes images that no container needs. @throws IMAGE_IN_USE while another prune goes on */
  prune(options: PruneOptions): Promise<PruneOutcome>;

  /**
   * Downloads an image, unpacks and names it, reporting as it goes. Nothing happens until the events are read;
   * leaving the loop early stops the pull.
   *
   * @throws REFERENCE_INVALID, REGISTRY_UNREACHABLE, REGISTRY_UNAUTHORIZED, MANIFEST_UNKNOWN, PLATFORM_UNAVAILABLE,
   *   REGISTRY_DIGEST_MISMATCH and the other codes of `runtime/errors/areas/registry.ts`, from the iteration
   */
  pull(reference: string, options?: PullOptions): AsyncIterable<PullEvent>;

  /**
   * Makes an image with one more layer than another one has (`docker commit`).
   *
   * @throws IMAGE_NOT_FOUND, BLOB_CORRUPT, LAYER_INVALID, or what the layer's stream throws; then nothing of it is kept
   */
  commit(options: CommitOptions): Promise<ImageId>;

  /** Gives the image `source` the name `target` too. @throws what `resolve` throws, REFERENCE_INVALID */
  tag(source: string, target: string): Promise<void>;

  /**
   * Removes a name, and the image with its last name, as `docker rmi`.
   *
   * @throws what `resolve` throws, IMAGE_IN_USE (a container uses it, or an id with several repositories was
   *   given without `force`), PLATFORM_UNAVAILABLE
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
