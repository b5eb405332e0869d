import { type DBusValue, typesOf } from './dbus-value.ts';
import { aligned } from './dbus-writer.ts';

/** Reads values off the wire, little-endian: the reverse of `DBusWriter`. Throws a RangeError where bytes are missing. */
export class DBusReader {
  readonly #bytes: Buffer;
  #position: number;

  constructor(bytes: Buffer, position = 0) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /** The values of a signature. */
  readAll(signature: string): readonly DBusValue[] {
    return typesOf(signature).map((type) => this.read(type));
  }

  /** A value of one complete type. */
  read(type: string): DBusValue {
    this.#position = aligned(this.#position, type);
    const letter = type.charAt(0);
    switch (letter) {
      case 'y':
        return { type: letter, value: this.#bytes.readUInt8(this.#take(1)) };
      case 'b':
        return { type: letter, value: this.#bytes.readUInt32LE(this.#take(4)) !== 0 };
      case 'n':
        return { type: letter, value: this.#bytes.readInt16LE(this.#take(2)) };
      case 'q':
        return { type: letter, value: this.#bytes.readUInt16LE(this.#take(2)) };
      case 'i':
        return { type: letter, value: this.#bytes.readInt32LE(this.#take(4)) };
      case 'u':
        return { type: letter, value: this.#bytes.readUInt32LE(this.#take(4)) };
      case 'd':
        return { type: letter, value: this.#bytes.readDoubleLE(this.#take(8)) };
      case 'x':
        return { type: letter, value: this.#bytes.readBigInt64LE(this.#take(8)) };
      case 't':
        return { type: letter, value: this.#bytes.readBigUInt64LE(this.#take(8)) };
      case 's':
      case 'o':
        return { type: letter, value: this.#text(this.#bytes.readUInt32LE(this.#take(4))) };
      case 'g':
        return { type: letter, value: this.#text(this.#bytes.readUInt8(this.#take(1))) };
      case 'v':
        return { type: letter, value: this.read(this.#signature()) };
      case 'a':
        return this.#array(type.slice(1));
      case '(':
      case '{':
        return { type: 'r', fields: this.readAll(type.slice(1, -1)) };
      default:
        throw new RangeError(`D-Bus type "${type}" is not known`);
    }
  }

  #signature(): string {
    return this.#text(this.#bytes.readUInt8(this.#take(1)));
  }

  #array(of: string): DBusValue {
    const length = this.#bytes.readUInt32LE(this.#take(4));
    this.#position = aligned(this.#position, of);
    const end = this.#position + length;
    const items: DBusValue[] = [];
    while (this.#position < end) items.push(this.read(of));
    return { type: 'a', of, items };
  }

  #text(length: number): string {
    const from = this.#take(length + 1);
    return this.#bytes.toString('utf8', from, from + length);
  }

  #take(size: number): number {
    const from = this.#position;
    if (from + size > this.#bytes.length) throw new RangeError('a D-Bus message is cut short');
    this.#position += size;
    return from;
  }
}
