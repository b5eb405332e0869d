import type { EngineState } from './engine-state.ts';

/** How long what has begun is waited for: starts take milliseconds, but for those that hang in the kernel. */
const patienceMs = 5000;

/** Begins nothing from now on, and waits for the changes of state that have begun. */
export async function closeEngine(state: EngineState): Promise<void> {
  state.closed = true;
  for (const checks of state.healthChecks) checks.abort();
  for (const { logKeeper } of state.index.all()) logKeeper?.stop();
  const begun = [
    state.restarts.close(),
    ...state.index.all().map(({ queue }) => queue.run(() => Promise.resolve())),
  ];
  const done = new AbortController();
  const late = state.ports.clock.sleep(patienceMs, done.signal);
  // The loser of the race is aborted, and that is no error.
  late.catch(() => undefined);
  await Promise.race([Promise.all(begun), late]);
  done.abort();
}
