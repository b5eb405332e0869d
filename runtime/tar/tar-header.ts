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

const checksumOffset = 148;
const checksumEnd = 156;

/** The text of a field: up to its first NUL. */
export function textField(block: Buffer, start: number, length: number): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end += 1;
  return block.toString('latin1', start, end);
}

/** GNU's base-256 numbers: the top bit of the first byte is set, the rest is a big-endian two's complement. */
function binaryNumber(block: Buffer, start: number, length: number): number {
  let value = BigInt.asIntN(7, BigInt((block[start] ?? 0) & 0x7f));
  for (let i = start + 1; i < start + length; i += 1) value = (value << 8n) | BigInt(block[i] ?? 0);
  return Number(value);
}

/** A number in octal digits or in base 256; NaN when it is neither. An empty field is 0. */
export function numericField(block: Buffer, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) !== 0) return binaryNumber(block, start, length);
  const end = start + length;
  let at = start;
  while (at < end && block[at] === 0x20) at += 1;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  while (at < end && block[at] === 0x20) at += 1;
  return at === end || block[at] === 0 ? value : Number.NaN;
}

function hasRightChecksum(block: Buffer, start: number): boolean {
  let unsigned = 0;
  let above127 = 0;
  for (let i = 0; i < blockSize; i += 1) {
    // The sum is taken with the checksum's own field as spaces.
    const byte = i >= checksumOffset && i < checksumEnd ? 0x20 : (block[start + i] ?? 0);
    unsigned += byte;
    above127 += byte >> 7;
  }
  const stored = numericField(block, start + checksumOffset, checksumEnd - checksumOffset);
  // Some old programs summed signed characters.
  return stored === unsigned || stored === unsigned - 256 * above127;
}

/** Whether a block has only zeros: two of them end an archive. */
export function isZeroBlock(block: Buffer, start = 0): boolean {
  for (let i = start; i < start + blockSize; i += 1) if (block[i] !== 0) return false;
  return true;
}

/** GNU's magic is "ustar  ": there the field of the prefix holds other things. */
function isUstar(block: Buffer, start: number): boolean {
  return (
    block.readUInt32BE(start + 257) === 0x75737461 && block.readUInt16BE(start + 261) === 0x7200
  );
}

/** Decodes the header block of 512 bytes at `start`: V7, ustar, and GNU's. */
export function decodeHeader(block: Buffer, start = 0): TarHeader | HeaderProblem {
  if (!hasRightChecksum(block, start)) return { problem: 'the header has a wrong checksum' };
  const prefix =
    block[start + 345] !== 0 && isUstar(block, start) ? textField(block, start + 345, 155) : '';
  const name = textField(block, start, 100);
  const header: TarHeader = {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: block[start + 157] === 0 ? '' : textField(block, start + 157, 100),
    typeFlag: String.fromCharCode(block[start + 156] ?? 0),
    mode: numericField(block, start + 100, 8),
    uid: numericField(block, start + 108, 8),
    gid: numericField(block, start + 116, 8),
    sizeBytes: numericField(block, start + 124, 12),
    mtimeSeconds: numericField(block, start + 136, 12),
    deviceMajor: numericField(block, start + 329, 8),
    deviceMinor: numericField(block, start + 337, 8),
  };
  const field = wrongNumber(header);
  return field === undefined ? header : { problem: `the header's ${field} is not a number` };
}

const numbers = [
  'mode',
  'uid',
  'gid',
  'sizeBytes',
  'mtimeSeconds',
  'deviceMajor',
  'deviceMinor',
] as const satisfies readonly (keyof TarHeader)[];

function wrongNumber(header: TarHeader): string | undefined {
  return numbers.find((field) => !Number.isSafeInteger(header[field]));
}
