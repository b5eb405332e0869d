import type { EngineState } from './engine-state.ts';

/** How long what has begun is waited for: starts take milliseconds, but for those that hang in the kernel. */
const patienceMs = 5000;

/** How long a log server may take for what is being sent to it: what was not taken by then comes a second time. */
const lastSendMs = 500;

/** Begins nothing from now on, and waits for the changes of state that have begun. */
export async function closeEngine(state: EngineState): Promise<void> {
  state.closed = true;
  for (const checks of state.healthChecks) checks.abort();
  const logs = endLogKeepers(state);
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
  await logs;
  await state.ports.networks.close();
}

async function endLogKeepers(state: EngineState): Promise<void> {
  const keepers = state.index.all().flatMap(({ logKeeper }) => logKeeper ?? []);
  for (const keeper of keepers) keeper.stop();
  const done = new AbortController();
  const late = state.ports.clock.sleep(lastSendMs, done.signal).catch(() => undefined);
  await Promise.race([Promise.all(keepers.map(({ ended }) => ended)), late]);
  done.abort();
  for (const keeper of keepers) keeper.giveUp();
}
