import { basename, join } from 'node:path';
import { hasErrno, listFolder, orIfMissing, readdir, rmdir } from '../../runtime/host/files.ts';
import { listMounts } from '../host/mounts.ts';
import { cgroupFolder } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/** Ids of the containers whose data lies in one of the data folders. */
export async function containerIds(
  host: ProvisionHost,
  dataFolders: readonly string[],
): Promise<readonly string[]> {
  const folders = dataFolders.filter((folder) => basename(folder) === 'containers');
  return (await Promise.all(folders.map((folder) => listFolder(host.path(folder))))).flat();
}

/**
 * Removes what is left of the control groups of stopped containers, in every hierarchy, and their common parent. The
 * monitors remove them as a rule; one that was killed cannot. Only those of the given containers: another daemon on
 * this kernel has its own in the same place. One with processes in it stays.
 */
export async function removeCgroups(ids: readonly string[]): Promise<void> {
  for (const { point, type } of await listMounts()) {
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const parent = join(point, cgroupFolder);
    for (const id of ids) await removeTree(join(parent, id));
    await removeOne(parent);
  }
}

/** The files of a cgroup are the kernel's: only the folders are removed, the innermost first. */
async function removeTree(folder: string): Promise<void> {
  for (const entry of await orIfMissing(readdir(folder, { withFileTypes: true }), [])) {
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  }
  await removeOne(folder);
}

async function removeOne(folder: string): Promise<void> {
  try {
    await orIfMissing(rmdir(folder), undefined);
  } catch (error) {
    // Processes or other groups are in it.
    if (!hasErrno(error, 'EBUSY', 'ENOTEMPTY')) throw error;
  }
}
