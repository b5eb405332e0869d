import { becomesFrozen } from '../../cgroup/freezer.ts';
import { exists, readTextIfExists } from '../../host/files.ts';
import { isAlive } from '../../host/process-identity.ts';
import { launcherName } from '../../syscall/launcher-name.ts';
import type { ContainerFolder } from './container-folder.ts';
import type { StoredState } from './stored-state.ts';

/** What a container is doing: the specification's four (runtime.md, "State") and runc's `paused`. */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/** Finds out what a container is doing now. A process that got the pid of one that ended is not taken for it. */
export async function statusOf(folder: ContainerFolder, state: StoredState): Promise<Status> {
  if (!(await isAlive(state.process))) return 'stopped';
  if (state.phase === 'creating') return 'creating';
  const { freezer } = state.cgroup;
  if (freezer !== undefined && (await becomesFrozen(freezer))) return 'paused';
  return (await waitsAtGate(folder, state)) ? 'created' : 'running';
}

/** The gate alone does not say so: who has opened it may have died before taking it away. */
async function waitsAtGate(folder: ContainerFolder, { process }: StoredState): Promise<boolean> {
  if (!(await exists(folder.gate))) return false;
  const name = await readTextIfExists(`/proc/${process.pid}/comm`);
  return name?.trimEnd() === launcherName;
}
