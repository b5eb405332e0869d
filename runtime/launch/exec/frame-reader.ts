import { frameHeaderSize } from './protocol.ts';

/** A frame of the relay. */
export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

/** Splits the relay's byte stream into frames (protocol.ts). */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Adds bytes as they came; gives the frames that are now whole. */
  push(chunk: Buffer): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (this.#rest.length >= frameHeaderSize) {
      const end = frameHeaderSize + this.#rest.readUInt32LE(4);
      if (this.#rest.length < end) break;
      const payload = this.#rest.subarray(frameHeaderSize, end);
      frames.push({ kind: this.#rest.readUInt32LE(0), payload });
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
