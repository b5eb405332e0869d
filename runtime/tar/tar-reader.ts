import { ByteSource } from './byte-source.ts';
import { parsePaxRecords, parsePaxTime } from './pax-records.ts';
import type { PaxRecords, Timestamp } from './pax-records.ts';
import { tarError } from './tar-error.ts';
import { blockSize, decodeHeader, isZeroBlock } from './tar-header.ts';
import type { TarHeader } from './tar-header.ts';

/** What an entry is. */
type TarEntryType =
  'file' | 'hard-link' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/** An entry of an archive. Names are one character a byte (latin1), as file names of Linux are bytes. */
export interface TarEntry {
  readonly type: TarEntryType;
  readonly name: string;
  readonly linkName: string;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of `body`; 0 for all but files. */
  readonly sizeBytes: number;
  readonly mtime: Timestamp;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Extended attributes by their full name, such as `security.capability`. */
  readonly xattrs: ReadonlyMap<string, Buffer>;
  /** The file's content. What is not read before the next entry is asked for is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

const typeOfFlag: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** Names and extended headers that precede an entry. */
interface Extensions {
  longName?: string;
  longLinkName?: string;
  pax: PaxRecords;
}

/** A header for long names or pax records may not be longer: nobody's is, and it is held in memory. */
const maxExtensionBytes = 1024 * 1024;
const xattrPrefix = 'SCHILY.xattr.';
const noRecords: PaxRecords = new Map();

/** Reads the entries of one archive; `readTar` is its public face. */
class TarReader {
  readonly #source: ByteSource;
  #globalPax: PaxRecords = noRecords;
  /** Bytes of the current entry's content, and of its padding, that are still to come. */
  #bodyLeft = 0;
  #paddingLeft = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async next(): Promise<TarEntry | undefined> {
    await this.#skipBody();
    const extensions: Extensions = { pax: noRecords };
    for (;;) {
      const header = await this.#header();
      if (header === undefined) return undefined;
      if (!(await this.#readExtension(header, extensions))) return this.#entry(header, extensions);
    }
  }

  #fail(why: string): never {
    throw tarError(why, this.#source.consumed);
  }

  async #header(): Promise<TarHeader | undefined> {
    const block = await this.#source.upTo(blockSize);
    // Archives that just end, without the two zero blocks, are common enough to be accepted, as Go does.
    if (block.byteLength === 0) return undefined;
    if (block.byteLength < blockSize) this.#fail('it ends within a header');
    if (isZeroBlock(block)) return undefined;
    const header = decodeHeader(block);
    if ('problem' in header) this.#fail(header.problem);
    if (header.sizeBytes < 0) this.#fail('the header has a negative size');
    return header;
  }

