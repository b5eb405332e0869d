/**
 * Counts who needs what, so that garbage collection leaves it alone. All of it is synchronous: between asking
 * `isHeld` and acting on the answer nothing else can happen unless the caller awaits.
 */
export class Holds<K> {
  readonly #counts = new Map<K, number>();

  /** Holds `key` until the returned function is called; calling that twice is harmless. */
  hold(key: K): () => void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }

  isHeld(key: K): boolean {
    return this.#counts.has(key);
  }
}
