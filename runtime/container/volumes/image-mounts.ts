import type { ContainerMount, ImageMount } from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { hasProgram } from '../model/container-state.ts';
import type { IdRemap } from '../ports.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { imageFolder } from '../store/container-paths.ts';

/** The images whose files a container has mounted. */
export function imagesOf(record: ContainerRecord): readonly ImageMount[] {
  return mountsOf(record).flatMap((mount) => (mount.kind === 'image' ? [mount.image] : []));
}

/**
 * Finds the images that a container in the making is to have mounted, and keeps their layers for as long as its folder is
 * there, whatever becomes of the images.
 *
 * @returns the mounts, with the images' layers
 * @throws IMAGE_NOT_FOUND, SNAPSHOT_MISSING, and what `ImageService.rootfsFor` throws
 */
export async function takeImages(
  { ports }: EngineState,
  { id, mounts = [] }: ContainerRecord,
): Promise<readonly ContainerMount[]> {
  const taken: ContainerMount[] = [];
  for (const mount of mounts) {
    if (mount.kind !== 'image') {
      taken.push(mount);
      continue;
    }
    const { image } = mount;
    const imageId = image.imageId ?? (await ports.images.inspect(image.name)).id;
    // One that another container has lent is there, even when it is no image any more.
    const chainId = image.chainId ?? (await ports.images.rootfsFor(imageId)).chainId;
    await ports.snapshots.holdLayers(id, chainId);
    taken.push({ kind: 'image', image: { ...image, imageId, chainId } });
  }
  return taken;
}

/**
 * Mounts the files of images where the container's mounts have their sources.
 * @param ids what its users stand for on the host; `undefined`: they are the host's
 * @throws SNAPSHOT_MISSING, SYSCALL_FAILED
 */
export async function mountImages(
  state: EngineState,
  { record }: Container,
  ids: IdRemap | undefined,
): Promise<void> {
  const { snapshots, volumeFiles } = state.ports;
  for (const chainId of new Set(imagesOf(record).map((image) => image.chainId))) {
    if (chainId === undefined) continue;
    const target = imageFolder(state.folder(record), chainId);
    // What a start that failed has left may have other ids.
    await volumeFiles.unmount(target);
    await volumeFiles.mountLayers({ layers: await snapshots.layersOf(chainId), target, ids });
  }
}

/** Takes them away again, unless the container runs with them. */
export async function unmountImages(state: EngineState, { record }: Container): Promise<void> {
  if (hasProgram(record.state)) return;
  for (const { chainId } of imagesOf(record)) {
    if (chainId === undefined) continue;
    const target = imageFolder(state.folder(record), chainId);
    await state.ports.volumeFiles.unmount(target).catch(state.ports.report);
  }
}
