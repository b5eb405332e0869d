import type { Clock } from '../../host/clock.ts';
import type { Container } from '../lifecycle/container.ts';
import { nextDelayMs } from './back-off.ts';
import { StartGate } from './start-gate.ts';

/** Starts at the same time, of those that nobody asked for. */
const mostAtOnce = 8;

/** As Docker waits for linked containers (daemon/daemon.go of moby 28.5). */
const longestWaitMs = 5_000;

/** `again`: one more of a row, which counts. `anew`: as if somebody had asked for it, which begins another row. */
export type StartKind = 'again' | 'anew';

/** A start that is to come. */
export interface LaterStart {
  readonly delayMs: number;
  readonly kind: StartKind;
}

/** What `Restarts` needs. */
export interface RestartsOptions {
  readonly clock: Clock;
  /** Starts a container, within its queue. Reports what goes wrong. */
  readonly start: (container: Container, kind: StartKind) => Promise<void>;
  /** The containers whose starts, if they are to come, a container's is to follow. */
  readonly before: (container: Container) => readonly Container[];
}

/** The containers that wait to be started again, from `begin` on. */
export class Restarts {
  readonly #options: RestartsOptions;
  readonly #gate = new StartGate(mostAtOnce);
  readonly #waiting = new Map<Container, AbortController>();
  /** The last wait of those that end again and again. */
  readonly #delays = new WeakMap<Container, number>();
  readonly #underWay = new Set<Promise<void>>();
  /** The last of those, by whom they are for. */
  readonly #last = new WeakMap<Container, Promise<void>>();
  #open = true;
  /** Resolves when starts may begin. */
  readonly #begun = Promise.withResolvers<undefined>();

  constructor(options: RestartsOptions) {
    this.#options = options;
  }

  /**
   * Lets starts begin: not before all that an earlier berthd has left is found and taken down. What a container has of a start that goes
   * on already is not told apart from that.
   */
  begin(): void {
    this.#begun.resolve(undefined);
  }

  /** Whether policies are carried out: no more so once berthd goes down. */
  get open(): boolean {
    return this.#open;
  }

  /** How long to wait this time, in milliseconds. @param ranMs how long the program ran */
  nextDelay(container: Container, ranMs: number): number {
    const delayMs = nextDelayMs(this.#delays.get(container) ?? 0, ranMs);
    this.#delays.set(container, delayMs);
    return delayMs;
  }

  /** Somebody has started the container: waiting begins from the beginning. */
  reset(container: Container): void {
    this.#delays.delete(container);
  }

  /** Starts a container when some time has passed, unless that is cancelled. */
  later(container: Container, { delayMs, kind }: LaterStart): void {
    this.cancel(container);
    if (!this.#open) return;
    const wait = new AbortController();
    this.#waiting.set(container, wait);
    const done = this.#startAfter(container, { delayMs, kind }, wait.signal).finally(() => {
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
    this.#last.set(container, done);
  }

  /** Whether a start of it is to come. */
  isWaiting(container: Container): boolean {
    return this.#waiting.has(container);
  }

  /** The container is not started after all. Within its queue: what has begun there is not cancelled. */
  cancel(container: Container): void {
    this.#waiting.get(container)?.abort();
    this.#waiting.delete(container);
  }

  /** Starts nothing from now on. Resolves when what has begun to be started is. */
  async close(): Promise<void> {
    this.#open = false;
    for (const wait of this.#waiting.values()) wait.abort();
    this.#waiting.clear();
    this.begin();
    await Promise.all(this.#underWay);
  }

  async #startAfter(
    container: Container,
    { delayMs, kind }: LaterStart,
    cancelled: AbortSignal,
  ): Promise<void> {
    // Being cancelled is no error.
    if (delayMs > 0) await this.#options.clock.sleep(delayMs, cancelled).catch(() => undefined);
    await this.#begun.promise;
    await this.#followOthers(container, cancelled);
    if (cancelled.aborted) return;
    await this.#gate.run(() =>
      container.queue.run(async () => {
        if (cancelled.aborted) return;
        this.#waiting.delete(container);
        await this.#options.start(container, kind);
      }),
    );
  }

  /** Waits for the starts of others that the container needs, and not for ever: it is started whatever came of them. */
  async #followOthers(container: Container, cancelled: AbortSignal): Promise<void> {
    const { before, clock } = this.#options;
    const others = before(container).flatMap((other) => this.#last.get(other) ?? []);
    if (others.length === 0) return;
    const done = new AbortController();
    const stop = AbortSignal.any([cancelled, done.signal]);
    const patience = clock.sleep(longestWaitMs, stop).catch(() => undefined);
    await Promise.race([Promise.allSettled(others), patience]);
    done.abort();
  }
}
