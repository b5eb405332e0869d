import type { Console } from '../../host/console.ts';

type Stream = 'stdout' | 'stderr';

/** A time of RFC 3339 that the API writes before a line, and what the program wrote. */
const stamped = /^(\d{4}-\d{2}-\d{2}T[^ ]+) (.*)$/s;

/**
 * A console that writes what comes as lines with their times as lines of JSON: `{"stream","time","line"}`. What is not a whole
 * line is kept until its end comes, or `end` is called.
 */
export class JsonLines {
  readonly console: Pick<Console, 'output' | 'errors'>;
  readonly #output: Console['output'];
  readonly #rest: Record<Stream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  constructor({ output }: Pick<Console, 'output'>) {
    this.#output = output;
    const writer = (stream: Stream): Console['output'] => ({
      isTerminal: false,
      write: (data) => this.#take(stream, data),
      size: () => undefined,
      onResize: (listener) => output.onResize(listener),
    });
    this.console = { output: writer('stdout'), errors: writer('stderr') };
  }

  /** Writes what came last, without an end of its line. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#rest[stream];
      this.#rest[stream] = Buffer.alloc(0);
      if (rest.length > 0) await this.#output.write(asJson(stream, rest));
    }
  }

  async #take(stream: Stream, data: string | Uint8Array): Promise<void> {
    let rest = Buffer.concat([this.#rest[stream], Buffer.from(data)]);
    const lines: string[] = [];
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      lines.push(asJson(stream, rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
    }
    this.#rest[stream] = rest;
    if (lines.length > 0) await this.#output.write(lines.join(''));
  }
}

function asJson(stream: Stream, bytes: Buffer): string {
  const text = bytes.toString('utf8').replace(/\r$/, '');
  const [, time, line = text] = stamped.exec(text) ?? [];
  return `${JSON.stringify({ stream, time, line })}\n`;
}
