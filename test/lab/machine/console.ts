import { appendFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

interface Waiting {
  readonly text: string;
  readonly from: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The serial console of a machine: everything that it printed, and a way to wait for words. */
export class Console {
  readonly #logFile: string;
  #text = '';
  #closed: Error | undefined;
  #waiting: readonly Waiting[] = [];

  /** `logFile` gets every byte too, for a person to read afterwards. */
  constructor(logFile: string) {
    this.#logFile = logFile;
  }

  /** Length of what was printed so far: a place to wait from. */
  get position(): number {
    return this.#text.length;
  }

  /** What was printed after a position. */
  since(position: number): string {
    return this.#text.slice(position);
  }

  /** The last lines, for a message. */
  get tail(): string {
    return this.#text.split('\n').slice(-40).join('\n');
  }

  /** Reads a stream to its end; the console of a machine that starts again goes on. */
  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    this.#closed = undefined;
    stream.on('data', (chunk: Buffer) => {
      appendFileSync(this.#logFile, chunk);
      this.#text += decoder.write(chunk);
      this.#look();
    });
    stream.once('close', () => {
      this.#closed = new Error(`the machine ended; its console's last lines:\n${this.tail}`);
      this.#look();
    });
  }

  /** Resolves once `text` was printed after the position `from`; rejects when the machine ends, or on abort. */
  async printed(text: string, options: { from: number; signal: AbortSignal }): Promise<void> {
    const { from, signal } = options;
    await new Promise<void>((resolve, reject) => {
      this.#waiting = [...this.#waiting, { text, from, resolve, reject }];
      signal.addEventListener(
        'abort',
        () => {
          reject(new Error(`"${text}" was not printed in time; the last lines:\n${this.tail}`));
        },
        { once: true },
      );
      this.#look();
    });
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ text, from, resolve, reject }) => {
      if (this.#text.includes(text, from)) resolve();
      else if (this.#closed !== undefined) reject(this.#closed);
      else return true;
      return false;
    });
  }
}
