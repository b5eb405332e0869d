import { LogFile } from './log-file.ts';
import { headerBytes } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

interface RecordPlace {
  readonly offset: number;
  readonly newlines: number;
}

function countNewlines(payload: Buffer): number {
  let count = 0;
  for (let at = payload.indexOf(0x0a); at !== -1; at = payload.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

/**
 * The offset of a record from which on there are at least `lines` whole lines, and as little before them as records
 * allow. The log only says where the next record begins, so it is read once from the beginning; only places are kept.
 *
 * @throws LOG_CORRUPT
 */
export async function tailOffset(path: string, lines: number): Promise<number> {
  const log = await LogFile.open(path, 0);
  try {
    // The first record may begin within a line of each of the two streams: those two do not count.
    const wanted = lines + 2;
    const window = new TailWindow(wanted);
    let offset = 0;
    for (let batch = await log.next(); batch.length > 0; batch = await log.next()) {
      for (const record of batch) {
        window.push({ offset, newlines: countNewlines(record.payload) });
        offset += recordBytes(record);
      }
    }
    return window.firstOffset ?? offset;
  } finally {
    await log.close();
  }
}

function recordBytes(record: LogRecord): number {
  return record.payload.length + headerBytes;
}

/** The last records that have the wanted number of newlines between them. */
class TailWindow {
  readonly #wanted: number;
  #places: RecordPlace[] = [];
  #head = 0;
  #newlines = 0;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  push(place: RecordPlace): void {
    this.#places.push(place);
    this.#newlines += place.newlines;
    for (
      let first = this.#places[this.#head];
      first !== undefined;
      first = this.#places[this.#head]
    ) {
      if (this.#newlines - first.newlines < this.#wanted) break;
      this.#newlines -= first.newlines;
      this.#head += 1;
    }
    // Taking from the front of an array costs its length: do it seldom.
    if (this.#head > 10_000 && this.#head * 2 > this.#places.length) {
      this.#places = this.#places.slice(this.#head);
      this.#head = 0;
    }
  }

  get firstOffset(): number | undefined {
    return this.#places[this.#head]?.offset;
  }
}
