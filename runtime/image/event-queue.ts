/** How an `EventQueue` goes about its events. */
export interface EventQueueOptions<T> {
  /** Whether an event that nobody has read yet need not be told any more, because of a newer one. Without it all are. */
  readonly replaces?: (older: T, newer: T) => boolean;
}

/** Carries events from tasks that run side by side to one reader, in the order in which they were pushed. */
export class EventQueue<T> {
  readonly #replaces: (older: T, newer: T) => boolean;
  readonly #events: T[] = [];
  #outcome: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #wake: () => void = () => undefined;

  constructor({ replaces = () => false }: EventQueueOptions<T> = {}) {
    this.#replaces = replaces;
  }

  push(event: T): void {
    const old = this.#events.findLastIndex((older) => this.#replaces(older, event));
    if (old === -1) this.#events.push(event);
    else this.#events[old] = event;
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
