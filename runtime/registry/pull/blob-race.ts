import { isBerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import type { PartialBlob } from '../../image/partial-blob.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { SerialQueue } from '../../image/serial-queue.ts';
import { LeaderWatch } from './leader-watch.ts';
import { registryError, toRegistryError } from '../registry-error.ts';
import { RangesUnknownError, Runner } from './runner.ts';
import { stalled } from '../source-failure.ts';
import type { SourceScores } from '../source-scores.ts';
import type { Source } from '../source.ts';

/** What a race for the rest of a blob needs. */
export interface BlobRaceOptions {
  readonly descriptor: Descriptor;
  /** Where the bytes go; the race begins at what it has. */
  readonly partial: PartialBlob;
  readonly clock: Clock;
  readonly scores: SourceScores;
  /** Whom to ask besides those that run now, best first. */
  readonly others: (running: ReadonlySet<Source>) => readonly Source[];
  /** Bytes of a source were written, from `fromBytes` up to what the file has now. */
  readonly onWritten: (source: Source, fromBytes: number) => void;
  /** A source failed; the race may go on with another. */
  readonly onFailed: (source: Source, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Whoever delivers this much first goes on; it is also the most that is thrown away. */
const contestBytes = 64 * 1024;

/** An answer that has no end after the last byte is not waited for longer. */
const endMs = 200;

/**
 * Gets the rest of a blob from one source, the leader. When that stalls, the best of the others starts at the same offset,
 * as its challenger: what the challenger sends is held back until it has delivered a piece sooner than the leader, then it
 * takes the lead and the old leader is given up.
 */
export class BlobRace {
  readonly #options: BlobRaceOptions;
  readonly #writes = new SerialQueue();
  readonly #end = Promise.withResolvers<undefined>();
  readonly #tasks = new Map<Runner, Promise<void>>();
  readonly #watch: LeaderWatch;
  readonly #stop = new AbortController();
  #leader: Runner;
  #challenger: Runner | undefined;

  constructor(first: Source, options: BlobRaceOptions) {
    this.#options = options;
    const { clock, scores, descriptor, partial, others } = options;
    this.#watch = new LeaderWatch({
      clock,
      scores,
      remainingBytes: () => descriptor.size - partial.bytes,
      others: (running) => others(running),
    });
    this.#leader = this.#runner(first, descriptor.size);
  }

  /**
   * Resolves when the file has all bytes, which are not verified then.
   *
   * @throws the error of the source that failed last, the signal's reason, IMAGE_STORE_UNWRITABLE
   */
  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    const abort = (): void => {
      this.#end.reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    this.#start(this.#leader);
    const watching = this.#watchLeader();
    try {
      await this.#end.promise;
      // The answer's end is next: a connection that is let go after it can be used again.
      const ending = this.#tasks.get(this.#leader) ?? Promise.resolve();
      await Promise.race([ending, clock.sleep(endMs, this.#stop.signal)]).catch(() => undefined);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stop.abort();
      this.#leader.stop();
      this.#challenger?.stop();
      await Promise.allSettled([watching, ...this.#tasks.values()]);
    }
  }

  #runner(source: Source, mostRepeatedBytes: number): Runner {
    const { descriptor, clock, scores } = this.#options;
    return new Runner({ source, descriptor, clock, scores, mostRepeatedBytes });
  }

  #start(runner: Runner): void {
    const task = runner
      .run(this.#options.partial.bytes, (chunk) => this.#take(runner, chunk))
      .catch((error: unknown) => {
        this.#lost(runner, error);
      });
    this.#tasks.set(runner, task);
  }

  /** Bytes of a runner have come. */
  async #take(runner: Runner, chunk: Uint8Array): Promise<void> {
    if (runner === this.#leader) {
      await this.#writes.run(() => this.#write(runner, chunk));
      return;
    }
    runner.hold(chunk, this.#options.partial.bytes);
    if (runner.heldBytes >= contestBytes || runner.isAtEnd) await this.#promote(runner);
  }

  async #write(runner: Runner, chunk: Uint8Array): Promise<void> {
    // Written by the old leader after it was given up, they would come twice.
    if (runner !== this.#leader) return;
    const { partial, descriptor, onWritten } = this.#options;
    const fromBytes = partial.bytes;
    const fresh = runner.advance(chunk, fromBytes);
    if (fresh.byteLength > 0) {
      await partial.write(fresh);
      onWritten(runner.source, fromBytes);
    }
    if (partial.bytes === descriptor.size) this.#end.resolve(undefined);
  }

  /** The challenger takes the lead. */
  async #promote(runner: Runner): Promise<void> {
    if (runner !== this.#challenger) return;
    const loser = this.#leader;
    this.#leader = runner;
    this.#challenger = undefined;
    this.#watch.restart();
    const { silentMs } = loser;
    loser.stop();
    if (silentMs >= this.#watch.patienceMs(loser)) this.#stalled(loser, silentMs);
    await this.#writes.run(async () => {
      for (const chunk of runner.release()) await this.#write(runner, chunk);
    });
  }

  #lost(runner: Runner, cause: unknown): void {
    if (runner.isStopped || this.#stop.signal.aborted) return;
    const { signal, descriptor, onFailed } = this.#options;
    const error = toError(cause, runner.source, descriptor, signal);
    if (isBerthError(error, 'IMAGE_STORE_UNWRITABLE')) {
      this.#end.reject(error);
      return;
    }
    // No fault of its own: as the only one left it may yet be asked for all of it.
    if (!(cause instanceof RangesUnknownError)) onFailed(runner.source, error);
    if (runner === this.#challenger) {
      this.#challenger = undefined;
      this.#watch.challengerFailed();
    } else if (this.#challenger === undefined) {
      this.#end.reject(error);
    } else {
      this.#promote(this.#challenger).catch((problem: unknown) => {
        this.#end.reject(problem);
      });
    }
  }

  /** Of two connections to the same source one may stall: that is the network's fault. */
  #stalled({ source }: Runner, silentMs: number): void {
    if (source !== this.#leader.source) this.#options.onFailed(source, stalled(source, silentMs));
  }

  async #watchLeader(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      try {
        await clock.sleep(this.#watch.intervalMs, signal);
      } catch {
        return;
      }
      const step = this.#watch.look(this.#leader, this.#challenger);
      if (step.kind === 'challenge') {
        this.#challenger = this.#runner(step.source, contestBytes);
        this.#start(this.#challenger);
      } else if (step.kind === 'dismiss') {
        const dismissed = this.#challenger;
        this.#challenger = undefined;
        if (dismissed !== undefined && step.why === 'stalled')
          this.#stalled(dismissed, dismissed.silentMs);
        dismissed?.stop();
      }
    }
  }
}

function toError(
  error: unknown,
  { source }: Source,
  { digest }: Descriptor,
  signal: AbortSignal,
): unknown {
  if (!isBerthError(error, 'CONTENT_MISMATCH'))
    return toRegistryError(error, `${source}/${digest}`, signal);
  return registryError(
    'REGISTRY_DIGEST_MISMATCH',
    `"${source}" delivered "${digest}" wrongly: ${error.message}`,
    error,
  );
}
