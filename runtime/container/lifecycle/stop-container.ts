import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import { parseSignal, SIGKILL, SIGTERM } from '../model/signals.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { killContainer, sendSignal } from './kill-container.ts';
import type { SignalOptions } from './kill-container.ts';
import { runEnd, runEndsWithin } from './run-end.ts';

/** Seconds that Docker gives a program to end by itself. */
const defaultTimeoutSeconds = 10;

/** How to stop a container; what is left out comes from the container's configuration. */
export interface StopOptions {
  /** Name or number. */
  readonly signal?: string | undefined;
  /** Seconds until SIGKILL; a negative number waits for ever. */
  readonly timeoutSeconds?: number | undefined;
  /** Who wants it: somebody, unless it says otherwise. It decides what its restart policy does later. */
  readonly reason?: 'stop' | 'host-goes-down' | undefined;
}

/**
 * Asks the program to end, and ends it when it does not. One that waits to be started again no longer does.
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
}

/**
 * Asks the program to end, ends it when it does not, and says that it is stopped. That it has ended by itself meanwhile is
 * as good.
 *
 * @throws SIGNAL_INVALID, CONTAINER_WILL_NOT_DIE
 */
export async function endProgram(
  state: EngineState,
  container: Container,
  options: StopOptions & Pick<SignalOptions, 'only'>,
): Promise<void> {
  await signalAndWait(state, container, options);
  state.announce(container, 'stop');
}

async function signalAndWait(
  state: EngineState,
  container: Container,
  options: StopOptions & Pick<SignalOptions, 'only'>,
): Promise<void> {
  const { config } = container.record;
  const named = options.signal ?? config.StopSignal;
  const signal = named === '' ? SIGTERM : parseSignal(named);
  const reason = options.reason ?? 'stop';
  const seconds = options.timeoutSeconds ?? config.StopTimeout ?? defaultTimeoutSeconds;
  try {
    const run = await sendSignal(state, container, { signal, reason, only: options.only });
    if (run === undefined) return;
    if (seconds < 0) {
      await runEnd(container, run);
      return;
    }
    const { clock } = state.ports;
    if (await runEndsWithin(container, run, { clock, timeoutMs: seconds * 1000 })) return;
    await killContainer(state, container, { signal: SIGKILL, reason, only: { run } });
  } catch (error) {
    if (!isBerthError(error, 'CONTAINER_NOT_RUNNING')) throw error;
  }
}
