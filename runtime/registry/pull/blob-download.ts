import { isBerthError } from '../../errors/berth-error.ts';
import { ArrivingBlob } from '../../image/arriving-blob.ts';
import type { BlobStore } from '../../image/blob-store.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { fillBlob } from './blob-filler.ts';
import type { DownloadTools } from './blob-filler.ts';
import { registryError } from '../registry-error.ts';
import { Segments } from './segments.ts';
import { failureKind } from '../source-failure.ts';
import { allSourcesFailed } from '../sources-error.ts';
import type { Source } from '../source.ts';

/** What a `BlobDownload` needs. */
export interface BlobDownloadOptions {
  readonly descriptor: Descriptor;
  readonly blobs: BlobStore;
  readonly tools: DownloadTools;
  /** Whom to ask now, best first. */
  readonly sources: () => readonly Source[];
  readonly onBytes: (receivedBytes: number) => void;
  /** Also of a source that turned out to have sent wrong bytes. */
  readonly onFailed: (source: Source, error: unknown) => void;
}

/** Bytes that turned out wrong, kept until it is known who sent them. */
interface WrongBytes {
  readonly path: string;
  readonly segments: Segments<Source>;
}

/** Brings one blob into the store, from as many sources as it takes. */
export class BlobDownload {
  readonly blob: ArrivingBlob;
  readonly #options: BlobDownloadOptions;
  readonly #wrong: WrongBytes[] = [];
  /** Sources that have sent wrong bytes. */
  readonly #liars = new Map<Source, unknown>();
  /** Sources that have been asked for all of it, after bytes of several had turned out wrong. */
  readonly #askedAgain = new Set<Source>();
  #path: string;
  #segments = new Segments<Source>(0);

  constructor(options: BlobDownloadOptions) {
    const { descriptor, blobs } = options;
    this.#options = options;
    this.#path = blobs.partials.claim(descriptor.digest);
    this.blob = new ArrivingBlob({
      digest: descriptor.digest,
      sizeBytes: descriptor.size,
      path: this.#path,
    });
  }

  /** Where the bytes are. */
  get path(): string {
    return this.#path;
  }

