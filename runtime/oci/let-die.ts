import { posix } from 'node:path';
import { isThawed, thaw } from '../cgroup/freezer.ts';
import { hasErrno, writeExisting } from '../host/files.ts';
import { membersOf } from './own-processes.ts';
import type { StoredState } from './state/stored-state.ts';

/**
 * Lets processes end that were killed: with cgroup v1 what is frozen does not even die. A cgroup with others in it stays
 * frozen, since whoever has paused those counts on it: the container's processes are moved out of it, which lets them go on.
 * With v2 they die where they are (cgroup-v2.rst, "cgroup.freeze").
 *
 * @param killed who they are, where the container's first process is not known yet.
 */
export async function letDie(state: StoredState, killed: readonly number[] = []): Promise<void> {
  const { freezer } = state.cgroup;
  if (freezer === undefined || (await isThawed(freezer))) return;
  const { all, own: known } = await membersOf(state);
  const own = state.phase === 'created' ? known : killed;
  if (own.length === 0) return;
  if (own.length === all.length) {
    await thaw(freezer);
    return;
  }
  if (posix.basename(freezer.file) !== 'freezer.state') return;
  const above = posix.dirname(posix.dirname(freezer.file));
  for (const pid of own) await move(pid, `${above}/cgroup.procs`);
}

async function move(pid: number, file: string): Promise<void> {
  try {
    await writeExisting(file, String(pid));
  } catch (error) {
    // It has ended.
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}
