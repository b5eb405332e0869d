import { isBerthError } from '../../errors/berth-error.ts';
import { pauseBeforeRound } from './rounds.ts';
import type { DownloadTools } from './blob-filler.ts';
import type { FetchedManifest } from '../repository-client.ts';
import { failureKind, stalled } from '../source-failure.ts';
import { allSourcesFailed } from '../sources-error.ts';
import type { Source } from '../source.ts';

/** What `fetchManifest` needs. */
export interface ManifestFetchOptions {
  readonly tools: DownloadTools;
  /** Whom to ask, best first. */
  readonly sources: () => readonly Source[];
  readonly onFailed: (source: Source, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A manifest, and who had it. */
export interface SourcedManifest extends FetchedManifest {
  readonly source: Source;
}

/**
 * Gets a manifest from the best source. One that fails is followed by the next; one that takes too long gets company by
 * the next, and who answers first counts. When all have failed, they are asked again after a pause.
 *
 * @param selector A tag or a digest.
 * @throws MANIFEST_UNKNOWN and the other codes of areas/registry.ts, the signal's reason
 */
export async function fetchManifest(
  selector: string,
  options: ManifestFetchOptions,
): Promise<SourcedManifest> {
  const { tools, signal } = options;
  const { clock, random, attempts } = tools;
  const out = new Map<Source, unknown>();
  for (let rounds = 1; ; rounds += 1) {
    const round = new Round(selector, {
      ...options,
      sources: () => options.sources().filter((source) => !out.has(source)),
    });
    const found = await round.run();
    signal.throwIfAborted();
    if (found !== undefined) return found;
    const failed = new Map<Source, unknown>();
    for (const [source, error] of round.failed) {
      const kind = failureKind(error);
      if (kind === 'own') throw error;
      (kind === 'down' || kind === 'busy' ? failed : out).set(source, error);
    }
    const pauseMs = pauseBeforeRound({ failed, rounds, attempts, nowMs: clock.now(), random });
    if (pauseMs === undefined) throw allSourcesFailed([...out, ...failed]);
    await clock.sleep(pauseMs, signal);
  }
}

/** All sources once. */
class Round {
  readonly failed = new Map<Source, unknown>();
  readonly #selector: string;
  readonly #options: ManifestFetchOptions;
  readonly #left: Source[];
  readonly #running = new Map<Source, number>();
  readonly #stop = new AbortController();
  readonly #found = Promise.withResolvers<SourcedManifest | undefined>();

  constructor(selector: string, options: ManifestFetchOptions) {
    this.#selector = selector;
    this.#options = options;
    this.#left = [...options.sources()];
  }

  async run(): Promise<SourcedManifest | undefined> {
    this.#next();
    try {
      return await this.#found.promise;
    } finally {
      this.#stop.abort(new Error('another source was faster'));
    }
  }

  /** Asks one more source; when nobody is left to ask or to wait for, the round is over. */
  #next(): void {
    const source = this.#left.shift();
    if (source !== undefined) void this.#ask(source);
    else if (this.#running.size === 0) this.#found.resolve(undefined);
  }

  async #ask(source: Source): Promise<void> {
    const { tools, onFailed, signal } = this.#options;
    const { clock, scores } = tools;
    const startedAtMs = clock.now();
    this.#running.set(source, startedAtMs);
    const both = AbortSignal.any([this.#stop.signal, signal]);
    void this.#askAnotherLater(source, both);
    try {
      const manifest = await source.manifest(this.#selector, both);
      if (both.aborted) return;
      scores.answered(source, clock.now() - startedAtMs);
      this.#running.delete(source);
      this.#blameStalled();
      this.#found.resolve({ ...manifest, source });
    } catch (error) {
      this.#running.delete(source);
      if (signal.aborted) this.#found.resolve(undefined);
      if (both.aborted) return;
      this.failed.set(source, error);
      if (isBerthError(error)) onFailed(source, error);
      if (failureKind(error) === 'own') this.#found.resolve(undefined);
      else this.#next();
    }
  }

  async #askAnotherLater(source: Source, signal: AbortSignal): Promise<void> {
    const { clock, scores } = this.#options.tools;
    try {
      await clock.sleep(scores.patienceMs(source), signal);
    } catch {
      return;
    }
    if (this.#running.has(source) && this.#left.length > 0) this.#next();
  }

  /** Those who were asked earlier than the one who answered, and have not. */
  #blameStalled(): void {
    const { tools, onFailed } = this.#options;
    for (const [source, startedAtMs] of this.#running) {
      const ms = tools.clock.now() - startedAtMs;
      if (ms >= tools.scores.patienceMs(source)) onFailed(source, stalled(source, ms));
    }
  }
}
