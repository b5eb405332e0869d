import { folderBytes } from '../../host/folder-bytes.ts';
import type { ContainerPorts } from '../ports.ts';
import type { ContainerRecord } from '../model/container-record.ts';

/** What a container takes on the disk. */
export interface ContainerSize {
  /** Bytes of the files in the container's own layer. */
  readonly writableBytes: number;
  /** The same, and the image's. */
  readonly totalBytes: number;
}

/**
 * Measures a container. This reads every folder of its layer, so it is done only when asked for.
 *
 * @throws SNAPSHOT_MISSING, and what `ImageService.list` throws
 */
export async function containerSize(
  ports: Pick<ContainerPorts, 'images' | 'snapshots'>,
  record: ContainerRecord,
): Promise<ContainerSize> {
  const rootfs = await ports.snapshots.containerRootfs(record.id);
  const writableBytes = rootfs.type === 'overlay' ? await folderBytes(rootfs.upper) : 0;
  const images = await ports.images.list();
  const image = images.find(({ id }) => id === record.imageId);
  return { writableBytes, totalBytes: writableBytes + (image?.sizeBytes ?? 0) };
}
