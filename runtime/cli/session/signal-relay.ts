import { BerthError } from '../../errors/berth-error.ts';
import type { Console } from '../../host/console.ts';

/** Receives the signals once there is a container to pass them on to. */
export interface SignalReceiver {
  readonly pass: (signal: NodeJS.Signals) => void;
  /** The third SIGINT or SIGTERM: the user wants out, whatever the container does. */
  readonly abandon: () => void;
}

const patience = 3;

/**
 * The signals of a command that starts a container. Until the container runs, a signal interrupts the command
 * (`interrupted`); from then on it is the container's.
 */
export class SignalRelay {
  readonly #interrupt = new AbortController();
  readonly #stop: () => void;
  #receiver: SignalReceiver | undefined;
  #requestsToEnd = 0;

  constructor(console: Console) {
    this.#stop = console.onSignal((signal) => {
      this.#take(signal);
    });
  }

  /** Aborted, with RUN_INTERRUPTED as the reason, by a signal that came before `passTo`. */
  get interrupted(): AbortSignal {
    return this.#interrupt.signal;
  }

  /**
   * Passes signals on from now on.
   *
   * @throws RUN_INTERRUPTED when one has come before
   */
  passTo(receiver: SignalReceiver): void {
    this.#interrupt.signal.throwIfAborted();
    this.#receiver = receiver;
  }

  /** Gives the signals back to the process. */
  close(): void {
    this.#stop();
  }

  #take(signal: NodeJS.Signals): void {
    if (this.#receiver === undefined) {
      this.#interrupt.abort(
        new BerthError('RUN_INTERRUPTED', {
          message: `interrupted by '${signal}' before the container had started`,
          details: { signal },
        }),
      );
      return;
    }
    if (signal === 'SIGINT' || signal === 'SIGTERM') this.#requestsToEnd += 1;
    if (this.#requestsToEnd >= patience) this.#receiver.abandon();
    else this.#receiver.pass(signal);
  }
}
