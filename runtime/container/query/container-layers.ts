import { isBerthError } from '../../errors/berth-error.ts';
import type { ContainerPorts } from '../ports.ts';

/** Folders of a container's read-only layers on the host, topmost first; none when they have gone. */
export async function containerLayers(
  { snapshots }: Pick<ContainerPorts, 'snapshots'>,
  { id }: { readonly id: string },
): Promise<readonly string[]> {
  try {
    const rootfs = await snapshots.containerRootfs(id);
    return rootfs.type === 'overlay' ? rootfs.lower : [];
  } catch (error) {
    if (isBerthError(error, 'SNAPSHOT_MISSING')) return [];
    throw error;
  }
}
