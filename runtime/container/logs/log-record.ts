import { BerthError } from '../../errors/berth-error.ts';

/** Standard output or standard error; with a terminal everything is standard output. */
export type OutputStream = 'stdout' | 'stderr';

/** What the monitor got from one read(2) of the program's output. */
export interface LogRecord {
  readonly stream: OutputStream;
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly payload: Buffer;
}

/** Bytes before each payload: u32 length, u32 stream, i64 seconds, i64 nanoseconds, little-endian. */
export const headerBytes = 24;

/** The monitor reads 32 KiB at most; anything far beyond is no record. */
const maximumPayloadBytes = 1024 * 1024;

/**
 * Decodes the framed log that the monitor writes (see `runtime/launch`), however it is cut into chunks. The payloads
 * are views of the chunks: do not reuse a chunk's memory.
 */
export class LogRecordDecoder {
  #rest: Buffer = Buffer.alloc(0);
  #offset: number;

  /** @param offset where in the file the first chunk begins: for messages */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** File offset of the first byte that is not yet part of a complete record. */
  get offset(): number {
    return this.#offset;
  }

  /** Takes the next bytes; gives the records that are complete now. @throws LOG_CORRUPT */
  push(chunk: Buffer): readonly LogRecord[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const records: LogRecord[] = [];
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      const end = at + headerBytes + this.#payloadLength(bytes, at);
      if (end > bytes.length) break;
      records.push(recordAt(bytes, at, end));
      this.#offset += end - at;
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return records;
  }

  #payloadLength(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32LE(at);
    const stream = bytes.readUInt32LE(at + 4);
    if (length <= maximumPayloadBytes && (stream === 1 || stream === 2)) return length;
    throw new BerthError('LOG_CORRUPT', {
      message: `the log record at byte ${this.#offset} has stream ${stream} and ${length} bytes, wanted stream 1 or 2 and at most ${maximumPayloadBytes} bytes`,
      remedy:
        'The output before this point can still be read with "--until"; start the container anew for a new log.',
      details: { offset: this.#offset, stream, length },
    });
  }
}

function recordAt(bytes: Buffer, at: number, end: number): LogRecord {
  return {
    stream: bytes.readUInt32LE(at + 4) === 1 ? 'stdout' : 'stderr',
    seconds: Number(bytes.readBigInt64LE(at + 8)),
    nanoseconds: Number(bytes.readBigInt64LE(at + 16)),
    payload: bytes.subarray(at + headerBytes, end),
  };
}
