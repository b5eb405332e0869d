import { BerthError } from '../../errors/berth-error.ts';
import { paused, resumed } from '../model/container-state.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { requireStable } from './live-container.ts';
import { letProcessesGo, standsStill, stopProcesses } from './stand-still.ts';

/**
 * Stops all processes of a container where they are.
 *
 * @throws CONTAINER_NOT_RUNNING, CONTAINER_PAUSED it is already, CONTAINER_RESTARTING, CGROUP_UNAVAILABLE,
 *   CGROUP_FREEZE_TIMEOUT
 */
export function pauseContainer(state: EngineState, container: Container): Promise<void> {
  return container.queue.run(async () => {
    requireStable(container);
    const { record } = container;
    if (record.state.status === 'paused') throw alreadyPaused(container);
    // Who dies between the two leaves processes stopped that the record calls running: recover.ts lets them go.
    await stopProcesses(state, container);
    try {
      await state.save(container, { ...record, state: paused(record.state) });
    } catch (error) {
      await letProcessesGo(state, container);
      throw error;
    }
    state.announce(container, 'pause');
  });
}

/**
 * Lets the processes of a paused container go on.
 *
 * @throws CONTAINER_NOT_PAUSED
 */
export function unpauseContainer(state: EngineState, container: Container): Promise<void> {
  return container.queue.run(async () => {
    if (container.record.state.status !== 'paused') {
      throw new BerthError('CONTAINER_NOT_PAUSED', {
        message: `Container ${container.id} is not paused`,
        remedy: 'Nothing is to be done.',
        details: { container: container.id },
      });
    }
    await resume(state, container);
  });
}

/**
 * Lets a container go on that is to end: with cgroup v1 what stands still does not even die of SIGKILL. Whoever has it
 * stand still reads on. Runs within the container's queue.
 */
export async function resumeToEnd(state: EngineState, container: Container): Promise<void> {
  if (!standsStill(container)) return;
  await state.ports.runtime.cgroups.thaw(cgroupPlaceOf(container.record));
  const { record } = container;
  if (record.state.status !== 'paused') return;
  await state.saveIfPossible(container, { ...record, state: resumed(record.state) });
  state.announce(container, 'unpause');
}

/**
 * Makes processes and record agree when berthd finds a container that runs: the record says what clients were told, so a
 * pause that was cut short is undone, and one that others have undone is over.
 */
export async function settlePause(state: EngineState, container: Container): Promise<void> {
  const { cgroups } = state.ports.runtime;
  const { record } = container;
  const place = cgroupPlaceOf(record);
  const isThawed = await cgroups.isThawed(place);
  if (record.state.status !== 'paused' && !isThawed) await cgroups.thaw(place);
  if (record.state.status === 'paused' && isThawed) {
    await state.save(container, { ...record, state: resumed(record.state) });
  }
}

/** The record first: who dies between the two leaves processes stopped that the record calls running, as above. */
async function resume(state: EngineState, container: Container): Promise<void> {
  const { record } = container;
  await state.save(container, { ...record, state: resumed(record.state) });
  try {
    await letProcessesGo(state, container);
  } catch (error) {
    await state.save(container, record);
    throw error;
  }
  state.announce(container, 'unpause');
}

function alreadyPaused({ id }: Container): BerthError {
  return new BerthError('CONTAINER_PAUSED', {
    message: `Container ${id} is already paused`,
    remedy: 'Let it go on with "docker unpause".',
    details: { container: id },
  });
}
