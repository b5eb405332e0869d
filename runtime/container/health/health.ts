/** What one probe came to. */
export interface ProbeResult {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** 0: healthy; -1: it took too long, or could not be executed. */
  readonly exitCode: number;
  readonly output: string;
}

/** What is known of a container's health. Values are replaced, never changed. */
export interface Health {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  /** Failures in a row. */
  readonly failingStreak: number;
  /** The last few probes, oldest first. */
  readonly log: readonly ProbeResult[];
}

/** Docker's. */
const mostResults = 5;

/** The health of a container that has just been started; what was found before stays to be seen. */
export function startingHealth(before: Health | undefined): Health {
  return { status: 'starting', failingStreak: 0, log: before?.log ?? [] };
}

/** Docker's word for a container whose health nobody asks after any more, since it has ended. */
export function unwatchedHealth(before: Health): Health {
  return { ...before, status: 'unhealthy' };
}

/** What `afterProbe` goes by. */
export interface ProbeContext {
  readonly retries: number;
  readonly startPeriodMs: number;
  /** When the container was started, in milliseconds since 1970. */
  readonly startedAt: number;
}

/** Takes note of a probe. Until the first success, failures within the start period do not count. */
export function afterProbe(before: Health, result: ProbeResult, context: ProbeContext): Health {
  const log = [...before.log, result].slice(-mostResults);
  if (result.exitCode === 0) return { status: 'healthy', failingStreak: 0, log };
  const sinceStart = result.startedAt - context.startedAt;
  if (before.status === 'starting' && sinceStart < context.startPeriodMs) return { ...before, log };
  const failingStreak = before.failingStreak + 1;
  const status = failingStreak >= context.retries ? 'unhealthy' : before.status;
  return { status, failingStreak, log };
}
