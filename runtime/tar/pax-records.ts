/** The records of a pax extended header, by keyword. Values are bytes: extended attributes are not text. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

/** Format 0.0 of sparse files repeats two keywords; 0.1 has the same numbers in one record. */
const sparseOffset = 'GNU.sparse.offset';
const sparseLength = 'GNU.sparse.numbytes';
const sparseList = 'GNU.sparse.map';

/**
 * Parses the records of a pax extended header, each "<length> <keyword>=<value>\n" with the length of the whole
 * record (pax(1), "pax Extended Header"). `undefined` when they are not well-formed. What format 0.0 of GNU's sparse
 * files repeats is given as the `GNU.sparse.map` of 0.1.
 */
export function parsePaxRecords(data: Buffer): PaxRecords | undefined {
  const records = new Map<string, Buffer>();
  const sparse: string[] = [];
  let position = 0;
  while (position < data.byteLength) {
    const space = data.indexOf(0x20, position);
    if (space === -1) return undefined;
    const digits = data.toString('latin1', position, space);
    if (!/^[0-9]{1,10}$/.test(digits)) return undefined;
    const end = position + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (end > data.byteLength || equals === -1 || equals >= end || data[end - 1] !== 0x0a)
      return undefined;
    const keyword = data.toString('utf8', space + 1, equals);
    records.set(keyword, data.subarray(equals + 1, end - 1));
    if (keyword === sparseOffset || keyword === sparseLength) {
      if ((keyword === sparseOffset) !== (sparse.length % 2 === 0)) return undefined;
      sparse.push(data.toString('latin1', equals + 1, end - 1));
    }
    position = end;
  }
  if (sparse.length > 0) records.set(sparseList, Buffer.from(sparse.join(',')));
  return records;
}

/** A time as the kernel's struct timespec has it. */
export interface Timestamp {
  readonly seconds: number;
  /** 0 to 999999999, added to `seconds` also when those are negative. */
  readonly nanoseconds: number;
}

/** Parses a pax time, "1700000000.123456789"; `undefined` when it is none. More than nanoseconds is cut off. */
export function parsePaxTime(text: string): Timestamp | undefined {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { seconds, nanoseconds };
  if (nanoseconds === 0) return { seconds: -seconds, nanoseconds: 0 };
  return { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}
