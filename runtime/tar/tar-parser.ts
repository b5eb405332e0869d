import { parsePaxRecords } from './pax-records.ts';
import type { PaxRecords } from './pax-records.ts';
import {
  maxSparseParts,
  oldGnuBlock,
  oldGnuHeader,
  parseSparseLines,
  sparseLineCount,
  sparseMapProblem,
} from './sparse-map.ts';
import type { SparsePart } from './sparse-map.ts';
import { decodeEntry } from './tar-entry.ts';
import type { DecodedEntry, Extensions, TarEntryHeader } from './tar-entry.ts';
import { tarError } from './tar-error.ts';
import { blockSize, decodeHeader, isZeroBlock } from './tar-header.ts';
import type { TarHeader } from './tar-header.ts';

/**
 * What `TarParser.next` found: `more` bytes are wanted; an `entry` begins; a piece of its `content` is there; the archive
 * has come to its `end`.
 */
export type TarEvent = 'more' | 'entry' | 'content' | 'end';

type State = 'header' | 'extension' | 'gnu-map' | 'map-lines' | 'content' | 'end';

/** A header for long names or pax records may not be longer: nobody's is, and it is held in memory. */
const maxExtensionBytes = 1024 * 1024;
const noRecords: PaxRecords = new Map();
const nothing = Buffer.alloc(0);

/**
 * Takes a tar archive apart: V7, ustar, pax and GNU headers, sparse files of all four kinds (pax(1); GNU tar manual,
 * "Basic Tar Format", "Storing Sparse Files"). It is pushed chunks and asked for what they have; a small file costs
 * neither a promise nor a copy. All errors are TAR_INVALID, thrown by `next`.
 */
export class TarParser {
  #state: State = 'header';
  #chunk: Buffer = nothing;
  #at = 0;
  /** Bytes of the archive before the current chunk. */
  #before = 0;
  #isWhole = false;
  /** Bytes to leave out before the state's own. */
  #skip = 0;
  /** The beginning of a block or of an extension of which the rest is still to come. */
  #held: Buffer = nothing;
  #heldBytes = 0;
  #extensions: Extensions = { longName: undefined, longLinkName: undefined, pax: noRecords };
  #globalPax: PaxRecords = noRecords;
  #extension: TarHeader | undefined;
  #decoded: DecodedEntry | undefined;
  /** Stored bytes of the entry's content that are still to come, and those of the current part. */
  #storedLeft = 0;
  #partLeft = 0;
  #padding = 0;
  #parts: SparsePart[] = [];
  #nextPart = 0;
  #mapLines: { readonly count: number; seen: number; readonly blocks: Buffer[] } | undefined;
  #contentStart = 0;
  #contentEnd = 0;
  #contentOffset = 0;

  /** Adds bytes. Those before must have been used up: `next` has said `more`. */
  push(chunk: Uint8Array): void {
    this.#chunk = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#at = 0;
  }

  /** Says that there are no more bytes. */
  finish(): void {
    this.#isWhole = true;
  }

  /** The entry of the last `entry` event. */
  get entry(): TarEntryHeader {
    if (this.#decoded === undefined) throw new TypeError('there is no entry yet');
    return this.#decoded.header;
  }

  /** Stored bytes of the entry that `content` events have yet to give. */
  get contentLeft(): number {
    return this.#storedLeft;
  }

  /** Where in the pushed chunk the piece of the last `content` event is. */
  get contentStart(): number {
    return this.#contentStart;
  }

  get contentEnd(): number {
    return this.#contentEnd;
  }

  /** Where in the file that piece belongs: what lies between pieces are holes. */
  get contentOffset(): number {
    return this.#contentOffset;
  }

  /** Goes on to the next event. After `more` the chunk is not needed any longer. @throws TAR_INVALID */
  next(): TarEvent {
    for (;;) {
      const event = this.#skipBytes() ? this.#step() : 'more';
      if (event === 'more') this.#letGo();
      if (event !== undefined) return event;
    }
  }

  #letGo(): void {
    this.#before += this.#chunk.byteLength;
    this.#chunk = nothing;
    this.#at = 0;
  }

