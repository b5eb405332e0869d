import type { Clock } from '../../runtime/host/clock.ts';
import { HttpConnections } from '../../runtime/host/http-request.ts';
import type { Candidate, Ranked } from './candidate.ts';
import { inOrder } from './order.ts';
import { runProbe } from './probe.ts';
import { transferSlots } from './slots.ts';
import { MirrorWeb } from './web/mirror-web.ts';
import { nameCheck, type NameCheckOptions } from './web/name-check.ts';
import { enoughKnown } from './web/probe-failure.ts';

/** What a ranking may take. */
export interface RaceLimits {
  /** All tests together, in milliseconds. */
  readonly deadlineMs: number;
  /** `first`: stop soon after some have proved themselves. `all`: give every one its time. */
  readonly until: 'first' | 'all';
}

/** What a ranking works with. */
export interface RaceOptions extends RaceLimits {
  readonly clock: Clock;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly names?: NameCheckOptions;
}

/** Under five seconds in all, with what starting and printing takes. */
export const defaultDeadlineMs = 4000;

/** Transfers at a time: more would measure each other. */
const slots = 3;
/** Of the deadline, for one transfer: so that one that drips does not keep the others from theirs. */
const transferShare = 0.35;
const transferLimitBytes = 64 * 1024 * 1024;

/**
 * How long the others still have, once so many are good: some times as long as those took, and some milliseconds more.
 * Three are enough for the puller to go on when one fails; one, when nobody else comes near it.
 */
const patience: Readonly<Record<number, { readonly factor: number; readonly extraMs: number }>> = {
  1: { factor: 3, extraMs: 1000 },
  3: { factor: 1, extraMs: 400 },
};

/**
 * Tests all mirrors at once and puts them in order. Whoever is not done by the deadline is judged by what it has shown.
 *
 * @throws the signal's reason.
 */
export async function race(
  candidates: readonly Candidate[],
  options: RaceOptions,
): Promise<readonly Ranked[]> {
  const { clock, signal, deadlineMs, until } = options;
  const connections = new HttpConnections();
  const stop = new AbortController();
  const judge = untilEnough(stop, { clock, isOn: until === 'first' });
  const watched = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(deadlineMs)]);
  const shared = transferSlots(slots);
  const names = nameCheck(options.names);
  const limitMs = deadlineMs * transferShare;
  try {
    const tested = await Promise.all(
      candidates.map(async ({ probe, ...candidate }): Promise<Ranked> => {
        const web = new MirrorWeb({ connections, signal: watched, names });
        const limits = { limitBytes: transferLimitBytes, limitMs };
        const verdict = await runProbe(probe, { web, slots: shared, limits });
        const ranked = { ...candidate, verdict, testedAtMs: clock.now() };
        judge(ranked);
        return ranked;
      }),
    );
    return inOrder(tested);
  } finally {
    stop.abort(enoughKnown);
    connections.close();
  }
}

/** Hears of each verdict, and stops the rest when enough of them are good. */
function untilEnough(
  stop: AbortController,
  { clock, isOn }: { readonly clock: Clock; readonly isOn: boolean },
): (tested: Ranked) => void {
  const begun = performance.now();
  let good = 0;
  return ({ verdict }) => {
    if (!isOn || verdict.standing !== 'good') return;
    good += 1;
    const left = patience[good];
    if (left === undefined) return;
    const wait = (performance.now() - begun) * left.factor + left.extraMs;
    clock.sleep(wait, stop.signal).then(
      () => {
        stop.abort(enoughKnown);
      },
      // Whoever stopped first was right.
      () => undefined,
    );
  };
}
