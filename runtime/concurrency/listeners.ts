/** Functions that want to hear of something. What one of them throws does not keep the others from hearing it. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  /** Adds a listener. Returns what removes it again. */
  add(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** How many are listening. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Tells all. Errors are collected and thrown together at the end, so that a faulty listener is noticed. */
  emit(event: Event): void {
    const problems: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (problem) {
        problems.push(problem);
      }
    }
    if (problems.length > 0) throw new AggregateError(problems, 'listeners threw');
  }

  /** Resolves with the first event that `wanted` accepts; rejects with the signal's reason when it is aborted first. */
  next(wanted: (event: Event) => boolean, signal?: AbortSignal): Promise<Event> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        remove();
        reject(signal?.reason as Error);
      };
      const remove = this.add((event) => {
        if (!wanted(event)) return;
        remove();
        signal?.removeEventListener('abort', stop);
        resolve(event);
      });
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }
}
