import { exists, readTextIfExists } from '../../host/files.ts';
import { isAlive } from '../../host/process-identity.ts';
import type { ContainerFolder } from './container-folder.ts';
import type { StoredFreezer, StoredState } from './stored-state.ts';

/** What a container is doing: the specification's four (runtime.md, "State") and runc's `paused`. */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/** Finds out what a container is doing now. A process that got the pid of one that ended is not taken for it. */
export async function statusOf(folder: ContainerFolder, state: StoredState): Promise<Status> {
  if (!(await isAlive(state.process))) return 'stopped';
  if (state.phase === 'creating') return 'creating';
  const { freezer } = state.cgroup;
  if (freezer !== undefined && (await isFrozen(freezer))) return 'paused';
  return (await exists(folder.gate)) ? 'created' : 'running';
}

/** Whether all processes of the cgroup stand still. */
export async function isFrozen({ frozen }: StoredFreezer): Promise<boolean> {
  const text = await readTextIfExists(frozen.file);
  return text?.split('\n').includes(frozen.text) === true;
}
