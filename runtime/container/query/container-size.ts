import { join } from 'node:path';

import { lstat, orIfMissing, readdir } from '../../host/files.ts';
import type { ContainerPorts } from '../ports.ts';
import type { ContainerRecord } from '../model/container-record.ts';

/** What a container takes on the disk. */
export interface ContainerSize {
  /** Bytes of the files in the container's own layer. */
  readonly writableBytes: number;
  /** The same, and the image's. */
  readonly totalBytes: number;
}

/** Bytes of all regular files in a folder; a file with several names counts once. The folder may be in use. */
async function folderBytes(folder: string, counted = new Set<number>()): Promise<number> {
  const names = await orIfMissing(readdir(folder), []);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await orIfMissing(lstat(path), undefined);
      if (found === undefined) return 0;
      if (found.isDirectory()) return folderBytes(path, counted);
      if (!found.isFile() || counted.has(found.ino)) return 0;
      counted.add(found.ino);
      return found.size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
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
