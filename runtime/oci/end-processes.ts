import { BerthError } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import { isAlive } from '../host/process-identity.ts';
import { sendSignal } from '../host/send-signal.ts';
import { processesIn, thaw } from './cgroup-folders.ts';
import type { StoredState } from './state/stored-state.ts';

const SIGKILL = 9;

const patienceMs = 10_000;
const pauseMs = 2;

/**
 * Kills every process of a container, and resolves when none is left: the first, which takes those in its pid namespace
 * along, and whatever else is in its cgroups.
 *
 * @throws OCI_CONTAINER_STATUS they do not end: a process may hang in the kernel.
 */
export async function endProcesses(state: StoredState): Promise<void> {
  const { process, phase, cgroup, id } = state;
  const until = systemClock.now() + patienceMs;
  for (;;) {
    // In phase "creating" it is berth's own, which somebody else may be waiting for.
    const alive = phase === 'created' && (await isAlive(process));
    if (alive) sendSignal(process.pid, SIGKILL);
    const others = await processesIn(cgroup);
    for (const pid of others) sendSignal(pid, SIGKILL);
    // What is frozen does not even die.
    if (cgroup.freezer) await thaw(cgroup.freezer);
    if (!alive && others.length === 0) return;
    if (systemClock.now() > until) throw stillThere(id, others);
    await systemClock.sleep(pauseMs);
  }
}

function stillThere(id: string, pids: readonly number[]): BerthError {
  return new BerthError('OCI_CONTAINER_STATUS', {
    message: `container init still running: "${id}" has processes ${pids.join(', ')} that SIGKILL has not ended within 10 s`,
    remedy: 'Look at what they wait for in /proc/<pid>/stack, and try again later.',
    details: { id, pids },
  });
}
