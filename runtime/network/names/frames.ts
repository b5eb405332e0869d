/** By TCP each message follows its length in two bytes (RFC 1035, section 4.2.2). */
const lengthSize = 2;

/** A message with its length before it. */
export function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(lengthSize);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Splits what comes by TCP into messages. It never holds more than one that is not whole. */
export class FrameParser {
  #rest: Buffer = Buffer.alloc(0);

  /** Adds bytes as they came; gives the messages that are now whole. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= lengthSize) {
      const end = lengthSize + this.#rest.readUInt16BE(0);
      if (this.#rest.length < end) break;
      messages.push(this.#rest.subarray(lengthSize, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}