  /** Names of those that the blob came from. */
  get servedBy(): readonly string[] {
    const sources = [...this.#segments.sources].filter((source) => source !== undefined);
    return [...new Set(sources.map(({ source }) => source))];
  }

  /**
   * Resolves when the blob is in the store. When the network failed, what has come is kept for the next download.
   *
   * @throws REGISTRY_DIGEST_MISMATCH when no source has the right bytes, the errors of the sources, the signal's reason,
   *   IMAGE_STORE_UNWRITABLE
   */
  async run(signal: AbortSignal): Promise<void> {
    const { descriptor, blobs } = this.#options;
    const { digest } = descriptor;
    try {
      if (await blobs.has(digest)) await blobs.partials.adopt(digest, this.#path);
      else await this.#download(signal);
      this.blob.wrote(descriptor.size);
      this.blob.whole();
    } catch (error) {
      const outcome = isWorthKeeping(error) ? 'keep' : 'remove';
      await blobs.partials.release(digest, this.#path, outcome);
      // Where there is no space, what other pulls have left half-done is the first to go.
      if (isBerthError(error, 'IMAGE_STORE_UNWRITABLE')) await blobs.partials.clear('all');
      this.blob.fail(error);
      throw error;
    } finally {
      for (const { path } of this.#wrong) await blobs.partials.release(digest, path, 'remove');
    }
  }

  async #download(signal: AbortSignal): Promise<void> {
    let team: readonly Source[] | undefined;
    for (;;) {
      const outcome = await this.#try(team, signal);
      if (outcome.kind === 'whole') break;
      if (outcome.kind === 'wrong') this.#suspect(outcome.error);
      team = this.#nextTeam();
      if (team === undefined) throw this.#finalError(outcome);
      for (const source of team) this.#askedAgain.add(source);
      if (outcome.kind === 'failed')
        await this.#options.blobs.partials.release(this.blob.digest, this.#path, 'remove');
      this.#path = this.#options.blobs.partials.claimNew(this.blob.digest);
      this.blob.supersede(this.#path);
    }
    await this.#findLiars();
  }

  /** Fills a file and verifies it. @param team Who may send it; `undefined` for all. */
  async #try(team: readonly Source[] | undefined, signal: AbortSignal): Promise<Outcome> {
    const { descriptor, blobs, tools, onBytes } = this.#options;
    const partial = await blobs.partials.open(descriptor.digest, this.#path, descriptor.size);
    try {
      this.#segments = new Segments(partial.bytes);
      this.blob.wrote(partial.bytes);
      await fillBlob({
        ...{ descriptor, partial, signal },
        // Others are left to ask: this one need not be waited for.
        tools: team === undefined ? tools : { ...tools, attempts: 1 },
        sources: () => this.#trusted().filter((source) => team?.includes(source) ?? true),
        onWritten: (source, fromBytes) => {
          this.#segments.add(source, fromBytes, partial.bytes);
          this.blob.wrote(partial.bytes);
          onBytes(partial.bytes);
        },
        onFailed: (source, error) => {
          if (failureKind(error) === 'wrong') this.#liars.set(source, error);
          this.#options.onFailed(source, error);
        },
      });
      this.blob.ended();
      await partial.finish();
      return { kind: 'whole' };
    } catch (error) {
      if (isBerthError(error, 'CONTENT_MISMATCH')) return { kind: 'wrong', error };
      if (team === undefined || signal.aborted || failureKind(error) === 'own') throw error;
      return { kind: 'failed', error };
    } finally {
      await partial.close();
    }
  }

  #trusted(): readonly Source[] {
    return this.#options.sources().filter((source) => !this.#liars.has(source));
  }

  /** All bytes came, and they are wrong. Who sent all of them is the one who lied; of several it is not known yet. */
  #suspect(cause: unknown): void {
    this.#wrong.push({ path: this.#path, segments: this.#segments });
    const [only, ...others] = this.#segments.sources;
    if (only !== undefined && others.length === 0) this.#accuse(only, cause);
  }

  /** Who is to send all of it now: those who had no part in what was wrong; then each of the others alone. */
  #nextTeam(): readonly Source[] | undefined {
    const suspects = new Set(this.#wrong.flatMap(({ segments }) => [...segments.sources]));
    const left = this.#trusted().filter((source) => !this.#askedAgain.has(source));
    const innocent = left.filter((source) => !suspects.has(source));
    if (innocent.length > 0) return innocent;
    const [next] = left;
    return next === undefined ? undefined : [next];
  }

  /** The blob is right now: whose bytes were not? */
  async #findLiars(): Promise<void> {
    for (const { path, segments } of this.#wrong) {
      for (const source of await segments.culprits(path, this.#path)) {
        if (source !== undefined && !this.#liars.has(source)) this.#accuse(source);
      }
    }
  }

  #accuse(source: Source, cause?: unknown): void {
    const error = registryError(
      'REGISTRY_DIGEST_MISMATCH',
      `"${source.source}" delivered bytes of "${this.blob.digest}" that do not have this digest`,
      cause,
    );
    this.#liars.set(source, error);
    this.#options.onFailed(source, error);
  }

  #finalError(outcome: Exclude<Outcome, { kind: 'whole' }>): unknown {
    if (this.#liars.size > 0) return allSourcesFailed([...this.#liars]);
    if (outcome.kind === 'failed') return outcome.error;
    return registryError(
      'REGISTRY_DIGEST_MISMATCH',
      `"${this.blob.digest}" arrived wrongly from ${this.servedBy.join(', ')}`,
      outcome.error,
    );
  }
}

type Outcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'wrong'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What came before the network failed, or before the user had enough, is worth keeping; what may be wrong is not. */
function isWorthKeeping(error: unknown): boolean {
  if (!isBerthError(error)) return true;
  const kind = failureKind(error);
  return kind === 'down' || kind === 'busy';
}
