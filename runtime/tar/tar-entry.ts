import { parsePaxTime } from './pax-records.ts';
import type { PaxRecords, Timestamp } from './pax-records.ts';
import { parseSparseList } from './sparse-map.ts';
import type { SparsePart } from './sparse-map.ts';
import type { TarHeader } from './tar-header.ts';

/** What an entry is. */
export type TarEntryType =
  'file' | 'hard-link' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/** What an archive says of one file. Names are one character a byte (latin1), as file names of Linux are bytes. */
export interface TarEntryHeader {
  readonly type: TarEntryType;
  readonly name: string;
  readonly linkName: string;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the file, the holes of a sparse one included; 0 for all but files. */
  readonly sizeBytes: number;
  readonly mtime: Timestamp;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Extended attributes by their full name, such as `security.capability`. */
  readonly xattrs: ReadonlyMap<string, Buffer>;
}

/** Names and extended headers that precede an entry. */
export interface Extensions {
  longName: string | undefined;
  longLinkName: string | undefined;
  pax: PaxRecords;
}

/** What pax records say of a sparse file. */
export interface PaxSparse {
  readonly name: string | undefined;
  readonly sizeBytes: number;
  /** undefined: the map stands before the data (format 1.0). */
  readonly parts: readonly SparsePart[] | undefined;
}

const typeOfFlag: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

const xattrPrefix = 'SCHILY.xattr.';
const noXattrs: ReadonlyMap<string, Buffer> = new Map();

/** Refuses an archive; does not return. */
export type Refuse = (why: string) => never;

/** An entry as its header and its extensions tell it, and how much content the archive has for it. */
export interface DecodedEntry {
  readonly header: TarEntryHeader;
  /** Bytes that follow in the archive, without the padding. */
  readonly storedBytes: number;
  readonly sparse: PaxSparse | undefined;
}

/** Joins a header and the extensions before it. Problems go to `refuse`. */
export function decodeEntry(
  header: TarHeader,
  extensions: Extensions,
  refuse: Refuse,
): DecodedEntry {
  const { pax } = extensions;
  const flagType = typeOfFlag[header.typeFlag];
  if (flagType === undefined) return refuse(`entry type "${header.typeFlag}" is not supported`);
  const sparse = pax.size > 0 && flagType === 'file' ? paxSparse(pax, refuse) : undefined;
  const name =
    sparse?.name ?? pax.get('path')?.toString('latin1') ?? extensions.longName ?? header.name;
  // Before there were directories in the format, a name that ends with a slash was one.
  const type = flagType === 'file' && name.endsWith('/') ? 'directory' : flagType;
  // Only files have content, whatever the size says.
  const storedBytes =
    flagType === 'file' ? decimal(pax, 'size', { fallback: header.sizeBytes, refuse }) : 0;
  const entry: TarEntryHeader = {
    type,
    name,
    linkName: pax.get('linkpath')?.toString('latin1') ?? extensions.longLinkName ?? header.linkName,
    mode: header.mode & 0o7777,
    uid: decimal(pax, 'uid', { fallback: header.uid, refuse }),
    gid: decimal(pax, 'gid', { fallback: header.gid, refuse }),
    sizeBytes: type === 'file' ? (sparse?.sizeBytes ?? storedBytes) : 0,
    mtime: mtimeOf(pax, header.mtimeSeconds, refuse),
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    xattrs: pax.size === 0 ? noXattrs : xattrsOf(pax),
  };
  return { header: entry, storedBytes, sparse };
}

function decimal(
  pax: PaxRecords,
  keyword: string,
  { fallback, refuse }: { readonly fallback: number; readonly refuse: Refuse },
): number {
  const digits = pax.size === 0 ? undefined : pax.get(keyword)?.toString('latin1');
  const value =
    digits === undefined ? fallback : Number(/^[0-9]+$/.test(digits) ? digits : Number.NaN);
  if (!Number.isSafeInteger(value) || value < 0)
    return refuse(`the entry's ${keyword} is not a number`);
  return value;
}

function mtimeOf(pax: PaxRecords, fallbackSeconds: number, refuse: Refuse): Timestamp {
  const text = pax.size === 0 ? undefined : pax.get('mtime')?.toString('latin1');
  if (text === undefined) return { seconds: fallbackSeconds, nanoseconds: 0 };
  return parsePaxTime(text) ?? refuse("the entry's mtime is not a time");
}

function xattrsOf(pax: PaxRecords): ReadonlyMap<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  for (const [keyword, value] of pax) {
    if (keyword.startsWith(xattrPrefix))
      xattrs.set(keyword.slice(xattrPrefix.length), Buffer.from(value));
  }
  return xattrs;
}

/** GNU's sparse formats 0.0, 0.1 and 1.0; undefined for a file that is not sparse. */
function paxSparse(pax: PaxRecords, refuse: Refuse): PaxSparse | undefined {
  const name = pax.get('GNU.sparse.name')?.toString('latin1');
  const major = pax.get('GNU.sparse.major')?.toString('latin1');
  const list = pax.get('GNU.sparse.map')?.toString('latin1');
  if (major !== undefined && major !== '0') {
    if (major !== '1' || pax.get('GNU.sparse.minor')?.toString('latin1') !== '0')
      return refuse(`sparse files of format "${major}" are not supported`);
    return { name, sizeBytes: sparseSize(pax, 'GNU.sparse.realsize', refuse), parts: undefined };
  }
  // A file of one hole has no part at all in format 0.0.
  if (list === undefined && !pax.has('GNU.sparse.size')) return undefined;
  const parts = parseSparseList(list ?? '') ?? refuse('the map of a sparse file is malformed');
  return { name, sizeBytes: sparseSize(pax, 'GNU.sparse.size', refuse), parts };
}

function sparseSize(pax: PaxRecords, keyword: string, refuse: Refuse): number {
  if (!pax.has(keyword)) return refuse(`a sparse file has no ${keyword}`);
  return decimal(pax, keyword, { fallback: 0, refuse });
}
