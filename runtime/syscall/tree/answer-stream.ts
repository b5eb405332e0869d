import { BerthError } from '../../errors/berth-error.ts';
import type { Socket } from '../../host/sockets.ts';

/** The place of one question in the queue of answers. */
export interface Turn {
  /** Resolves when the answers before have been read. */
  readonly ready: Promise<AnswerStream>;
  /** Lets the next one read. */
  readonly leave: () => void;
}

/** The bytes of the answers, read by exact counts, by one reader after the other. */
export class AnswerStream {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #current: Buffer = Buffer.alloc(0);
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Queues up for the next answer. */
  turn(): Turn {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#last = promise;
    return {
      ready: before.then(() => this),
      leave: () => {
        resolve(undefined);
      },
    };
  }

  /** Reads an answer when it is its turn. */
  async inTurn<T>(read: (answers: AnswerStream) => Promise<T>): Promise<T> {
    const { ready, leave } = this.turn();
    try {
      return await read(await ready);
    } finally {
      leave();
    }
  }

  /** Exactly so many bytes. @throws TREE_UNREADABLE when the program has ended before */
  async exactly(count: number): Promise<Buffer> {
    if (this.#current.byteLength >= count) return this.#take(count);
    const whole = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      await this.#fill();
      const part = this.#take(count - filled);
      part.copy(whole, filled);
      filled += part.byteLength;
    }
    return whole;
  }

  /** So many bytes, as they come. */
  async *pieces(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      await this.#fill();
      const part = this.#take(left);
      left -= part.byteLength;
      yield part;
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(most: number): Buffer {
    const taken = this.#current.subarray(0, most);
    this.#current = this.#current.subarray(taken.byteLength);
    return taken;
  }

  async #fill(): Promise<void> {
    if (this.#current.byteLength > 0) return;
    const next = await this.#chunks.next();
    if (next.done !== true) {
      this.#current = next.value;
      return;
    }
    throw new BerthError('TREE_UNREADABLE', {
      message: 'The program that reads the files ended before it had answered.',
      remedy: 'Try again; when it happens again, look for its end in the kernel log.',
    });
  }
}
