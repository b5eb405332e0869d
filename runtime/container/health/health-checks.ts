import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { afterProbe, startingHealth, unwatchedHealth } from './health.ts';
import type { Health, ProbeResult } from './health.ts';
import { healthSettings } from './health-settings.ts';
import type { HealthSettings } from './health-settings.ts';
import { runProbe } from './run-probe.ts';

/** Begins to ask after the health of a container that runs, if it has a health check. */
export function startHealthChecks(state: EngineState, container: Container): void {
  const settings = healthSettings(container.record.config);
  if (settings === undefined || state.closed) return;
  container.healthChecks?.abort();
  const stop = new AbortController();
  container.healthChecks = stop;
  container.health = startingHealth(container.health);
  state.healthChecks.add(stop);
  watch(state, container, { settings, stop: stop.signal })
    .catch((problem: unknown) => {
      state.ports.report(problem);
    })
    .finally(() => {
      state.healthChecks.delete(stop);
    });
}

/** Asks no more: the container has ended or goes away. A probe that goes on is killed, and does not count. */
export function stopHealthChecks(container: Container): void {
  if (container.healthChecks === undefined) return;
  container.healthChecks.abort();
  container.healthChecks = undefined;
  if (container.health) container.health = unwatchedHealth(container.health);
}

interface Watch {
  readonly settings: HealthSettings;
  readonly stop: AbortSignal;
}

/** One probe after the other. */
async function watch(state: EngineState, container: Container, what: Watch): Promise<void> {
  const { settings, stop } = what;
  const { clock } = state.ports;
  while (!isOver(stop)) {
    const waitMs = interval(container, settings, clock.now());
    await clock.sleep(waitMs, stop).catch(() => undefined);
    // In a paused container nothing is executed.
    if (isOver(stop) || container.record.state.status !== 'running') continue;
    const result = await runProbe(state, container, what);
    if (!isOver(stop)) takeNote(state, container, { result, settings });
  }
}

/** A function, because what it looks at changes while others are waited for. */
function isOver(stop: AbortSignal): boolean {
  return stop.aborted;
}

function interval(container: Container, settings: HealthSettings, now: number): number {
  const { startedAt } = container.record.state;
  const starts =
    now - startedAt < settings.startPeriodMs && container.health?.status === 'starting';
  return starts ? settings.startIntervalMs : settings.intervalMs;
}

function takeNote(
  state: EngineState,
  container: Container,
  { result, settings }: { readonly result: ProbeResult; readonly settings: HealthSettings },
): void {
  state.counts.healthChecks += 1;
  if (result.exitCode !== 0) state.counts.failedHealthChecks += 1;
  const before: Health = container.health ?? startingHealth(undefined);
  const { startedAt } = container.record.state;
  const { retries, startPeriodMs } = settings;
  const health = afterProbe(before, result, { retries, startPeriodMs, startedAt });
  container.health = health;
  if (health.status !== before.status) state.announce(container, `health_status: ${health.status}`);
}
