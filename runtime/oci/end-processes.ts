import { posix } from 'node:path';
import { BerthError } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import { isAlive } from '../host/process-identity.ts';
import { sendSignal } from '../host/send-signal.ts';
import { readTextIfExists } from '../host/files.ts';
import { launcherName } from '../syscall/launcher-name.ts';
import { processesIn } from './cgroup-folders.ts';
import { letDie } from './let-die.ts';
import type { StoredState } from './state/stored-state.ts';

const SIGKILL = 9;

const patienceMs = 10_000;
const pauseMs = 2;

/**
 * Kills every process of a container, and resolves when none is left: the first, which takes those in its pid namespace
 * along, and without one of its own whatever else is in its cgroups. With one, who is left there is not of the container:
 * another may have been given the same cgroup, or one below it.
 *
 * @throws OCI_CONTAINER_STATUS they do not end: a process may hang in the kernel.
 */
export async function endProcesses(state: StoredState): Promise<void> {
  const { process, phase, id } = state;
  const until = systemClock.now() + patienceMs;
  for (;;) {
    // In phase "creating" it is berth's own, which somebody else may be waiting for.
    const alive = phase === 'created' && (await isAlive(process));
    if (alive) sendSignal(process.pid, SIGKILL);
    const others = await othersOf(state);
    for (const pid of others) sendSignal(pid, SIGKILL);
    if (!alive && others.length === 0) return;
    await letDie(state, others);
    if (systemClock.now() > until) throw stillThere(id, alive ? [process.pid, ...others] : others);
    await systemClock.sleep(pauseMs);
  }
}

/** Processes of a container besides the first, as far as they are known by its cgroups. */
async function othersOf({
  phase,
  cgroup,
  id,
  sharesPids,
}: StoredState): Promise<readonly number[]> {
  if (phase === 'created' && !sharesPids) return [];
  const found = await processesIn(cgroup);
  if (phase === 'created' || cgroup.folders.every((folder) => posix.basename(folder).includes(id)))
    return found;
  // Of a cut-off `create`, and a cgroup that is not named after the container: what waits for the start is left of it, and who
  // else is there was there before.
  const waits = async (pid: number): Promise<boolean> =>
    (await readTextIfExists(`/proc/${pid}/comm`))?.trimEnd() === launcherName;
  const waiting = await Promise.all(found.map(waits));
  return found.filter((_pid, index) => waiting[index] === true);
}

function stillThere(id: string, pids: readonly number[]): BerthError {
  return new BerthError('OCI_CONTAINER_STATUS', {
    message: `container init still running: "${id}" has processes ${pids.join(', ')} that SIGKILL has not ended within 10 s`,
    remedy: 'Look at what they wait for in /proc/<pid>/stack, and try again later.',
    details: { id, pids },
  });
}