  /** Takes in a header that only says more of the next one. Whether it was one. */
  async #readExtension(header: TarHeader, extensions: Extensions): Promise<boolean> {
    switch (header.typeFlag) {
      case 'L':
        extensions.longName = untilNul(await this.#extensionData(header));
        return true;
      case 'K':
        extensions.longLinkName = untilNul(await this.#extensionData(header));
        return true;
      case 'x':
        extensions.pax = await this.#paxRecords(header);
        return true;
      case 'g':
        this.#globalPax = new Map([...this.#globalPax, ...(await this.#paxRecords(header))]);
        return true;
      default:
        return false;
    }
  }

  async #extensionData(header: TarHeader): Promise<Buffer> {
    if (header.sizeBytes > maxExtensionBytes) this.#fail('an extended header is longer than 1 MiB');
    this.#expectBody(header.sizeBytes);
    const data = Buffer.from(await this.#source.upTo(header.sizeBytes));
    if (data.byteLength < header.sizeBytes) this.#fail('it ends within an extended header');
    this.#bodyLeft = 0;
    await this.#skipBody();
    return data;
  }

  async #paxRecords(header: TarHeader): Promise<PaxRecords> {
    const records = parsePaxRecords(await this.#extensionData(header));
    return records ?? this.#fail('a pax extended header is malformed');
  }

  #entry(header: TarHeader, extensions: Extensions): TarEntry {
    const pax =
      this.#globalPax.size === 0
        ? extensions.pax
        : new Map([...this.#globalPax, ...extensions.pax]);
    const name = pax.get('path')?.toString('latin1') ?? extensions.longName ?? header.name;
    const flagType = typeOfFlag[header.typeFlag];
    if (flagType === undefined) this.#fail(`entry type "${header.typeFlag}" is not supported`);
    if (pax.has('GNU.sparse.major') || pax.has('GNU.sparse.size') || pax.has('GNU.sparse.map')) {
      this.#fail('sparse files are not supported');
    }
    // Before there were directories in the format, a name that ends with a slash was one.
    const type = flagType === 'file' && name.endsWith('/') ? 'directory' : flagType;
    // Only files have content, whatever the size says.
    const sizeBytes = flagType === 'file' ? this.#number(pax, 'size', header.sizeBytes) : 0;
    this.#expectBody(sizeBytes);
    return {
      type,
      name,
      linkName:
        pax.get('linkpath')?.toString('latin1') ?? extensions.longLinkName ?? header.linkName,
      mode: header.mode & 0o7777,
      uid: this.#number(pax, 'uid', header.uid),
      gid: this.#number(pax, 'gid', header.gid),
      sizeBytes: type === 'file' ? sizeBytes : 0,
      mtime: this.#mtime(pax, header.mtimeSeconds),
      deviceMajor: header.deviceMajor,
      deviceMinor: header.deviceMinor,
      xattrs: xattrsOf(pax),
      body: this.#body(),
    };
  }

  #number(pax: PaxRecords, keyword: string, fallback: number): number {
    const digits = pax.get(keyword)?.toString('latin1');
    const value =
      digits === undefined ? fallback : Number(/^[0-9]+$/.test(digits) ? digits : Number.NaN);
    if (!Number.isSafeInteger(value) || value < 0)
      this.#fail(`the entry's ${keyword} is not a number`);
    return value;
  }

  #mtime(pax: PaxRecords, fallbackSeconds: number): Timestamp {
    const text = pax.get('mtime')?.toString('latin1');
    if (text === undefined) return { seconds: fallbackSeconds, nanoseconds: 0 };
    return parsePaxTime(text) ?? this.#fail("the entry's mtime is not a time");
  }

  #expectBody(sizeBytes: number): void {
    this.#bodyLeft = sizeBytes;
    this.#paddingLeft = (blockSize - (sizeBytes % blockSize)) % blockSize;
  }

  async *#body(): AsyncGenerator<Uint8Array, void> {
    while (this.#bodyLeft > 0) {
      const chunk = await this.#source.some(this.#bodyLeft);
      if (chunk.byteLength === 0) this.#fail('it ends within a file');
      this.#bodyLeft -= chunk.byteLength;
      yield chunk;
    }
  }

  async #skipBody(): Promise<void> {
    for (let left = this.#bodyLeft + this.#paddingLeft; left > 0;) {
      const chunk = await this.#source.some(left);
      if (chunk.byteLength === 0) this.#fail('it ends within a file');
      left -= chunk.byteLength;
    }
    this.#bodyLeft = 0;
    this.#paddingLeft = 0;
  }
}

function untilNul(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end === -1 ? data.byteLength : end);
}

function xattrsOf(pax: PaxRecords): ReadonlyMap<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [keyword, value] of pax) {
    if (keyword.startsWith(xattrPrefix))
      xattrs.set(keyword.slice(xattrPrefix.length), Buffer.from(value));
  }
  return xattrs;
}

/**
 * Reads a tar archive entry by entry: V7, ustar, pax and GNU headers (pax(1); GNU tar manual, "Basic Tar Format").
 * The source is read to its end, also past the end of the archive. Each entry's body has to be read before the next
 * entry is asked for.
 *
 * @throws TAR_INVALID, or what the source throws, from the iteration
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const bytes = new ByteSource(source);
  const reader = new TarReader(bytes);
  try {
    for (let entry = await reader.next(); entry; entry = await reader.next()) yield entry;
    while ((await bytes.some(Number.MAX_SAFE_INTEGER)).byteLength > 0);
  } finally {
    await bytes.close();
  }
}
