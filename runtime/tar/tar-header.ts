/** Bytes of a header, and the unit that contents are padded to (pax(1), "ustar Interchange Format"). */
export const blockSize = 512;

/** One header block, as it is written. Text is one character a byte (latin1): names need not be UTF-8. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  readonly typeFlag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** A field of a header that does not hold what it should. */
export interface HeaderProblem {
  readonly problem: string;
}

const checksumField = { offset: 148, length: 8 } as const;

function text(block: Buffer, offset: number, length: number): string {
  const end = block.indexOf(0, offset);
  const stop = end === -1 || end > offset + length ? offset + length : end;
  return block.toString('latin1', offset, stop);
}

/** GNU's base-256 numbers: the top bit of the first byte is set, the rest is a big-endian two's complement. */
function binaryNumber(field: Buffer): number {
  const first = field[0] ?? 0;
  let value = BigInt.asIntN(7, BigInt(first & 0x7f));
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  return Number(value);
}

/** A number in octal digits or in base 256; NaN when it is neither. */
function numeric(block: Buffer, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length);
  if (((field[0] ?? 0) & 0x80) !== 0) return binaryNumber(field);
  const digits = text(block, offset, length).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function hasRightChecksum(block: Buffer): boolean {
  const { offset, length } = checksumField;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < blockSize; i += 1) {
    // The sum is taken with the checksum's own field as spaces.
    const byte = i >= offset && i < offset + length ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stored = numeric(block, offset, length);
  // Some old programs summed signed characters.
  return stored === unsigned || stored === signed;
}

/** Whether a block has only zeros: two of them end an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Decodes a header block of 512 bytes: V7, ustar, and GNU's. */
export function decodeHeader(bytes: Uint8Array): TarHeader | HeaderProblem {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!hasRightChecksum(block)) return { problem: 'the header has a wrong checksum' };
  // GNU's magic is "ustar  ": there the field of the prefix holds other things.
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const header = {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    typeFlag: String.fromCharCode(block[156] ?? 0),
    mode: numeric(block, 100, 8),
    uid: numeric(block, 108, 8),
    gid: numeric(block, 116, 8),
    sizeBytes: numeric(block, 124, 12),
    mtimeSeconds: numeric(block, 136, 12),
    deviceMajor: numeric(block, 329, 8),
    deviceMinor: numeric(block, 337, 8),
  };
  for (const [field, value] of Object.entries(header)) {
    const isWrong = typeof value === 'number' && !Number.isSafeInteger(value);
    if (isWrong) return { problem: `the header's ${field} is not a number` };
  }
  return header;
}