  #step(): TarEvent | undefined {
    switch (this.#state) {
      case 'header':
        return this.#header();
      case 'extension':
        return this.#readExtension();
      case 'gnu-map':
        return this.#readGnuMap();
      case 'map-lines':
        return this.#readMapLines();
      case 'content':
        return this.#content();
      case 'end':
        // Whatever follows the end of an archive means nothing.
        this.#at = this.#chunk.byteLength;
        return this.#isWhole ? 'end' : 'more';
    }
  }

  #fail(why: string): never {
    throw tarError(why, this.#before + this.#at);
  }

  get #left(): number {
    return this.#chunk.byteLength - this.#at;
  }

  /** Whether all was left out that was to be. */
  #skipBytes(): boolean {
    if (this.#skip === 0) return true;
    const count = Math.min(this.#skip, this.#left);
    this.#at += count;
    this.#skip -= count;
    if (this.#skip > 0 && this.#isWhole) this.#fail('it ends within a file');
    return this.#skip === 0;
  }

  /**
   * Where the next `count` bytes are: in the chunk, or gathered from several; undefined while some are missing. They
   * count as used.
   */
  #take(count: number): { readonly bytes: Buffer; readonly start: number } | undefined {
    if (this.#heldBytes === 0 && this.#left >= count) {
      const start = this.#at;
      this.#at += count;
      return { bytes: this.#chunk, start };
    }
    if (this.#heldBytes === 0) this.#held = Buffer.allocUnsafe(count);
    const copied = this.#chunk.copy(
      this.#held,
      this.#heldBytes,
      this.#at,
      this.#at + count - this.#heldBytes,
    );
    this.#at += copied;
    this.#heldBytes += copied;
    if (this.#heldBytes < count) return undefined;
    this.#heldBytes = 0;
    return { bytes: this.#held, start: 0 };
  }

  #header(): TarEvent | undefined {
    const block = this.#take(blockSize);
    if (block === undefined) {
      if (!this.#isWhole) return 'more';
      if (this.#heldBytes > 0) this.#fail('it ends within a header');
      // Archives that just end, without the two zero blocks, are common enough to be accepted, as Go does.
      this.#state = 'end';
      return undefined;
    }
    const { bytes, start } = block;
    if (bytes[start] === 0 && isZeroBlock(bytes, start)) {
      this.#state = 'end';
      return undefined;
    }
    const header = decodeHeader(bytes, start);
    if ('problem' in header) this.#fail(header.problem);
    if (header.sizeBytes < 0) this.#fail('the header has a negative size');
    switch (header.typeFlag) {
      case 'L':
      case 'K':
      case 'x':
      case 'g':
        if (header.sizeBytes > maxExtensionBytes)
          this.#fail('an extended header is longer than 1 MiB');
        this.#extension = header;
        this.#state = 'extension';
        return undefined;
      default:
        return this.#begin(header, bytes, start);
    }
  }

  /** Takes in a header that only says more of the next one. */
  #readExtension(): TarEvent | undefined {
    const { typeFlag, sizeBytes } = this.#extension ?? this.#fail('it has no header');
    const taken = this.#take(sizeBytes);
    if (taken === undefined)
      return this.#isWhole ? this.#fail('it ends within an extended header') : 'more';
    const data = Buffer.from(taken.bytes.subarray(taken.start, taken.start + sizeBytes));
    this.#skip = paddingOf(sizeBytes);
    this.#state = 'header';
    switch (typeFlag) {
      case 'L':
        this.#extensions.longName = untilNul(data);
        break;
      case 'K':
        this.#extensions.longLinkName = untilNul(data);
        break;
      case 'g':
        this.#globalPax = this.#joinGlobal(this.#records(data));
        break;
      default:
        this.#extensions.pax = this.#records(data);
    }
    return undefined;
  }

  #records(data: Buffer): PaxRecords {
    return parsePaxRecords(data) ?? this.#fail('a pax extended header is malformed');
  }

  #joinGlobal(records: PaxRecords): PaxRecords {
    const joined = new Map([...this.#globalPax, ...records]);
    let bytes = 0;
    for (const [keyword, value] of joined) bytes += keyword.length + value.byteLength;
    if (bytes > maxExtensionBytes) this.#fail('its global headers are longer than 1 MiB');
    return joined;
  }

  #begin(header: TarHeader, block: Buffer, start: number): TarEvent | undefined {
    const extensions = this.#extensions;
    if (this.#globalPax.size > 0) extensions.pax = new Map([...this.#globalPax, ...extensions.pax]);
    this.#extensions = { longName: undefined, longLinkName: undefined, pax: noRecords };
    const decoded = decodeEntry(header, extensions, (why) => this.#fail(why));
    this.#decoded = decoded;
    this.#storedLeft = decoded.storedBytes;
    this.#padding = paddingOf(decoded.storedBytes);
    if (header.typeFlag === 'S') return this.#beginGnuSparse(decoded, block, start);
    const { sparse } = decoded;
    if (sparse === undefined) {
      this.#setParts([{ offset: 0, length: decoded.storedBytes }]);
      return this.#entryReady();
    }
    if (sparse.parts === undefined) {
      this.#mapLines = undefined;
      this.#state = 'map-lines';
      return undefined;
    }
    this.#setParts(sparse.parts);
    return this.#sparseReady();
  }

  #beginGnuSparse(decoded: DecodedEntry, block: Buffer, start: number): TarEvent | undefined {
    const map = oldGnuHeader(block, start) ?? this.#fail('the map of a sparse file is malformed');
    this.#decoded = { ...decoded, header: { ...decoded.header, sizeBytes: map.sizeBytes } };
    this.#setParts(map.parts);
    if (!map.more) return this.#sparseReady();
    this.#state = 'gnu-map';
    return undefined;
  }

  #readGnuMap(): TarEvent | undefined {
    const block = this.#take(blockSize);
    if (block === undefined) return this.#isWhole ? this.#fail('it ends within a header') : 'more';
    const map =
      oldGnuBlock(block.bytes, block.start) ?? this.#fail('the map of a sparse file is malformed');
    this.#parts.push(...map.parts);
    if (this.#parts.length > maxSparseParts) this.#fail('a sparse file has too many parts');
    return map.more ? undefined : this.#sparseReady();
  }

  /** The map of format 1.0 is a part of the stored content. */
  #readMapLines(): TarEvent | undefined {
    if (this.#heldBytes === 0 && this.#storedLeft < blockSize)
      this.#fail('the map of a sparse file is malformed');
    const taken = this.#take(blockSize);
    if (taken === undefined) return this.#isWhole ? this.#fail('it ends within a file') : 'more';
    const block = Buffer.from(taken.bytes.subarray(taken.start, taken.start + blockSize));
    this.#storedLeft -= blockSize;
    const count = this.#mapLines?.count ?? sparseLineCount(block);
    if (count === undefined) this.#fail('the map of a sparse file is malformed');
    const map = (this.#mapLines ??= { count, seen: 0, blocks: [] });
    map.blocks.push(block);
    for (const byte of block) if (byte === 0x0a) map.seen += 1;
    if (map.seen < count) return undefined;
    const parts = parseSparseLines(Buffer.concat(map.blocks), count);
    this.#setParts(parts ?? this.#fail('the map of a sparse file is malformed'));
    return this.#sparseReady();
  }

  #setParts(parts: readonly SparsePart[]): void {
    this.#parts = [...parts];
    this.#nextPart = 0;
    this.#partLeft = 0;
  }

  #sparseReady(): TarEvent {
    const { sizeBytes, type } = this.entry;
    const problem = sparseMapProblem({ parts: this.#parts, sizeBytes }, this.#storedLeft);
    if (problem !== undefined) this.#fail(problem);
    if (type !== 'file') this.#fail('a folder is stored as a sparse file');
    return this.#entryReady();
  }

  #entryReady(): TarEvent {
    this.#state = 'content';
    return 'entry';
  }

  #content(): TarEvent | undefined {
    if (this.#storedLeft === 0) {
      this.#skip = this.#padding;
      this.#state = 'header';
      return undefined;
    }
    if (this.#left === 0) return this.#isWhole ? this.#fail('it ends within a file') : 'more';
    while (this.#partLeft === 0) {
      const part = this.#parts[this.#nextPart];
      if (part === undefined) this.#fail('a sparse file has more data than its map says');
      this.#nextPart += 1;
      this.#partLeft = part.length;
      this.#contentOffset = part.offset;
      this.#contentEnd = this.#contentStart;
    }
    // The piece before was of the same part unless a new one has just begun.
    this.#contentOffset += this.#contentEnd - this.#contentStart;
    const count = Math.min(this.#partLeft, this.#left);
    this.#contentStart = this.#at;
    this.#contentEnd = this.#at + count;
    this.#at += count;
    this.#partLeft -= count;
    this.#storedLeft -= count;
    return 'content';
  }
}

function paddingOf(sizeBytes: number): number {
  return (blockSize - (sizeBytes % blockSize)) % blockSize;
}

function untilNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end === -1 ? data.byteLength : end);
}
