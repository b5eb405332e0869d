import { NLA_TYPE_MASK } from './constants.ts';

/** struct nlattr: length and type, 16 bits each. */
const headSize = 4;

/** Something that a message says: a number of its family, and what it holds as bytes (netlink(7)). */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A NUL-terminated text. */
export function text(type: number, value: string): Attribute {
  return { type, value: Buffer.from(`${value}\0`) };
}

/** 16 bits, in the host's byte order. */
export function u16(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Uint16Array.of(value).buffer) };
}

/** 32 bits, in the host's byte order. */
export function u32(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Uint32Array.of(value).buffer) };
}

/** Attributes in an attribute. */
export function nested(type: number, attributes: readonly Attribute[]): Attribute {
  return { type, value: encodeAttributes(attributes) };
}

/** Attributes as the kernel takes them: one after another, each aligned to 4 bytes. */
export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(
    attributes.map(({ type, value }) => {
      const length = headSize + value.length;
      const bytes = Buffer.alloc(aligned(length));
      bytes.writeUInt16LE(length, 0);
      bytes.writeUInt16LE(type, 2);
      bytes.set(value, headSize);
      return bytes;
    }),
  );
}

/** What the attributes in some bytes hold, by type; of several of one type the last. What is cut short is left out. */
export function decodeAttributes(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + headSize <= bytes.length;) {
    const length = bytes.readUInt16LE(at);
    if (length < headSize || at + length > bytes.length) break;
    const type = bytes.readUInt16LE(at + 2) & NLA_TYPE_MASK;
    found.set(type, bytes.subarray(at + headSize, at + length));
    at += aligned(length);
  }
  return found;
}

/** The text in an attribute; empty without one. */
export function textOf(value: Buffer | undefined): string {
  return value === undefined ? '' : value.toString('utf8').replace(/\0.*$/s, '');
}

/** The 32 bits in an attribute; `undefined` without one. */
export function u32Of(value: Buffer | undefined): number | undefined {
  return value !== undefined && value.length >= 4 ? value.readUInt32LE(0) : undefined;
}

/** A length as messages and attributes count it: whole words of 4 bytes. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}
