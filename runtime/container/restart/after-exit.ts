import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerExit } from '../model/container-state.ts';
import { wantsRestart } from './restart-policy.ts';

/** What becomes of a container whose program has ended. */
export type AfterExit =
  | { readonly kind: 'stay' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'restart'; readonly delayMs: number };

/** Decides it. Within the container's queue, once for each end. */
export function afterExit(
  { restarts }: EngineState,
  container: Container,
  exit: ContainerExit,
): AfterExit {
  const { record } = container;
  // Whoever ended it to start it again does so: `docker restart`.
  if (record.pending !== undefined) return { kind: 'stay' };
  if (restarts.open && !record.restartCancelled && wantsRestart(record, exit.exitCode)) {
    const ranMs = exit.finishedAt - record.state.startedAt;
    return { kind: 'restart', delayMs: restarts.nextDelay(container, ranMs) };
  }
  return { kind: record.hostConfig.AutoRemove ? 'remove' : 'stay' };
}
