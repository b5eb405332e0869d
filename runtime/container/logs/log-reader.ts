import { newestInode, openFiles } from './log-files.ts';
import { LogFile } from './log-file.ts';
import { type TailPlace, tailPlace } from './log-tail.ts';

/** Bytes asked of a file at once: large enough that a chatty container's log costs few system calls. */
const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** A place between two lines, also for a later berthd. */
export interface LogMark {
  readonly inode: bigint;
  readonly offset: number;
}

/** Which log, and from where on. */
export interface LogPlace {
  readonly path: string;
  /** Whether the log is rotated: else it is one file for ever. */
  readonly rotates: boolean;
  /** `number`: so many lines before the end. A mark is a place that a reader had come to. */
  readonly from: 'beginning' | 'end' | number | LogMark;
  /** `now`: no further than what is there when it is opened, however fast more comes. */
  readonly to: 'now' | 'ever';
  /**
   * So many files at most are kept open for a reader, or as many as there are at first: of those that it has yet to read the oldest
   * are left out. Absent: it gets all, whatever that takes on the disk.
   */
  readonly mostFiles?: number;
}

/**
 * One reader's place in a container's log, which goes from file to file as they are rotated. A file that it has open is not
 * lost for it when it is renamed or removed.
 */
export class LogReader {
  readonly #path: string;
  readonly #rotates: boolean;
  /** What is still to be read, the oldest first; the last one may be the newest. */
  readonly #files: LogFile[];
  #offset: number;
  /** The beginning of a line that is not complete yet. */
  #rest: Buffer = Buffer.alloc(0);
  #memory: Buffer = Buffer.alloc(0);
  /** Where to stop in the newest file. */
  readonly #limit: number;
  readonly #mostFiles: number;
  #looking: Promise<boolean> | undefined;
  #closed = false;

  private constructor(
    place: LogPlace,
    { files, offset, limit }: { files: LogFile[]; offset: number; limit: number },
  ) {
    this.#path = place.path;
    this.#rotates = place.rotates && place.to === 'ever';
    this.#limit = limit;
    this.#mostFiles = Math.max(place.mostFiles ?? Infinity, files.length);
    this.#files = files;
    this.#offset = offset;
  }

  /** A log that is not there yet is empty. */
  static async open(place: LogPlace): Promise<LogReader> {
    // One that is not rotated is one file: nobody has to look for others.
    const files = place.rotates ? [...(await openFiles(place.path))] : await onlyFile(place.path);
    const limit = place.to === 'ever' ? Infinity : ((await files.at(-1)?.size()) ?? 0);
    if (place.from === 'beginning') return new LogReader(place, { files, offset: 0, limit });
    const { file, offset } = await startOf(files, place.from);
    for (const past of files.splice(0, file)) await past.close();
    return new LogReader(place, { files, offset, limit });
  }

  /** Where the next block begins; `undefined` while there is no file. */
  get mark(): LogMark | undefined {
    const [file] = this.#files;
    return file && { inode: file.inode, offset: this.#offset - this.#rest.length };
  }

  /** The next whole lines, until `next` is called again; `undefined` when there are no more for now. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const [file] = this.#files;
      if (file === undefined) {
        if (this.#limit === 0 || !(await this.#lookForNewer())) return undefined;
        continue;
      }
      const lines = await this.#read(file);
      if (lines !== undefined) return lines;
      // Nothing more comes to a file that has a successor; what was written before is there with one more read.
      if (this.#files.length > 1) await this.#leave(file);
      else if (!this.#rotates || !(await this.#lookForNewer())) return undefined;
      else {
        const last = await this.#read(file);
        if (last !== undefined) return last;
      }
    }
  }

  /** To be called when the log has grown: a file that was begun is opened before it is gone again, however slow the reader is. */
  heardOfMore(): void {
    if (this.#rotates && this.#looking === undefined) void this.#startLooking().catch(() => false);
  }

  /**
   * Opens files that were begun since it was looked last; whether there are any. A look that is under way may have come too
   * early: it is waited for, since two would open the same file twice, and then there is another.
   */
  async #lookForNewer(): Promise<boolean> {
    let found = false;
    while (this.#looking !== undefined) found = (await this.#looking) || found;
    return (await this.#startLooking()) || found;
  }

  #startLooking(): Promise<boolean> {
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Opens all files that there are: none of them is lost for it from then on, though all be removed. */
  async openRest(): Promise<void> {
    if (this.#limit > 0 && (this.#rotates || this.#files.length === 0)) await this.#lookForNewer();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#looking?.catch(() => undefined);
    for (const file of this.#files.splice(0)) await file.close();
  }

  async #look(): Promise<boolean> {
    if (this.#closed) return false;
    const last = this.#files.at(-1)?.inode;
    const newest = await newestInode(this.#path);
    if (newest === undefined || newest === last) return false;
    const files = await openFiles(this.#path, last);
    this.#files.push(...files);
    await this.#leaveOut();
    return files.length > 0;
  }

  /** Removed files stay on the disk while they are open. What the reader is in the middle of is read to its end. */
  async #leaveOut(): Promise<void> {
    const excess = Math.max(0, this.#files.length - this.#mostFiles);
    for (const file of this.#files.splice(1, excess)) await file.close();
  }

  /** The same memory each time, as long as lines are not extraordinarily long. */
  #room(bytes: number): Buffer {
    if (bytes > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(bytes + chunkBytes);
    return this.#memory.subarray(0, bytes);
  }

  async #leave(file: LogFile): Promise<void> {
    this.#files.shift();
    this.#offset = 0;
    // Half a line is one that a full disk or a power cut has left.
    this.#rest = Buffer.alloc(0);
    await file.close();
  }

  /** Whole lines of one file. */
  async #read(file: LogFile): Promise<Buffer | undefined> {
    for (;;) {
      const rest = this.#rest;
      const chunk = this.#room(rest.length + chunkBytes);
      // It may be in the same memory, further on.
      chunk.set(rest);
      const isNewest = this.#files.length === 1;
      const most = isNewest ? Math.min(chunkBytes, this.#limit - this.#offset) : chunkBytes;
      if (most <= 0) return undefined;
      const into = chunk.subarray(0, rest.length + most);
      const count = await file.read(into, rest.length, this.#offset);
      if (count === 0) return undefined;
      this.#offset += count;
      const end = rest.length + count;
      const lines = chunk.lastIndexOf(newline, end - 1) + 1;
      this.#rest = chunk.subarray(lines, end);
      if (lines > 0) return chunk.subarray(0, lines);
    }
  }
}

async function onlyFile(path: string): Promise<LogFile[]> {
  const file = await LogFile.open(path, 0);
  return file === undefined ? [] : [file];
}

/** A mark in a file that is gone means that everything that is there comes after it. */
async function startOf(
  files: readonly LogFile[],
  from: Exclude<LogPlace['from'], 'beginning'>,
): Promise<TailPlace> {
  if (typeof from !== 'object') {
    // As that of a container that has not been started.
    const isEmpty = files.length === 1 && files[0]?.openedSize === 0;
    return isEmpty ? { file: 0, offset: 0 } : tailPlace(files, from === 'end' ? 0 : from);
  }
  const file = files.findIndex(({ inode }) => inode === from.inode);
  return file === -1 ? { file: 0, offset: 0 } : { file, offset: from.offset };
}
