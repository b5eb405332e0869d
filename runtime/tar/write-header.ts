import { paxRecord } from './write-pax.ts';

/** Bytes of a block (pax(1), "ustar Interchange Format"). */
const blockSize = 512;

/** The type flags of what is written. */
const typeFlags = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
} as const;

/** An entry to write. Names are one character a byte (latin1), as file names of Linux are bytes. */
export interface TarHeaderInput {
  readonly type: keyof typeof typeFlags;
  /** A folder's ends with a slash. */
  readonly name: string;
  readonly linkName?: string;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow; only files have any. */
  readonly sizeBytes?: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly deviceMajor?: number;
  readonly deviceMinor?: number;
  /** Extended attributes by their full name. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** A header in front of nothing: see `encodeHeader`. */
interface Fields {
  readonly typeFlag: string;
  readonly name: string;
  readonly prefix: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** The largest number that fits into a field of so many characters, one of which ends it. */
const largest = (length: number): number => 8 ** (length - 1) - 1;

/**
 * The blocks in front of an entry's content: a ustar header, and before it a pax header for what does not fit into it
 * (pax(1)): long names and those that are not ASCII, parts of seconds, large numbers, extended attributes. The same
 * entry always gives the same bytes; nothing of this host or of the time of writing is in them.
 */
export function encodeHeader(entry: TarHeaderInput): Buffer {
  const { name, linkName = '', uid, gid, sizeBytes = 0, mtime } = entry;
  const records: Buffer[] = [];
  const record = (keyword: string, value: string): void => {
    records.push(paxRecord(keyword, Buffer.from(value, 'latin1')));
  };
  const split = splitName(name);
  if (split === undefined) record('path', name);
  const linkFits = isAscii(linkName) && linkName.length <= 100;
  if (!linkFits) record('linkpath', linkName);
  const fits = (keyword: string, value: number, length: number): number => {
    if (value <= largest(length)) return value;
    record(keyword, String(value));
    return 0;
  };
  const isPlainTime = mtime.nanoseconds === 0 && mtime.seconds >= 0 && mtime.seconds <= largest(12);
  if (!isPlainTime) record('mtime', paxTime(mtime));
  const fields: Fields = {
    typeFlag: typeFlags[entry.type],
    name: split?.name ?? shortened(name),
    prefix: split?.prefix ?? '',
    linkName: linkFits ? linkName : shortened(linkName),
    mode: entry.mode,
    uid: fits('uid', uid, 8),
    gid: fits('gid', gid, 8),
    sizeBytes: fits('size', sizeBytes, 12),
    mtimeSeconds: Math.min(Math.max(mtime.seconds, 0), largest(12)),
    deviceMajor: entry.deviceMajor ?? 0,
    deviceMinor: entry.deviceMinor ?? 0,
  };
  for (const [keyword, value] of entry.xattrs ?? []) {
    records.push(paxRecord(`SCHILY.xattr.${keyword}`, value));
  }
  const header = encodeFields(fields);
  if (records.length === 0) return header;
  // In the order of their bytes, whatever order the attributes came in.
  const body = Buffer.concat(records.sort(compareKeywords));
  const pax = { ...paxFields, name: paxName(name), sizeBytes: body.byteLength };
  return Buffer.concat([encodeFields(pax), body, paddingFor(body.byteLength), header]);
}

/** Zeros that fill the last block of a content. */
export function paddingFor(sizeBytes: number): Buffer {
  return Buffer.alloc((blockSize - (sizeBytes % blockSize)) % blockSize);
}

/** Two blocks of zeros: the end of an archive. */
export const archiveEnd: Uint8Array = new Uint8Array(2 * blockSize);

const paxFields: Fields = {
  typeFlag: 'x',
  name: '',
  prefix: '',
  linkName: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 0,
  deviceMajor: 0,
  deviceMinor: 0,
};

function encodeFields(fields: Fields): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
  };
  block.write(fields.name, 0, 100, 'latin1');
  octal(fields.mode, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.sizeBytes, 124, 12);
  octal(fields.mtimeSeconds, 136, 12);
  block.write(fields.typeFlag, 156, 1, 'latin1');
  block.write(fields.linkName, 157, 100, 'latin1');
  block.write('ustar\x0000', 257, 8, 'latin1');
  octal(fields.deviceMajor, 329, 8);
  octal(fields.deviceMinor, 337, 8);
  block.write(fields.prefix, 345, 155, 'latin1');
  // The sum of all bytes, with spaces in the place of the sum itself.
  block.write('        ', 148, 8, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
  return block;
}

/** A name as the header takes it, split at a slash when it is long; `undefined` when it does not fit. */
function splitName(name: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(name)) return undefined;
  if (name.length <= 100) return { name, prefix: '' };
  // The last slash that leaves a prefix of at most 155 and a name that is not empty.
  const slash = name.slice(0, -1).lastIndexOf('/', 155);
  if (slash <= 0 || name.length - slash - 1 > 100) return undefined;
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** What readers that know no pax headers see instead of a name that does not fit. */
function shortened(name: string): string {
  return name.replace(/[^\0-\x7f]/g, '_').slice(0, 100);
}

function paxName(name: string): string {
  const parts = shortened(name.replace(/\/$/, '').slice(-80)).split('/');
  return `PaxHeaders.0/${parts.at(-1) ?? ''}`;
}

/** Seconds as pax writes them; the kernel's nanoseconds count up also before 1970. */
function paxTime({ seconds, nanoseconds }: TarHeaderInput['mtime']): string {
  if (nanoseconds === 0) return String(seconds);
  const isNegative = seconds < 0;
  const whole = isNegative ? -(seconds + 1) : seconds;
  const parts = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const fraction = String(parts).padStart(9, '0').replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${whole}.${fraction}`;
}

function compareKeywords(a: Buffer, b: Buffer): number {
  const keyword = (record: Buffer): Buffer =>
    record.subarray(record.indexOf(0x20) + 1, record.indexOf(0x3d));
  return Buffer.compare(keyword(a), keyword(b));
}
