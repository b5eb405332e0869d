import { hasErrno, open } from '../../host/files.ts';
import { LogRecordDecoder } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

/** Bytes asked of the file at once: large enough that a chatty container's log costs few system calls. */
const chunkBytes = 256 * 1024;

type FileHandle = Awaited<ReturnType<typeof open>>;

/**
 * One reader's place in a container's log. The file may grow, and may be removed, while it is open.
 */
export class LogFile {
  readonly #file: FileHandle | undefined;
  readonly #decoder: LogRecordDecoder;
  #readOffset: number;

  private constructor(file: FileHandle | undefined, offset: number) {
    this.#file = file;
    this.#readOffset = offset;
    this.#decoder = new LogRecordDecoder(offset);
  }

  /** Opens a log at a record's offset (0: the beginning). A missing file is empty. */
  static async open(path: string, from: number): Promise<LogFile> {
    return new LogFile(await openIfThere(path), from);
  }

  /** Offset of the first record that has not been handed out. */
  get offset(): number {
    return this.#decoder.offset;
  }

  /**
   * Passes over everything that is in the file now. A file that grows has no other sure way to a place between two
   * records: its size may be seen while the monitor is in the middle of one.
   */
  async skipToEnd(): Promise<void> {
    const size = this.#file === undefined ? 0 : (await this.#file.stat()).size;
    while (this.offset < size && (await this.next()).length > 0);
  }

  /** The next complete records, in order; none when there are no more for now. @throws LOG_CORRUPT */
  async next(): Promise<readonly LogRecord[]> {
    if (this.#file === undefined) return [];
    for (;;) {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await this.#file.read(buffer, 0, chunkBytes, this.#readOffset);
      if (bytesRead === 0) return [];
      this.#readOffset += bytesRead;
      const records = this.#decoder.push(buffer.subarray(0, bytesRead));
      if (records.length > 0) return records;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
