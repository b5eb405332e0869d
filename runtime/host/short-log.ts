import {
  copyFileSync,
  fstatSync,
  ftruncateSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hasErrno } from './files.ts';

/** A log file that must not grow for ever. */
export interface ShortLogOptions {
  /** Open for appending (O_APPEND); nobody else writes to it now. */
  readonly descriptor: number;
  readonly path: string;
  /** Longer than this, by at most one line, the file never gets. */
  readonly maxBytes: number;
  /** How many older files are kept: `<path>.1`, the newest, and so on. */
  readonly forerunners: number;
  /** First line of a file that goes on where another ended, with its line end. Different each time: readers know files by it. */
  readonly firstLine: () => string;
}

/**
 * The log of a process whose standard error it is. The file cannot be replaced then: the descriptor that a crash is written
 * to leads to it. So its content is copied aside and the file cut to nothing, both within one turn of the event loop: the
 * only writer is busy with this, so no line falls between the two. Killed between them, a line is there twice, never not.
 */
export class ShortLog {
  readonly #options: ShortLogOptions;
  /** From this size on the next rotation is tried, in bytes. */
  #limit: number;

  constructor(options: ShortLogOptions) {
    this.#options = options;
    this.#limit = options.maxBytes;
  }

  /** Appends a line, with its line end. One that a full disk has no room for is lost: a log stops no daemon. */
  write(line: string): void {
    const { descriptor } = this.#options;
    const { size } = fstatSync(descriptor);
    if (size > 0 && size + Buffer.byteLength(line) > this.#limit) this.#rotate(size);
    append(descriptor, line);
  }

  #rotate(size: number): void {
    const { descriptor, path, maxBytes, forerunners, firstLine } = this.#options;
    const copy = `${path}.new`;
    try {
      copyFileSync(path, copy);
      for (let age = forerunners - 1; age >= 1; age -= 1) {
        renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
      }
      renameSync(copy, `${path}.1`);
    } catch (error) {
      // No room for the copy, for example: better a longer log than a shorter one.
      if (!(error instanceof Error && 'errno' in error)) throw error;
      rmSync(copy, { force: true });
      this.#limit = size + maxBytes / 10;
      return;
    }
    ftruncateSync(descriptor, 0);
    this.#limit = maxBytes;
    append(descriptor, firstLine());
  }
}

/** Whether a descriptor leads to the file at a path. */
export function isOpenFile(descriptor: number, path: string): boolean {
  const open = fstatSync(descriptor);
  const there = statSync(path, { throwIfNoEntry: false });
  return there?.isFile() === true && there.dev === open.dev && there.ino === open.ino;
}

/** Appends all of a text, or, where there is no room for all, nothing. */
function append(descriptor: number, text: string): void {
  const { size } = fstatSync(descriptor);
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  } catch (error) {
    if (!hasErrno(error, 'ENOSPC', 'EDQUOT', 'EIO', 'EFBIG')) throw error;
    ftruncateSync(descriptor, size);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}
