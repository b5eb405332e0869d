import type { EngineContext } from '../context.ts';
import { humanSize } from '../render/size.ts';

/** Time between two looks at what was copied. */
const stepMs = 100;

/** What is said of a copy on a terminal: how much it is now, and at the end how much it was. */
export class CopyProgress {
  readonly #context: EngineContext;
  readonly #title: string;
  readonly #isShown: boolean;
  #bytes = 0;
  #shownAt = 0;

  /** @param quiet nothing is said; where standard output is no terminal, nothing is said either */
  constructor(context: EngineContext, title: string, quiet: boolean | undefined) {
    this.#context = context;
    this.#title = title;
    this.#isShown = !(quiet ?? !context.console.output.isTerminal);
  }

  /** Tells of more bytes. */
  readonly add = (bytes: number): void => {
    this.#bytes += bytes;
    const { clock, console } = this.#context;
    if (!this.#isShown || !console.errors.isTerminal || clock.now() - this.#shownAt < stepMs)
      return;
    this.#shownAt = clock.now();
    // A terminal that has gone is noticed by the copy itself, or by nobody.
    console.errors
      .write(`\r\u001b[K${this.#title} ${humanSize(this.#bytes)}`)
      .catch(() => undefined);
  };

  /** Says that it is done. @param sizeBytes when it is known better than by what was told */
  async end(destination: string, sizeBytes = this.#bytes): Promise<void> {
    if (!this.#isShown) return;
    const { errors } = this.#context.console;
    const clear = errors.isTerminal && this.#shownAt > 0 ? '\r\u001b[K' : '';
    await errors.write(`${clear}Successfully copied ${humanSize(sizeBytes)} to ${destination}\n`);
  }
}
