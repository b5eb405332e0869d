import { BerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import { parseSignal, SIGKILL, SIGTERM } from '../model/signals.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { endsWithin, killContainer, sendSignal } from './kill-container.ts';
import { startContainer } from './start-container.ts';
import { waitFor } from './wait-for.ts';

/** Seconds that Docker gives a program to end by itself. */
const defaultTimeoutSeconds = 10;

/** How to stop a container; what is left out comes from the container's configuration. */
export interface StopOptions {
  /** Name or number. */
  readonly signal?: string | undefined;
  /** Seconds until SIGKILL; a negative number waits for ever. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Asks the program to end, and ends it when it does not.
 *
 * @throws CONTAINER_ALREADY_IN_STATE it does not run; SIGNAL_INVALID, CONTAINER_WILL_NOT_DIE
 */
export async function stopContainer(
  state: EngineState,
  container: Container,
  options: StopOptions,
): Promise<void> {
  if (!isLive(container.record.state)) {
    throw new BerthError('CONTAINER_ALREADY_IN_STATE', {
      message: 'container is already stopped',
      details: { status: container.record.state.status },
    });
  }
  await endProgram(state, container, options);
  state.announce(container, 'stop');
}

/**
 * Stops a container when it runs, and starts it.
 *
 * @throws what `stopContainer` and `startContainer` throw, except CONTAINER_ALREADY_IN_STATE
 */
export async function restartContainer(
  state: EngineState,
  container: Container,
  options: StopOptions,
): Promise<void> {
  if (options.signal !== undefined) parseSignal(options.signal);
  container.restarting = true;
  try {
    if (isLive(container.record.state)) await endProgram(state, container, options);
    await startContainer(state, container);
  } finally {
    container.restarting = false;
  }
  state.announce(container, 'restart');
}

async function endProgram(
  state: EngineState,
  container: Container,
  options: StopOptions,
): Promise<void> {
  const { config } = container.record;
  const named = options.signal ?? config.StopSignal;
  const signal = named === '' ? SIGTERM : parseSignal(named);
  const seconds = options.timeoutSeconds ?? config.StopTimeout ?? defaultTimeoutSeconds;
  sendSignal(state, container, signal);
  if (seconds < 0) {
    await waitFor(container, 'not-running');
    return;
  }
  if (await endsWithin(container, state.ports.clock, seconds * 1000)) return;
  await killContainer(state, container, SIGKILL);
}
