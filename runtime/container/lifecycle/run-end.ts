import type { Clock } from '../../host/clock.ts';
import type { MonitorConnection } from '../ports.ts';
import type { Container } from './container.ts';

/**
 * Waits until one run of a container has ended and its end is recorded, whatever came after it.
 *
 * @throws the signal's reason, when it is aborted
 */
export async function runEnd(
  container: Container,
  run: MonitorConnection,
  signal?: AbortSignal,
): Promise<void> {
  if (container.connection !== run) return;
  await container.turns.next(({ kind }) => kind === 'exited' || kind === 'removed', signal);
}

/** Whether one run of a container ends within a time. */
export async function runEndsWithin(
  container: Container,
  run: MonitorConnection,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<boolean> {
  const done = new AbortController();
  const ended = runEnd(container, run, done.signal).then(() => true);
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
