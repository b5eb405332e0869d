import type { LogFile } from './log-file.ts';
import { endsLine, findLine, lineParts } from './log-line.ts';

/** Bytes that are read at once, from the end on. */
const chunkBytes = 64 * 1024;
const newline = 0x0a;

/** A place between two lines of a log: everything in this file from there on, and all later files. */
export interface TailPlace {
  readonly file: number;
  readonly offset: number;
}

/**
 * Where the last lines of a log begin. It is read from its end on, and no further back than that takes. A line of output that
 * was written in pieces is one.
 *
 * @param files the oldest first
 */
export async function tailPlace(files: readonly LogFile[], lines: number): Promise<TailPlace> {
  const counter = new EndCounter(lines);
  for (let file = files.length - 1; file >= 0; file -= 1) {
    const offset = await findIn(files[file] as LogFile, counter);
    if (offset !== undefined) return { file, offset };
  }
  return { file: 0, offset: 0 };
}

/** Offset of the first line that is wanted; `undefined` when more are wanted than the file has. */
async function findIn(file: LogFile, counter: EndCounter): Promise<number | undefined> {
  let end = await file.size();
  /** Bytes from `end` on whose line begins before it. */
  let rest = Buffer.alloc(0);
  while (end > 0) {
    const start = Math.max(0, end - chunkBytes);
    const chunk = Buffer.allocUnsafe(end - start);
    await file.read(chunk, 0, start);
    const block = Buffer.concat([chunk, rest]);
    // The first line of the chunk may begin before it.
    const first = start === 0 ? 0 : block.indexOf(newline) + 1;
    // Behind the last newline is what the monitor has not finished.
    let at = block.lastIndexOf(newline) + 1;
    if (first > 0 || start === 0) {
      while (at > first) {
        const from = block.lastIndexOf(newline, at - 2) + 1;
        if (counter.isEnough(block, from)) return start + at;
        at = from;
      }
      rest = block.subarray(0, first);
    } else rest = block;
    end = start;
  }
  return undefined;
}

/** Counts lines of output from the end of the log on. */
class EndCounter {
  readonly #wanted: number;
  readonly #parts = lineParts();
  #ends = 0;
  #isFirst = true;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** Takes the line that begins here: whether it is already one too many. */
  isEnough(block: Buffer, at: number): boolean {
    if (this.#wanted === 0) return true;
    findLine(block, at, this.#parts);
    const ends = endsLine(block, this.#parts);
    // The last line of output may not be complete yet: it counts.
    if (ends || this.#isFirst) this.#ends += 1;
    this.#isFirst = false;
    return ends && this.#ends > this.#wanted;
  }
}
