import type { ContainerRecord } from '../model/container-record.ts';
import { isLive } from '../model/container-state.ts';
import { parseSignal } from '../model/signals.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import type { SignalOptions } from './kill-container.ts';
import { startUnlessRunning } from './start-container.ts';
import { endProgram } from './stop-container.ts';
import type { StopOptions } from './stop-container.ts';

/**
 * Stops a container when it runs, and starts it. That this is intended is recorded first: whatever happens to berthd in
 * between, the other half is done. Two at the same time may share one half or both.
 *
 * @throws SIGNAL_INVALID, CONTAINER_WILL_NOT_DIE and what `startContainer` throws, except CONTAINER_ALREADY_IN_STATE
 */
export async function restartContainer(
  state: EngineState,
  container: Container,
  options: StopOptions,
): Promise<void> {
  if (options.signal !== undefined) parseSignal(options.signal);
  const only = await intend(state, container, options);
  if (only !== undefined) await firstHalf(state, container, { ...options, only });
  await startUnlessRunning(state, container);
  state.announce(container, 'restart');
}

/** Records it, for a container that has something to stop. Returns the run that is to be stopped, if so. */
function intend(
  state: EngineState,
  container: Container,
  { signal, timeoutSeconds }: StopOptions,
): Promise<SignalOptions['only']> {
  return container.queue.run(async () => {
    const { record } = container;
    if (!isLive(record.state)) return undefined;
    const pending = { operation: 'restart', signal, timeoutSeconds } as const;
    await state.save(container, { ...record, pending });
    return { run: container.connection };
  });
}

async function firstHalf(
  state: EngineState,
  container: Container,
  options: Parameters<typeof endProgram>[2],
): Promise<void> {
  const { pending } = container.record;
  try {
    await endProgram(state, container, options);
  } catch (error) {
    // It could not be stopped, so nobody is going to start it: its end, when it comes, is an end like any other.
    await container.queue.run(() => giveUp(state, container, pending));
    throw error;
  }
}

/** Takes the intent back, unless another restart has one of its own by now. */
async function giveUp(
  state: EngineState,
  container: Container,
  pending: ContainerRecord['pending'],
): Promise<void> {
  if (container.record.pending !== pending) return;
  await state.saveIfPossible(container, { ...container.record, pending: undefined });
}
