import { isBerthError } from '../../errors/berth-error.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/** Whether a container's processes are meant to stand still: it is paused, or somebody reads its files. */
export function standsStill({ record, stillFor }: Container): boolean {
  return record.state.status === 'paused' || stillFor > 0;
}

/**
 * Stops the processes of a container. Runs within its queue.
 *
 * @throws CGROUP_UNAVAILABLE, CGROUP_FREEZE_TIMEOUT, CONTAINER_NOT_RUNNING
 */
export async function stopProcesses(state: EngineState, container: Container): Promise<void> {
  await state.ports.runtime.cgroups.freeze(cgroupPlaceOf(container.record));
}

/** Lets them go on, unless somebody else has stopped them, too. Runs within the container's queue. */
export async function letProcessesGo(state: EngineState, container: Container): Promise<void> {
  if (standsStill(container)) return;
  await state.ports.runtime.cgroups.thaw(cgroupPlaceOf(container.record));
}

/**
 * Keeps the processes of a container from changing anything for as long as a task takes: a berthd that dies meanwhile
 * leaves no word of it, and the next lets them go on. One that does not run, or is paused already, is left as it is.
 * @param task hears whether they were stopped for it
 */
export async function whileStill<Result>(
  state: EngineState,
  container: Container,
  task: (holds: boolean) => Promise<Result>,
): Promise<Result> {
  const holds = await container.queue.run(() => hold(state, container));
  try {
    return await task(holds);
  } finally {
    if (holds) await container.queue.run(() => release(state, container));
  }
}

async function hold(state: EngineState, container: Container): Promise<boolean> {
  if (container.connection === undefined || container.dying) return false;
  if (container.record.state.status === 'paused') return false;
  container.stillFor += 1;
  try {
    if (container.stillFor === 1) await stopProcesses(state, container);
    return true;
  } catch (error) {
    container.stillFor -= 1;
    // It has ended just now: nobody changes anything.
    if (isBerthError(error, 'CONTAINER_NOT_RUNNING')) return false;
    if (!isBerthError(error, 'CGROUP_UNAVAILABLE')) throw error;
    // Better a little less sure than not at all: inside of a container there may be no freezer.
    state.ports.notice(`its processes go on meanwhile: ${error.message}`, {
      container: container.id,
    });
    return false;
  }
}

async function release(state: EngineState, container: Container): Promise<void> {
  container.stillFor -= 1;
  await letProcessesGo(state, container);
}
