/** Carries events from tasks that run side by side to one reader, in the order in which they were pushed. */
export class EventQueue<T> {
  readonly #events: T[] = [];
  #outcome: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #wake: () => void = () => undefined;

  push(event: T): void {
    this.#events.push(event);
    this.#wake();
  }

  /** No more events: the reader's loop ends after those that are there. */
  end(): void {
    this.#outcome = 'ended';
    this.#wake();
  }

  /** The reader's loop throws `error` after the events that are there. */
  fail(error: unknown): void {
    this.#outcome = { error };
    this.#wake();
  }

  async *read(): AsyncGenerator<T, void> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (this.#outcome === 'ended') return;
      if (this.#outcome !== 'open') throw this.#outcome.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
