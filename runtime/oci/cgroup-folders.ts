import { posix } from 'node:path';
import { systemClock } from '../host/clock.ts';
import { orIfMissing, readdir, readTextIfExists, writeExisting } from '../host/files.ts';
import { removeCgroups } from '../launch/remove-cgroups.ts';
import type { StoredCgroup, StoredFreezer } from './state/stored-state.ts';
import { isFrozen } from './state/status.ts';

/** The folder of a container in which its processes are looked for; a container is in all of its folders. */
function countedFolder({ freezer, folders }: StoredCgroup): string | undefined {
  return freezer === undefined ? folders[0] : posix.dirname(freezer.file);
}

/** A folder and all below it, those below first. */
async function withChildren(folder: string): Promise<readonly string[]> {
  const entries = await orIfMissing(readdir(folder, { withFileTypes: true }), []);
  const children = entries.filter((entry) => entry.isDirectory());
  const below = await Promise.all(children.map(({ name }) => withChildren(`${folder}/${name}`)));
  return [...below.flat(), folder];
}

/** The processes in a container's cgroups, also in those that it has made itself; by number. */
export async function processesIn(cgroup: StoredCgroup): Promise<readonly number[]> {
  const folder = countedFolder(cgroup);
  if (folder === undefined) return [];
  const lists = await Promise.all(
    (await withChildren(folder)).map((each) => readTextIfExists(`${each}/cgroup.procs`)),
  );
  const pids = lists.flatMap((list = '') => list.split('\n').filter(Boolean).map(Number));
  return [...new Set(pids)].sort((one, other) => one - other);
}

/** Removes a container's cgroups and those it has made in them; waits for processes that are ending. */
export async function removeFolders({ folders }: StoredCgroup): Promise<void> {
  for (const folder of folders) await removeCgroups(await withChildren(folder), systemClock);
}

/** Stops all processes, and resolves when they stand still. */
export async function freeze(freezer: StoredFreezer): Promise<void> {
  // With v1 a process that was forked meanwhile is only stopped by writing again.
  for (;;) {
    await writeExisting(freezer.file, freezer.freeze);
    if (await isFrozen(freezer)) return;
    await systemClock.sleep(1);
  }
}

/** Lets all processes go on. */
export async function thaw(freezer: StoredFreezer): Promise<void> {
  await orIfMissing(writeExisting(freezer.file, freezer.thaw), undefined);
}
