import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { dirname } from 'node:path';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { open, readTextIfExists } from '../../runtime/host/files.ts';
import { journalRecord, type JournalRecord } from './record.ts';

/** An append-only file of records, one JSON text a line, each on disk (fsync) before `append` resolves. */
export class JournalFile {
  readonly #path: string;
  /** Length of the file up to its last whole record, in bytes. */
  #soundBytes: number;
  /** Settles when the append before has: where the next one belongs is known only then. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, soundBytes: number) {
    this.#path = path;
    this.#soundBytes = soundBytes;
  }

  /**
   * Reads the journal at `path`; a missing one is empty. A torn last line (a write that a power cut or a kill ended) is
   * ignored, and cut off by the next append. Throws JOURNAL_CORRUPT for an unreadable line before the last.
   */
  static async read(
    path: string,
  ): Promise<{ readonly file: JournalFile; readonly records: readonly JournalRecord[] }> {
    const text = (await readTextIfExists(path)) ?? '';
    const records: JournalRecord[] = [];
    let soundBytes = 0;
    // What follows the last line end is empty or torn.
    const lines = text.split('\n').slice(0, -1);
    for (const [index, line] of lines.entries()) {
      const record = parseLine(line);
      if (record === undefined) {
        if (index === lines.length - 1) break;
        throw corrupt(path, index + 1);
      }
      records.push(record);
      soundBytes += Buffer.byteLength(line) + 1;
    }
    return { file: new JournalFile(path, soundBytes), records };
  }

  /** Adds a record and makes it durable. When that fails, the file is as long as before. Those of steps side by side take turns. */
  append(record: JournalRecord): Promise<void> {
    const appended = this.#last.then(() => this.#append(record));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #append(record: JournalRecord): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
    // Not O_APPEND: the write has to cover a torn line, if there is one.
    const file = await open(this.#path, 'r+');
    try {
      await file.truncate(this.#soundBytes);
      for (let done = 0; done < bytes.length;) {
        const at = this.#soundBytes + done;
        done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
      await file.sync();
    } catch (error) {
      await file.truncate(this.#soundBytes).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    this.#soundBytes += bytes.length;
  }
}

function parseLine(line: string): JournalRecord | undefined {
  try {
    const parsed = journalRecord.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function corrupt(path: string, line: number): BerthError {
  return new BerthError('JOURNAL_CORRUPT', {
    message: m.journalCorrupt({ line, path }),
    remedy: m.journalCorruptRemedy({ folder: dirname(path) }),
    details: { path, line },
  });
}
