import type { Health } from '../../container/health/health.ts';
import type { HealthConfig } from '../../container/model/container-config.ts';
import { goTime } from './go-time.ts';

/** `State.Health` of `docker inspect`, for those that have been asked after it. */
export function healthView(health: Health | undefined): Readonly<Record<string, unknown>> {
  if (health === undefined) return {};
  const log = health.log.map(({ startedAt, endedAt, exitCode, output }) => ({
    Start: goTime(startedAt),
    End: goTime(endedAt),
    ExitCode: exitCode,
    Output: output,
  }));
  return { Health: { Status: health.status, FailingStreak: health.failingStreak, Log: log } };
}

/** `Config.Healthcheck`; Go leaves out what is empty, and the whole where there is none. */
export function healthcheckView(health: HealthConfig | null): Readonly<Record<string, unknown>> {
  if (health === null) return { Healthcheck: undefined };
  const given = Object.entries(health).filter(([, value]) => value !== null && value !== 0);
  return { Healthcheck: Object.fromEntries(given) };
}
