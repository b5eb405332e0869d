import { BerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import { isLive } from '../model/container-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { waitFor } from './wait-for.ts';

/** How long Docker waits for a process to be gone after SIGKILL. */
const killPatienceMs = 10_000;

/**
 * Sends a signal. With SIGKILL it waits until the program has ended.
 *
 * @throws CONTAINER_NOT_RUNNING, CONTAINER_WILL_NOT_DIE
 */
export async function killContainer(
  state: EngineState,
  container: Container,
  signal: number,
): Promise<void> {
  sendSignal(state, container, signal);
  if (signal === SIGKILL) await untilDead(container, state.ports.clock);
}

/** Sends a signal and does not wait. @throws CONTAINER_NOT_RUNNING */
export function sendSignal(state: EngineState, container: Container, signal: number): void {
  const { connection } = container;
  if (connection === undefined || !isLive(container.record.state)) {
    throw new BerthError('CONTAINER_NOT_RUNNING', {
      message: `container ${container.id} is not running`,
      remedy: 'Start it with "docker start".',
      details: { container: container.id },
    });
  }
  connection.signal(signal);
  state.announce(container, 'kill', { signal: String(signal) });
}

async function untilDead(container: Container, clock: Clock): Promise<void> {
  if (await endsWithin(container, clock, killPatienceMs)) return;
  throw new BerthError('CONTAINER_WILL_NOT_DIE', {
    message: `container ${container.id} did not end within ${killPatienceMs / 1000} seconds of SIGKILL`,
    remedy:
      'See what its processes wait for in /proc/<pid>/stack; a hung disk or network file system is the usual cause.',
    details: { container: container.id, pid: container.connection?.pid },
  });
}

/** Whether the program ends within a time. */
export async function endsWithin(
  container: Container,
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  const done = new AbortController();
  const ended = waitFor(container, 'not-running', done.signal).then(() => true);
  const late = clock.sleep(timeoutMs, done.signal).then(() => false);
  // The loser of the race is aborted, and that is no error.
  ended.catch(() => undefined);
  late.catch(() => undefined);
  try {
    return await Promise.race([ended, late]);
  } finally {
    done.abort();
  }
}
