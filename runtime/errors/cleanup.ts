/**
 * Undo actions, run in reverse order. Each is tried whatever the others do, and what goes wrong on the way is
 * collected, so that clean-up never hides the error that made it necessary.
 */
export class Cleanup {
  readonly #actions: (() => Promise<void> | void)[] = [];

  /** Adds an action that undoes what was just done. */
  add(action: () => Promise<void> | void): void {
    this.#actions.push(action);
  }

  /** Forgets all actions: what was done is to stay. */
  dismiss(): void {
    this.#actions.length = 0;
  }

  /** Runs and forgets all actions, last added first. Returns what they threw; throws nothing itself. */
  async run(): Promise<readonly unknown[]> {
    const problems: unknown[] = [];
    for (;;) {
      const action = this.#actions.pop();
      if (action === undefined) return problems;
      try {
        await action();
      } catch (problem) {
        problems.push(problem);
      }
    }
  }
}
