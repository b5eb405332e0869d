/** How far content is, seen from those who read it while it arrives or while it is being verified. */
export class Progress {
  #bytes = 0;
  #state: 'open' | 'whole' | { readonly error: unknown } = 'open';
  #change = Promise.withResolvers<undefined>();
  readonly #settled = Promise.withResolvers<undefined>();

  constructor() {
    // It may fail with nobody there to read.
    this.#settled.promise.catch(() => undefined);
  }

  /** Resolves when the content is whole and verified; rejects when it will not be. */
  get whole(): Promise<undefined> {
    return this.#settled.promise;
  }

  /** So many bytes, counted from the beginning, can be read now. */
  wrote(bytes: number): void {
    this.#bytes = bytes;
    this.#wake();
  }

  /** All bytes are there, and they are right. */
  succeed(): void {
    this.#state = 'whole';
    this.#settled.resolve(undefined);
    this.#wake();
  }

  /** The bytes are wrong, or no more will come. */
  fail(error: unknown): void {
    this.#state = { error };
    this.#settled.reject(error);
    this.#wake();
  }

  /**
   * Waits until there are more than `seenBytes`, or until it is settled.
   *
   * @throws what `fail` was called with
   */
  async beyond(seenBytes: number): Promise<{ readonly bytes: number; readonly isWhole: boolean }> {
    for (;;) {
      const state = this.#state;
      if (typeof state === 'object') throw state.error;
      if (state === 'whole' || this.#bytes > seenBytes)
        return { bytes: this.#bytes, isWhole: state === 'whole' };
      await this.#change.promise;
    }
  }

  #wake(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve(undefined);
  }
}
