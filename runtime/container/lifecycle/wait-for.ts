import { isLive } from '../model/container-state.ts';
import type { Container, LifecycleTurn } from './container.ts';

/** Until when to wait (Docker Engine API 1.51, `POST /containers/{id}/wait`). */
export const waitConditions = ['not-running', 'next-exit', 'removed'] as const;

/** One of `waitConditions`. */
export type WaitCondition = (typeof waitConditions)[number];

/** What waiting came to. */
export interface WaitResult {
  readonly exitCode: number;
  /** Why its last start or its removal did not work; empty when they did, and when the container is gone. */
  readonly error: string;
}

/**
 * Waits for a container. Registers before it returns, so that nothing that happens afterwards is missed. A removal that
 * fails ends the wait for it, with the reason.
 *
 * @throws the signal's reason, when it is aborted
 */
export async function waitFor(
  container: Container,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<WaitResult> {
  const { state } = container.record;
  if (condition === 'not-running' && !isLive(state)) {
    return { exitCode: state.exitCode, error: state.error };
  }
  const turn = await container.turns.next((each) => isAwaited(each, condition), signal);
  // Looked at after the turn: the reason is in the record. A removal that has worked takes it away (moby's State.SetRemoved).
  const error = turn.kind === 'removed' ? '' : container.record.state.error;
  return { exitCode: 'exitCode' in turn ? turn.exitCode : 0, error };
}

function isAwaited({ kind }: LifecycleTurn, condition: WaitCondition): boolean {
  if (kind === 'exited') return condition !== 'removed';
  return kind === 'removed' || kind === 'removal-failed';
}
