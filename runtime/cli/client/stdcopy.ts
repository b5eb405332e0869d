import { BerthError } from '../../errors/berth-error.ts';

/** The stream that a piece of output belongs to. `system` carries the daemon's own error. */
export type StreamName = 'stdin' | 'stdout' | 'stderr' | 'system';

/** A piece of output; a frame that arrives in parts gives several pieces. */
export interface OutputPiece {
  readonly stream: StreamName;
  readonly data: Uint8Array;
}

const headerBytes = 8;
const streamNames: readonly StreamName[] = ['stdin', 'stdout', 'stderr', 'system'];

/**
 * Takes apart the multiplexed stream of attach and logs: frames of `{u8 stream, 3 zero bytes, u32 big-endian
 * length}` and the payload (Docker Engine API 1.47, "Attach to a container", stream format).
 *
 * Pieces are passed on as they arrive, however the transport cuts them: a frame is never gathered in memory.
 */
export class StdcopyParser {
  #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #stream: StreamName = 'stdout';
  #remaining = 0;

  /**
   * The pieces that `chunk` completes.
   *
   * @throws API_RESPONSE_INVALID when a frame names a stream that there is not
   */
  *push(chunk: Uint8Array): Generator<OutputPiece> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining > 0) {
        const data = chunk.subarray(at, at + this.#remaining);
        this.#remaining -= data.length;
        at += data.length;
        yield { stream: this.#stream, data };
      } else {
        at += this.#fillHeader(chunk.subarray(at));
      }
    }
  }

  /**
   * Tells that the stream has ended.
   *
   * @throws API_STREAM_BROKEN in the middle of a frame
   */
  end(): void {
    if (this.#remaining === 0 && this.#headerFilled === 0) return;
    throw new BerthError('API_STREAM_BROKEN', {
      message: `the output ended in the middle of a frame, ${this.#remaining} bytes of it are missing`,
      remedy: 'See whether the daemon still runs with: berth status',
      details: { problem: 'cut', missingBytes: this.#remaining },
    });
  }

  #fillHeader(bytes: Uint8Array): number {
    const part = bytes.subarray(0, headerBytes - this.#headerFilled);
    this.#header.set(part, this.#headerFilled);
    this.#headerFilled += part.length;
    if (this.#headerFilled === headerBytes) this.#openFrame();
    return part.length;
  }

  #openFrame(): void {
    this.#headerFilled = 0;
    const view = new DataView(this.#header.buffer);
    const stream = streamNames[view.getUint8(0)];
    if (stream === undefined) {
      throw new BerthError('API_RESPONSE_INVALID', {
        message: `the output has a frame for stream ${view.getUint8(0)}, wanted 0 to 3`,
        details: { problem: 'stream', stream: view.getUint8(0) },
      });
    }
    this.#stream = stream;
    this.#remaining = view.getUint32(4);
  }
}
