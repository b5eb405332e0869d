import type { Socket } from 'node:net';

/** A head of HTTP/1.1, of a request or an answer, as it was on the wire. */
export interface WireHead {
  /** The first line, such as `GET /v2/ HTTP/1.1`. */
  readonly start: string;
  /** Lines of the header, as they came. */
  readonly lines: readonly string[];
}

/** Reads a socket piece by piece, and puts back what was too much. */
export class WireReader {
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #rest: Buffer = Buffer.alloc(0);
  #filling: Promise<boolean> | undefined;

  constructor(socket: Socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  }

  /** The next byte, which stays; `undefined` at the end. */
  async peek(): Promise<number | undefined> {
    if (this.#rest.byteLength === 0) await this.#fill();
    return this.#rest.at(0);
  }

  /** The next bytes, at most so many; `undefined` at the end, and when the connection broke. */
  async some(atMost = Infinity): Promise<Buffer | undefined> {
    if (this.#rest.byteLength === 0 && !(await this.#fill())) return undefined;
    const piece = this.#rest.subarray(0, atMost);
    this.#rest = this.#rest.subarray(piece.byteLength);
    return piece;
  }

  /** The next head; `undefined` when there is none any more. */
  async head(): Promise<WireHead | undefined> {
    const text = await this.#until('\r\n\r\n');
    const [start = '', ...lines] = text?.toString('latin1').trimEnd().split('\r\n') ?? [];
    return text === undefined ? undefined : { start, lines };
  }

  /** The body that a head announces, as it is on the wire: chunks keep their marks. */
  async *body(head: WireHead, without: 'length' | 'nothing'): AsyncGenerator<Buffer, void> {
    if (/\bchunked\b/i.test(headerOf(head, 'transfer-encoding') ?? '')) {
      yield* this.#chunked();
      return;
    }
    const length = headerOf(head, 'content-length');
    if (length === undefined && without === 'nothing') return;
    let left = length === undefined ? Infinity : Number(length);
    while (left > 0) {
      const piece = await this.some(left);
      if (piece === undefined) return;
      left -= piece.byteLength;
      yield piece;
    }
  }

  async *#chunked(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const line = await this.#until('\r\n');
      if (line === undefined) return;
      yield line;
      const size = parseInt(line.toString('latin1'), 16);
      // The last chunk is empty; trailers, which no registry sends, would follow it.
      for (let left = size + 2; left > 0;) {
        const piece = await this.some(left);
        if (piece === undefined) return;
        left -= piece.byteLength;
        yield piece;
      }
      if (size === 0) return;
    }
  }

  async #until(mark: string): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#rest.indexOf(mark);
      if (at >= 0) return this.some(at + mark.length);
      if (!(await this.#fill())) return undefined;
    }
  }

  /** Gets more; those who wait at the same time wait for the same piece. Gives whether there was more. */
  #fill(): Promise<boolean> {
    this.#filling ??= this.#next().then((more) => {
      this.#filling = undefined;
      if (more !== undefined) this.#rest = Buffer.concat([this.#rest, more]);
      return more !== undefined;
    });
    return this.#filling;
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      return (await this.#chunks.next()).value;
    } catch {
      // A reset: whoever reads learns no more from it than from an end.
      return undefined;
    }
  }
}

/** The value of a field; the first one when there are several. */
export function headerOf({ lines }: WireHead, name: string): string | undefined {
  const prefix = `${name}:`;
  const line = lines.find((each) => each.slice(0, prefix.length).toLowerCase() === prefix);
  return line?.slice(prefix.length).trim();
}

/** The head with another value of a field, or with the field added. */
export function withHeader(head: WireHead, name: string, value: string): WireHead {
  const prefix = `${name}:`;
  const others = head.lines.filter((line) => line.slice(0, prefix.length).toLowerCase() !== prefix);
  return { start: head.start, lines: [...others, `${name}: ${value}`] };
}

/** The head's bytes. */
export function wireBytes({ start, lines }: WireHead): Buffer {
  return Buffer.from(`${[start, ...lines].join('\r\n')}\r\n\r\n`, 'latin1');
}
