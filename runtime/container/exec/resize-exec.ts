import { BerthError } from '../../errors/berth-error.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { TerminalSize } from '../lifecycle/resize-terminal.ts';
import { requireRunning } from './exec-container.ts';
import type { Exec } from './exec.ts';

/** How long Docker waits for an exec to be started: its clients ask at once. */
const patienceMs = 10_000;

/**
 * Gives the terminal of an exec another size; waits for a start that is under way.
 *
 * @throws CONTAINER_NOT_RUNNING, EXEC_NOT_STARTED
 */
export async function resizeExec(
  state: EngineState,
  exec: Exec,
  size: TerminalSize,
): Promise<void> {
  requireRunning(exec.container);
  const { clock } = state.ports;
  const late = new AbortController();
  const waited = clock.sleep(patienceMs, late.signal);
  // The loser of the race is aborted, and that is no error.
  waited.catch(() => undefined);
  await Promise.race([exec.started.promise, waited]);
  late.abort();
  if (exec.session) {
    exec.session.resize(size);
    return;
  }
  const ended = exec.phase === 'ended';
  throw new BerthError(ended ? 'EXEC_NOT_STARTED' : 'EXEC_START_AWAITED', {
    message: ended ? 'exec process is not started' : 'timeout waiting for exec session ready',
    remedy: 'Start the exec instance first.',
    details: { exec: exec.id },
  });
}
