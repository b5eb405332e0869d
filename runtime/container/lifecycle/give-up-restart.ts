import { restartGivenUp } from '../model/container-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/**
 * Ends the wait of a container that was to be started again: it is then as if its program had just ended for good. Within
 * the container's queue.
 *
 * @param record what is known of it by now
 */
export async function giveUpRestart(
  state: EngineState,
  container: Container,
  record: ContainerRecord,
): Promise<void> {
  state.restarts.cancel(container);
  await state.saveIfPossible(container, { ...record, state: restartGivenUp(record.state) });
  container.turns.emit({ kind: 'exited', exitCode: record.state.exitCode });
}
