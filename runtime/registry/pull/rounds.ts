import { failureKind, retryAfterMs } from '../source-failure.ts';
import type { Source } from '../source.ts';

/** The first pause between two rounds of attempts; it doubles with each round. */
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** A source that wants to be left alone for longer is not waited for. */
const longestRetryAfterMs = 120_000;

/** What decides about another round. */
export interface RoundOptions {
  /** The sources of the last round, with their errors. */
  readonly failed: ReadonlyMap<Source, unknown>;
  /** Rounds that have failed. */
  readonly rounds: number;
  /** Rounds in all. */
  readonly attempts: number;
  readonly nowMs: number;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * How long to wait before all sources are asked once more; `undefined` when that is pointless. With jitter, so that many
 * hosts that failed at the same moment do not come back at the same moment.
 */
export function pauseBeforeRound(options: RoundOptions): number | undefined {
  const { failed, rounds, attempts, nowMs, random } = options;
  if (rounds >= attempts) return undefined;
  const pauses = [...failed].flatMap(([source, error]): readonly number[] => {
    const kind = failureKind(error);
    // Nobody is there: that does not change within seconds, and whoever mistyped a name should not have to wait.
    if (kind === 'down') return source.hasAnswered ? [0] : [];
    return kind === 'busy' ? [retryAfterMs(error, nowMs) ?? 0] : [];
  });
  if (pauses.length === 0) return undefined;
  const asked = Math.min(...pauses);
  if (asked > longestRetryAfterMs) return undefined;
  const backoff = Math.min(firstPauseMs * 2 ** (rounds - 1), longestPauseMs);
  return Math.max(asked, backoff * (0.5 + random() / 2));
}
