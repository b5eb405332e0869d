/** Lets a few through at a time: after a reboot all containers want to be started at once. */
export class StartGate {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  /** @param width how many are let through at the same time */
  constructor(width: number) {
    this.#width = width;
  }

  /** Runs a task when there is room; resolves and rejects as it does. */
  async run(task: () => Promise<void>): Promise<void> {
    if (this.#inside < this.#width) this.#inside += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await task();
    } finally {
      const next = this.#waiting.shift();
      // Whoever goes hands its place on.
      if (next === undefined) this.#inside -= 1;
      else next();
    }
  }
}
