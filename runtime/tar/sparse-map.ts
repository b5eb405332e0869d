import { numericField } from './tar-header.ts';

/** A part of a sparse file that has data; all between is a hole. */
export interface SparsePart {
  readonly offset: number;
  readonly length: number;
}

/** Where the data of a sparse file belongs (GNU tar manual, "Storing Sparse Files"). */
export interface SparseMap {
  readonly parts: readonly SparsePart[];
  /** Bytes of the file with its holes. */
  readonly sizeBytes: number;
}

/** Nobody's file has more; memory for the map is limited this way. */
export const maxSparseParts = 262_144;

/** Old GNU header: four parts from byte 386 on, then whether further blocks follow, then the file's size. */
const inHeader = { offset: 386, count: 4, more: 482, size: 483 } as const;
/** Each further block: 21 parts, then whether another one follows. */
const inBlock = { count: 21, more: 504 } as const;
const partSize = 24;

/** What an old GNU header (type "S") says of a sparse file; undefined when it is malformed. */
export function oldGnuHeader(
  block: Buffer,
  start: number,
):
  { readonly parts: SparsePart[]; readonly sizeBytes: number; readonly more: boolean } | undefined {
  const parts = readParts(block, start + inHeader.offset, inHeader.count);
  const sizeBytes = numericField(block, start + inHeader.size, 12);
  if (parts === undefined || !Number.isSafeInteger(sizeBytes)) return undefined;
  return { parts, sizeBytes, more: block[start + inHeader.more] !== 0 };
}

/** One further block of an old GNU sparse map; undefined when it is malformed. */
export function oldGnuBlock(
  block: Buffer,
  start: number,
): { readonly parts: readonly SparsePart[]; readonly more: boolean } | undefined {
  const parts = readParts(block, start, inBlock.count);
  return parts && { parts, more: block[start + inBlock.more] !== 0 };
}

function readParts(block: Buffer, start: number, count: number): SparsePart[] | undefined {
  const parts: SparsePart[] = [];
  for (let at = start; at < start + count * partSize; at += partSize) {
    if (block[at] === 0) break;
    const offset = numericField(block, at, 12);
    const length = numericField(block, at + 12, 12);
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return undefined;
    parts.push({ offset, length });
  }
  return parts;
}

/** The map of formats 0.0 and 0.1, "offset,length,offset,length..."; undefined when it is malformed. */
export function parseSparseList(text: string): readonly SparsePart[] | undefined {
  return text === '' ? [] : pair(text.split(','));
}

/**
 * How many lines the map of format 1.0 has, which stands before the data: the number of parts, then each part's offset
 * and length. undefined when its first block does not tell.
 */
export function sparseLineCount(firstBlock: Buffer): number | undefined {
  const end = firstBlock.indexOf(0x0a);
  const text = firstBlock.toString('latin1', 0, Math.max(end, 0));
  if (!/^[0-9]{1,7}$/.test(text)) return undefined;
  return Number(text) > maxSparseParts ? undefined : 1 + 2 * Number(text);
}

/** The map of format 1.0; undefined when it is malformed. */
export function parseSparseLines(
  bytes: Buffer,
  lineCount: number,
): readonly SparsePart[] | undefined {
  return pair(bytes.toString('latin1').split('\n', lineCount).slice(1));
}

function pair(numbers: readonly string[]): readonly SparsePart[] | undefined {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * maxSparseParts) return undefined;
  if (!numbers.every((text) => /^[0-9]{1,16}$/.test(text))) return undefined;
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    offset: Number(numbers[2 * i]),
    length: Number(numbers[2 * i + 1]),
  }));
}

/** What is wrong with a map; undefined when its parts are in order, within the file, and have `storedBytes` in all. */
export function sparseMapProblem(map: SparseMap, storedBytes: number): string | undefined {
  let end = 0;
  let stored = 0;
  for (const { offset, length } of map.parts) {
    if (offset < end) return 'the parts of a sparse file overlap';
    end = offset + length;
    stored += length;
  }
  if (!Number.isSafeInteger(end) || end > map.sizeBytes)
    return 'a part of a sparse file lies behind its end';
  return stored === storedBytes
    ? undefined
    : `a sparse file has ${storedBytes} bytes of data; wanted ${stored}, as its map says`;
}
