import type { Digest } from '../image/digest.ts';
import type { RootfsMount } from './rootfs-mount.ts';

/** Containers' root file systems as the domain sees them; made by `SnapshotStore.open`. */
export interface ContainerSnapshots {
  /**
   * Makes a container's writable layer over an image's layers, which `ImageService.rootfsFor` has unpacked: the
   * folders `<data-root>/containers/<id>/{upper,work}`, and a link `lower` that keeps the layers from being
   * collected for as long as it is there. The folder `<data-root>/containers/<id>` is made when it is missing.
   *
   * @throws SNAPSHOT_MISSING when the layers have been removed in the meantime
   */
  createContainer(containerId: string, chainId: Digest): Promise<RootfsMount>;

  /**
   * The root file system of a container that was created before, read from the disk: for a restarted berthd.
   *
   * @throws SNAPSHOT_MISSING
   */
  containerRootfs(containerId: string): Promise<RootfsMount>;

  /**
   * Keeps an image's layers for a container that is to have them mounted: by an empty folder
   * `<data-root>/containers/<id>/images/<ChainID>`, for as long as that is there.
   *
   * @throws SNAPSHOT_MISSING
   */
  holdLayers(containerId: string, chainId: Digest): Promise<void>;

  /** Folders of layers, topmost first. @throws SNAPSHOT_MISSING */
  layersOf(chainId: Digest): Promise<readonly string[]>;

  /** Removes what `createContainer` made; nothing happens when it is gone. The container must not be running. */
  removeContainer(containerId: string): Promise<void>;
}
