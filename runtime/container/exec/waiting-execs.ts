import type { Clock } from '../../host/clock.ts';
import type { Container } from '../lifecycle/container.ts';
import type { ReadyExec } from '../ports.ts';
import type { Exec } from './exec.ts';

/** A client that starts what it has created does so at once. */
const patienceMs = 1000;

/** Each is a process of a few kilobytes. */
const most = 32;

/** Execs that were created and made ready, and not started yet. What nobody starts is dropped after a while. */
export class WaitingExecs {
  readonly #clock: Clock;
  readonly #waiting = new Map<Exec, { readonly ready: ReadyExec; readonly until: number }>();
  #closed = false;
  #sweeps = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more has room. */
  get hasRoom(): boolean {
    return !this.#closed && this.#waiting.size < most;
  }

  /** One whose container has ended meanwhile would hold its namespaces. */
  add(exec: Exec, ready: ReadyExec): void {
    if (!this.hasRoom || exec.container.connection === undefined) {
      ready.drop();
      return;
    }
    this.#waiting.set(exec, { ready, until: this.#clock.now() + patienceMs });
    if (!this.#sweeps) void this.#sweep();
  }

  /** What was made ready for an exec, if it is still there: it is the caller's from now on. */
  take(exec: Exec): ReadyExec | undefined {
    const found = this.#waiting.get(exec);
    this.#waiting.delete(exec);
    return found?.ready;
  }

  /** A container has ended: it is not to be held by what waits to enter it. */
  containerEnded(container: Container): void {
    for (const exec of this.#waiting.keys())
      if (exec.container === container) this.take(exec)?.drop();
  }

  /** Drops all, and takes no more. */
  close(): void {
    this.#closed = true;
    for (const exec of this.#waiting.keys()) this.take(exec)?.drop();
  }

  async #sweep(): Promise<void> {
    this.#sweeps = true;
    while (this.#waiting.size > 0) {
      await this.#clock.sleep(patienceMs);
      const now = this.#clock.now();
      for (const [exec, { until }] of this.#waiting) if (until <= now) this.take(exec)?.drop();
    }
    this.#sweeps = false;
  }
}
