import { type DBusValue, signatureOf } from './dbus-value.ts';

/** How values of a type are aligned, by the first letter of the type. */
export const alignments: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
};

/** The place from which on a value of this type may stand. */
export function aligned(position: number, type: string): number {
  const step = alignments[type.charAt(0)] ?? 1;
  return Math.ceil(position / step) * step;
}

/** Writes values as they go over the wire, little-endian: "Marshaling (Wire Format)" of the D-Bus specification 0.43. */
export class DBusWriter {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  /** What has been written. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Fills up to where a value of this type may stand. */
  align(type: string): void {
    this.#grow(aligned(this.#length, type) - this.#length);
  }

  write(value: DBusValue): void {
    this.align(signatureOf(value));
    switch (value.type) {
      case 'b':
        this.#number('u', value.value ? 1 : 0);
        return;
      case 'x':
        this.#bytes.writeBigInt64LE(value.value, this.#grow(8));
        return;
      case 't':
        this.#bytes.writeBigUInt64LE(value.value, this.#grow(8));
        return;
      case 's':
      case 'o':
        this.#number('u', Buffer.byteLength(value.value));
        this.#text(value.value);
        return;
      case 'g':
        this.#number('y', Buffer.byteLength(value.value));
        this.#text(value.value);
        return;
      case 'v':
        this.write({ type: 'g', value: signatureOf(value.value) });
        this.write(value.value);
        return;
      case 'a':
        this.#array(value.of, value.items);
        return;
      case 'r':
        for (const field of value.fields) this.write(field);
        return;
      default:
        this.#number(value.type, value.value);
        return;
    }
  }

  /** The length that stands before an array counts neither itself nor what fills up to the first item. */
  #array(of: string, items: readonly DBusValue[]): void {
    const place = this.#grow(4);
    this.align(of);
    const start = this.#length;
    for (const item of items) this.write(item);
    this.#bytes.writeUInt32LE(this.#length - start, place);
  }

  #number(type: 'y' | 'n' | 'q' | 'i' | 'u' | 'd', value: number): void {
    switch (type) {
      case 'y':
        this.#bytes.writeUInt8(value, this.#grow(1));
        return;
      case 'n':
        this.#bytes.writeInt16LE(value, this.#grow(2));
        return;
      case 'q':
        this.#bytes.writeUInt16LE(value, this.#grow(2));
        return;
      case 'i':
        this.#bytes.writeInt32LE(value, this.#grow(4));
        return;
      case 'u':
        this.#bytes.writeUInt32LE(value, this.#grow(4));
        return;
      case 'd':
        this.#bytes.writeDoubleLE(value, this.#grow(8));
    }
  }

  /** With the zero that ends it. */
  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#bytes.write(text, this.#grow(length + 1), 'utf8');
  }

  /** Makes room, filled with zeros; gives where it begins. */
  #grow(size: number): number {
    const from = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#length);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return from;
  }
}
