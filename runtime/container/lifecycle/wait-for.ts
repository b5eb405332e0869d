import { isLive } from '../model/container-state.ts';
import type { Container } from './container.ts';

/** Until when to wait (Docker Engine API 1.51, `POST /containers/{id}/wait`). */
export const waitConditions = ['not-running', 'next-exit', 'removed'] as const;

/** One of `waitConditions`. */
export type WaitCondition = (typeof waitConditions)[number];

/**
 * Waits for a container and gives its exit code. Registers before it returns, so that nothing that happens afterwards
 * is missed.
 *
 * @throws the signal's reason, when it is aborted
 */
export async function waitFor(
  container: Container,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<number> {
  if (condition === 'not-running' && !isLive(container.record.state)) {
    return container.record.state.exitCode;
  }
  const turn = await container.turns.next(
    ({ kind }) => kind === 'removed' || (kind === 'exited' && condition !== 'removed'),
    signal,
  );
  return turn.kind === 'exited' || turn.kind === 'removed' ? turn.exitCode : 0;
}
