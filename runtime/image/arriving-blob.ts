import { BerthError } from '../errors/berth-error.ts';
import type { Digest } from './digest.ts';
import type { BlobAttempt, LayerBlob } from './layer-blob.ts';

/** What is known of a blob before it arrives. */
export interface ArrivingBlobOptions {
  readonly digest: Digest;
  readonly sizeBytes: number | undefined;
  /** Where the first try writes its bytes; the file need not be there before `wrote` is called. */
  readonly path: string;
}

/**
 * A blob that is being written to a file. Whoever downloads it tells how far it is, and whoever unpacks it reads the file
 * behind the writer through {@link LayerBlob}.
 */
export class ArrivingBlob implements LayerBlob {
  readonly digest: Digest;
  readonly sizeBytes: number | undefined;
  #current: Attempt;

  constructor({ digest, sizeBytes, path }: ArrivingBlobOptions) {
    this.digest = digest;
    this.sizeBytes = sizeBytes;
    this.#current = new Attempt(digest, path);
  }

  attempt(): BlobAttempt {
    return this.#current;
  }

  /** So many bytes, counted from the beginning, can be read from the file now. */
  wrote(bytes: number): void {
    this.#current.wrote(bytes);
  }

  /** All bytes are in the file, and are being verified. */
  ended(): void {
    this.#current.settle({ kind: 'ended' });
  }

  /** The bytes are right, and are in the store. */
  whole(): void {
    this.#current.settle({ kind: 'whole' });
  }

  /** The bytes were wrong: from now on `attempt()` is another try, which writes to `path`. */
  supersede(path: string): void {
    const before = this.#current;
    // First the new one: whoever waits on the old one asks for it as soon as it is told.
    this.#current = new Attempt(this.digest, path);
    before.settle({ kind: 'superseded' });
  }

  /** The blob will not come. */
  fail(error: unknown): void {
    this.#current.settle({ kind: 'failed', error });
  }
}

type State =
  | { readonly kind: 'arriving' | 'ended' | 'whole' | 'superseded' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One try, seen from both sides. */
class Attempt implements BlobAttempt {
  readonly path: string;
  readonly fate: Promise<'whole' | 'superseded'>;
  readonly #digest: Digest;
  readonly #decide: PromiseWithResolvers<'whole' | 'superseded'>;
  #bytes = 0;
  #state: State = { kind: 'arriving' };
  #change = Promise.withResolvers<undefined>();

  constructor(digest: Digest, path: string) {
    this.#digest = digest;
    this.path = path;
    this.#decide = Promise.withResolvers();
    this.fate = this.#decide.promise;
    // A download may fail with nobody there to unpack it.
    this.fate.catch(() => undefined);
  }

  async available(seenBytes: number): Promise<{ readonly bytes: number; readonly isEnd: boolean }> {
    for (;;) {
      const state = this.#state;
      if (state.kind === 'failed') throw state.error;
      if (state.kind === 'superseded') throw superseded(this.#digest);
      const isEnd = state.kind !== 'arriving';
      if (isEnd || this.#bytes > seenBytes) return { bytes: this.#bytes, isEnd };
      await this.#change.promise;
    }
  }

  wrote(bytes: number): void {
    if (this.#state.kind !== 'arriving') return;
    this.#bytes = bytes;
    this.#wake();
  }

  settle(state: State): void {
    if (this.#state.kind !== 'arriving' && this.#state.kind !== 'ended') return;
    this.#state = state;
    if (state.kind === 'failed') this.#decide.reject(state.error);
    else if (state.kind === 'whole' || state.kind === 'superseded')
      this.#decide.resolve(state.kind);
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve(undefined);
  }
}

function superseded(digest: Digest): BerthError {
  return new BerthError('BLOB_SUPERSEDED', {
    message: `the bytes of "${digest}" that had arrived were thrown away: they were not what was wanted`,
    remedy: 'Read the blob again from its beginning; it is being fetched anew.',
    details: { digest },
  });
}
