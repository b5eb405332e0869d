const empty = new Uint8Array(0);

/** Reads a stream of chunks by exact byte counts, without copying what lies within one chunk. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #current: Uint8Array = empty;
  #consumed = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes handed out so far. */
  get consumed(): number {
    return this.#consumed;
  }

  /** At least one and at most `max` bytes; none at the end of the stream. */
  async some(max: number): Promise<Uint8Array> {
    while (this.#current.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return empty;
      this.#current = next.value;
    }
    const taken = this.#current.subarray(0, max);
    this.#current = this.#current.subarray(taken.byteLength);
    this.#consumed += taken.byteLength;
    return taken;
  }

  /** Exactly `count` bytes, or fewer when the stream ends before. */
  async upTo(count: number): Promise<Uint8Array> {
    const first = await this.some(count);
    if (first.byteLength === count || first.byteLength === 0) return first;
    const whole = Buffer.alloc(count);
    let filled = first.byteLength;
    whole.set(first);
    while (filled < count) {
      const more = await this.some(count - filled);
      if (more.byteLength === 0) return whole.subarray(0, filled);
      whole.set(more, filled);
      filled += more.byteLength;
    }
    return whole;
  }

  /** Gives the stream's owner the chance to close it. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
