import type { Clock } from '../../host/clock.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { PartialBlob } from '../../image/partial-blob.ts';
import { BlobRace } from './blob-race.ts';
import { pauseBeforeRound } from './rounds.ts';
import { failureKind } from '../source-failure.ts';
import type { SourceScores } from '../source-scores.ts';
import { allSourcesFailed } from '../sources-error.ts';
import type { Source } from '../source.ts';

/** What downloads have in common. `attempts` may change between two rounds. */
export interface DownloadTools {
  readonly clock: Clock;
  readonly scores: SourceScores;
  /** 0 to 1. */
  readonly random: () => number;
  /** `max-download-attempts`: rounds over all sources. */
  attempts: number;
}

/** What `fillBlob` needs. */
export interface FillOptions {
  readonly descriptor: Descriptor;
  readonly partial: PartialBlob;
  readonly tools: DownloadTools;
  /** Whom to ask now, best first; it may change from one call to the next. */
  readonly sources: () => readonly Source[];
  readonly onWritten: (source: Source, fromBytes: number) => void;
  readonly onFailed: (source: Source, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** With so much of what was missing a failed attempt was not in vain, and does not count as one. */
const worthwhilePart = 1 / 4;

/**
 * Gets all bytes of a blob that are missing: from the best source, and when it fails, from the next one, which goes on
 * where the other stopped. When all have failed, they are asked again after a pause, as often as attempts are allowed.
 *
 * @throws The error of the sources when all attempts are used up, the signal's reason, IMAGE_STORE_UNWRITABLE
 */
export async function fillBlob(options: FillOptions): Promise<void> {
  const { descriptor, partial, tools, sources, signal } = options;
  const failed = new Map<Source, unknown>();
  /** They will not have it later either. */
  const out = new Map<Source, unknown>();
  const onFailed = (source: Source, error: unknown): void => {
    const kind = failureKind(error);
    (kind === 'down' || kind === 'busy' ? failed : out).set(source, error);
    options.onFailed(source, error);
  };
  let rounds = 0;
  const left = (): readonly Source[] =>
    sources().filter((source) => !failed.has(source) && !out.has(source));
  while (partial.bytes < descriptor.size) {
    signal.throwIfAborted();
    const [best] = left();
    if (best === undefined) {
      rounds += 1;
      const { clock, random, attempts } = tools;
      const pauseMs = pauseBeforeRound({ failed, rounds, attempts, nowMs: clock.now(), random });
      if (pauseMs === undefined) throw allSourcesFailed([...out, ...failed]);
      await clock.sleep(pauseMs, signal);
      failed.clear();
      continue;
    }
    const missingBytes = descriptor.size - partial.bytes;
    const race = new BlobRace(best, {
      ...{ descriptor, partial, signal, clock: tools.clock, scores: tools.scores },
      others: (running) => left().filter((source) => !running.has(source)),
      onWritten: options.onWritten,
      onFailed,
    });
    try {
      await race.run();
    } catch (error) {
      if (signal.aborted || failureKind(error) === 'own') throw error;
      // Those that have failed in this round get another chance: what they do not have is less now.
      if (missingBytes - (descriptor.size - partial.bytes) >= missingBytes * worthwhilePart) {
        rounds = 0;
        if (left().length === 0) failed.clear();
      }
    }
  }
}
