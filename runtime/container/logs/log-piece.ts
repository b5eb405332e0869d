import type { LogRecord, OutputStream } from './log-record.ts';

/** A piece of a program's output: a line, or as much as came at once. */
export interface LogPiece {
  readonly stream: OutputStream;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** With its newline; the program's last line may have none. */
  readonly text: Buffer;
  /** Whether this goes on a line whose beginning was already handed out, because it was very long. */
  readonly continues: boolean;
}

/** A line longer than this is handed out in pieces, so that a program cannot fill berthd's memory with one. */
const maximumLineBytes = 1024 * 1024;

interface Partial {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly pieces: Buffer[];
  length: number;
  continues: boolean;
}

/** Puts records together to lines: a line has the time at which its first byte was read. */
export class LineSplitter {
  readonly #partials = new Map<OutputStream, Partial>();

  /** Takes a record; gives the lines that it completes. */
  push(record: LogRecord): readonly LogPiece[] {
    const lines: LogPiece[] = [];
    let from = 0;
    while (from < record.payload.length) {
      const newline = record.payload.indexOf(0x0a, from);
      const end = newline === -1 ? record.payload.length : newline + 1;
      const partial = this.#extend(record, record.payload.subarray(from, end));
      if (newline !== -1) this.#partials.delete(record.stream);
      if (newline !== -1 || partial.length >= maximumLineBytes) {
        lines.push(take(record.stream, partial));
      }
      from = end;
    }
    return lines;
  }

  /** The lines that were begun and got no newline. */
  end(): readonly LogPiece[] {
    const lines = [...this.#partials]
      .filter(([, partial]) => partial.length > 0)
      .map(([stream, partial]) => take(stream, partial));
    this.#partials.clear();
    return lines;
  }

  #extend(record: LogRecord, piece: Buffer): Partial {
    const partial = this.#partials.get(record.stream) ?? {
      seconds: record.seconds,
      nanoseconds: record.nanoseconds,
      pieces: [],
      length: 0,
      continues: false,
    };
    partial.pieces.push(piece);
    partial.length += piece.length;
    this.#partials.set(record.stream, partial);
    return partial;
  }
}

function take(stream: OutputStream, partial: Partial): LogPiece {
  const [only] = partial.pieces;
  const line: LogPiece = {
    stream,
    seconds: partial.seconds,
    nanoseconds: partial.nanoseconds,
    text: partial.pieces.length === 1 && only !== undefined ? only : Buffer.concat(partial.pieces),
    continues: partial.continues,
  };
  partial.pieces.length = 0;
  partial.length = 0;
  partial.continues = true;
  return line;
}
