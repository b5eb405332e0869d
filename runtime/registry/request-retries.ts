import { isBerthError } from '../errors/berth-error.ts';
import type { Clock } from '../host/clock.ts';

/** How a request that did not work is tried again. */
export interface RetryPolicy {
  /** Tries in all; 1 does not try again. */
  readonly attempts: number;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Which errors are worth another try; `isTransient` when left out. */
  readonly retryable?: (error: unknown) => boolean;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A registry that wants more patience than this gets none: whoever waits should hear of it. */
const mostPatienceMs = 60_000;

/** Statuses that may be another one the next time (RFC 9110, section 15). */
const transientStatuses: ReadonlySet<unknown> = new Set([408, 429, 500, 502, 503, 504]);

/** Connection errors that stay the same however often one tries: of certificates, and of bad addresses. */
const lastingCauses =
  /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_INVALID_|ERR_PROXY_INVALID)/;

/**
 * Reads Retry-After (RFC 9110, section 10.2.3): seconds, or a date.
 *
 * @returns Milliseconds from `nowMs` on, never less than 0; `undefined` for what is neither
 */
export function parseRetryAfter(header: string, nowMs: number): number | undefined {
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  // Date.parse accepts much that is no HTTP date, such as "2".
  const atMs = /\d{2}:\d{2}:\d{2}/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/**
 * How long to wait before the next try: what the registry asks for, else twice as long each time, less up to a half so
 * that many clients do not come back at once.
 *
 * @param attempt The try that failed; the first is 1.
 * @returns `undefined` when another try is of no use, or would have to wait for more than a minute
 */
export function retryDelayMs(
  error: unknown,
  attempt: number,
  { attempts, clock, random, retryable = isTransient }: RetryPolicy,
): number | undefined {
  if (attempt >= attempts || !retryable(error)) return undefined;
  const ownDelayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  const jitteredMs = ownDelayMs * (1 - random() / 2);
  const wanted = isBerthError(error) ? error.details['retryAfter'] : undefined;
  const wantedMs = typeof wanted === 'string' ? (parseRetryAfter(wanted, clock.now()) ?? 0) : 0;
  return wantedMs > mostPatienceMs ? undefined : Math.max(wantedMs, jitteredMs);
}

/** Whether another try may work out: connections that broke, and registries that are busy. */
export function isTransient(error: unknown): boolean {
  if (isBerthError(error, 'REGISTRY_UNREACHABLE')) return !isLasting(error.cause);
  return isBusy(error);
}

/** Whether a registry answered that it cannot just now. */
export function isBusy(error: unknown): boolean {
  return isBerthError(error) && transientStatuses.has(error.details['status']);
}

function isLasting(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && lastingCauses.test(code);
}

/** Runs `operation` until it works, as often as the policy lets it. Throws its last error. */
export async function withRetries<T>(operation: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      policy.signal?.throwIfAborted();
      const delayMs = retryDelayMs(error, attempt, policy);
      if (delayMs === undefined) throw error;
      await policy.clock.sleep(delayMs, policy.signal);
    }
  }
}
