import type { TarEntryHeader } from './tar-entry.ts';
import { TarParser } from './tar-parser.ts';

/** An entry of an archive, with its content. */
export interface TarEntry extends TarEntryHeader {
  /** The file's content, holes as zeros. What is not read before the next entry is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

const zeros = Buffer.alloc(64 * 1024);

/** Reads the entries of one archive; `readTar` is its public face. */
class TarReader {
  readonly #parser = new TarParser();
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = zeros;
  /** The event that ended the content of the entry before, if somebody has read it to its end. */
  #pending: 'entry' | 'end' | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  async next(): Promise<TarEntry | undefined> {
    let event = this.#pending;
    this.#pending = undefined;
    while (event === undefined) {
      const found = await this.#event();
      if (found !== 'content') event = found;
    }
    return event === 'end' ? undefined : { ...this.#parser.entry, body: this.#body() };
  }

  /** Gives the stream's owner the chance to close it. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #event(): Promise<'entry' | 'content' | 'end'> {
    for (;;) {
      const event = this.#parser.next();
      if (event !== 'more') return event;
      const next = await this.#chunks.next();
      if (next.done === true) this.#parser.finish();
      else {
        this.#chunk = next.value;
        this.#parser.push(next.value);
      }
    }
  }

  async *#body(): AsyncGenerator<Uint8Array, void> {
    const parser = this.#parser;
    const { sizeBytes } = parser.entry;
    let written = 0;
    while (parser.contentLeft > 0) {
      const event = await this.#event();
      if (event !== 'content') {
        this.#pending = event;
        return;
      }
      const { contentOffset, contentStart, contentEnd } = parser;
      const piece = this.#chunk.subarray(contentStart, contentEnd);
      yield* hole(contentOffset - written);
      written = contentOffset + piece.byteLength;
      yield piece;
    }
    yield* hole(sizeBytes - written);
  }
}

function* hole(sizeBytes: number): Generator<Uint8Array, void> {
  for (let left = sizeBytes; left > 0; left -= zeros.byteLength) {
    yield zeros.subarray(0, Math.min(left, zeros.byteLength));
  }
}

/**
 * Reads a tar archive entry by entry, as `TarParser` understands it. The source is read to its end, also past the end of
 * the archive. Each entry's body has to be read before the next entry is asked for.
 *
 * @throws TAR_INVALID, or what the source throws, from the iteration
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const reader = new TarReader(source);
  try {
    for (let entry = await reader.next(); entry; entry = await reader.next()) yield entry;
  } finally {
    await reader.close();
  }
}
