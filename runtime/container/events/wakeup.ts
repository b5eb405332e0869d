/**
 * Lets one loop sleep until something has happened. What happens while the loop is busy is not lost: the next `wait`
 * then returns at once.
 */
export class Wakeup {
  #poked = false;
  #wake: (() => void) | undefined;

  /** Something has happened. */
  readonly poke = (): void => {
    this.#poked = true;
    this.#wake?.();
  };

  /** Resolves when `poke` has been called since the last `clear`. */
  async wait(): Promise<void> {
    if (this.#poked) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  /** Forgets what has happened so far; call it before looking at it. */
  clear(): void {
    this.#poked = false;
  }
}
