import { posix } from 'node:path';
import { processesBelow, withChildren } from '../cgroup/processes.ts';
import { systemClock } from '../host/clock.ts';
import { hasErrno } from '../host/files.ts';
import { removeCgroups, removeSharedCgroups } from '../launch/cgroups/remove-cgroups.ts';
import type { StoredCgroup } from './state/stored-state.ts';

/** The folder of a container in which its processes are looked for; a container is in all of its folders. */
function countedFolder({ freezer, folders }: StoredCgroup): string | undefined {
  return freezer === undefined ? folders[0] : posix.dirname(freezer.file);
}

/** The processes in a container's cgroups, also in those that it has made itself; by number. */
export async function processesIn(cgroup: StoredCgroup): Promise<readonly number[]> {
  const folder = countedFolder(cgroup);
  return folder === undefined ? [] : processesBelow(folder);
}

/**
 * Removes a container's cgroups and those it has made in them; waits for processes that are ending. Those above go with the
 * last container in them.
 * @returns those that stay, because somebody else is in them.
 */
export async function removeFolders({ folders }: StoredCgroup): Promise<readonly string[]> {
  const kept: string[] = [];
  const remove = async (folder: string): Promise<void> => {
    try {
      await removeCgroups(await withChildren(folder), systemClock);
    } catch (error) {
      if (!hasErrno(error, 'EBUSY')) throw error;
      kept.push(folder);
    }
  };
  await Promise.all(folders.map(remove));
  await removeSharedCgroups(folders);
  return kept;
}
