import type { Clock } from '../../host/clock.ts';
import type { Runner } from './runner.ts';
import type { SourceScores } from '../source-scores.ts';
import type { Source } from '../source.ts';

/** What a `LeaderWatch` needs. */
export interface LeaderWatchOptions {
  readonly clock: Clock;
  readonly scores: SourceScores;
  readonly remainingBytes: () => number;
  readonly others: (running: ReadonlySet<Source>) => readonly Source[];
}

/** What is to be done about a race. */
export type RaceStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'challenge'; readonly source: Source }
  | { readonly kind: 'dismiss'; readonly why: 'stalled' | 'slower' };

/** How often to look. */
const intervalMs = 50;

/** A leader that is so many times slower than another one is known to be is challenged. */
const slowFactor = 4;
/** ... when there is enough left for that to matter, */
const worthChangingMs = 2_000;
/** ... and with this much left, also by one that nothing is known of. */
const worthTryingMs = 30_000;

/** Silent for so long, a connection is likely to be dead though nobody closed it: the same source may get another one. */
const deadConnectionMs = 10_000;

/** Decides when the leader of a race is challenged, and when the challenger has lost. */
export class LeaderWatch {
  readonly intervalMs = intervalMs;
  readonly #options: LeaderWatchOptions;
  /** Those that have been asked in this race. */
  readonly #tried = new Set<Source>();
  #window: { readonly startedAtMs: number; readonly bytes: number } | undefined;
  #rate: number | undefined;
  /** Bytes that the leader had received when it was challenged. */
  #leaderBytes = 0;
  #notBeforeMs = 0;
  #lostChallenges = 0;

  constructor(options: LeaderWatchOptions) {
    this.#options = options;
  }

  patienceMs({ source }: Runner): number {
    return this.#options.scores.patienceMs(source);
  }

  /** Another one leads now. */
  restart(): void {
    this.#window = undefined;
    this.#rate = undefined;
    this.#lostChallenges = 0;
  }

  /** A challenger failed by itself: another one need not wait. */
  challengerFailed(): void {
    this.#lostChallenges += 1;
    this.#notBeforeMs = 0;
  }

  look(leader: Runner, challenger: Runner | undefined): RaceStep {
    this.#tried.add(leader.source);
    this.#measure(leader);
    if (challenger !== undefined) return this.#lookAtContest(leader, challenger);
    if (this.#options.clock.now() < this.#notBeforeMs) return { kind: 'wait' };
    const source = this.#challengerOf(leader);
    if (source === undefined) return { kind: 'wait' };
    this.#tried.add(source);
    this.#leaderBytes = leader.receivedBytes;
    return { kind: 'challenge', source };
  }

  #lookAtContest(leader: Runner, challenger: Runner): RaceStep {
    const patience = this.patienceMs(challenger);
    if (leader.receivedBytes - this.#leaderBytes > challenger.heldBytes + contestLeadBytes) {
      this.#lostChallenges += 1;
      const pause = this.patienceMs(leader) * 2 ** this.#lostChallenges;
      this.#notBeforeMs = this.#options.clock.now() + pause;
      return { kind: 'dismiss', why: 'slower' };
    }
    if (challenger.silentMs < patience) return { kind: 'wait' };
    this.#notBeforeMs = 0;
    return { kind: 'dismiss', why: leader.silentMs < patience ? 'slower' : 'stalled' };
  }

  #challengerOf(leader: Runner): Source | undefined {
    const { others, remainingBytes, scores } = this.#options;
    const rest = others(this.#tried);
    const [best] = rest;
    const { silentMs } = leader;
    if (silentMs >= this.patienceMs(leader)) {
      // One that was slower before is better than one that is silent now.
      const [again] = best === undefined ? others(new Set([leader.source])) : [best];
      if (again !== undefined) return again;
      return silentMs >= deadConnectionMs * 2 ** this.#lostChallenges ? leader.source : undefined;
    }
    if (best === undefined || this.#rate === undefined) return undefined;
    const leftMs = (remainingBytes() * 1000) / Math.max(this.#rate, 1);
    const rate = scores.bytesPerSecond(best);
    if (rate === undefined) return leftMs > worthTryingMs ? best : undefined;
    return rate > this.#rate * slowFactor && leftMs > worthChangingMs ? best : undefined;
  }

  /** How fast the leader has been in the last while. */
  #measure(leader: Runner): void {
    const now = this.#options.clock.now();
    const bytes = leader.receivedBytes;
    this.#window ??= { startedAtMs: now, bytes };
    const ms = now - this.#window.startedAtMs;
    if (ms < this.patienceMs(leader)) return;
    this.#rate = ((bytes - this.#window.bytes) * 1000) / ms;
    this.#window = { startedAtMs: now, bytes };
  }
}

/** The leader keeps the lead when it has delivered so much more than its challenger. */
const contestLeadBytes = 64 * 1024;
