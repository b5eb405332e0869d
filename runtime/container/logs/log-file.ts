import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { hasErrno, open, rm } from '../../host/files.ts';

type FileHandle = Awaited<ReturnType<typeof open>>;

/** Inodes of compressed files, and of the files that they were made of. */
const originals = new Map<bigint, bigint>();
const mostOriginals = 10_000;

/** Takes note that a file was compressed, for readers who have come just as far as this one. */
export function rememberOriginal(compressed: bigint, original: bigint): void {
  originals.delete(compressed);
  originals.set(compressed, original);
  const [oldest] = originals.keys();
  if (originals.size > mostOriginals && oldest !== undefined) originals.delete(oldest);
}

/** One file of a log, open. It may grow, be renamed and be removed meanwhile. */
export class LogFile {
  /** What it is known by, whatever its name is by now, and when it was compressed meanwhile. */
  readonly inode: bigint;
  /** Bytes when it was opened; of a compressed file, as compressed. */
  readonly openedSize: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #isCompressed: boolean;
  #inflated: Promise<FileHandle> | undefined;

  private constructor(options: {
    readonly path: string;
    readonly file: FileHandle;
    readonly inode: bigint;
    readonly openedSize: number;
    readonly isCompressed: boolean;
  }) {
    this.#path = options.path;
    this.#file = options.file;
    this.inode = options.inode;
    this.openedSize = options.openedSize;
    this.#isCompressed = options.isCompressed;
  }

  /**
   * @param number 0 is the newest one, which has the log's own name
   * @returns `undefined` when there is none
   */
  static async open(log: string, number: number): Promise<LogFile | undefined> {
    const path = number === 0 ? log : `${log}.${number}`;
    for (const [name, isCompressed] of [
      [path, false],
      [`${path}.gz`, true],
    ] as const) {
      if (isCompressed && number === 0) continue;
      const file = await openIfThere(name);
      if (file === undefined) continue;
      const { ino, size } = await file.stat({ bigint: true });
      const inode = (isCompressed ? originals.get(ino) : undefined) ?? ino;
      return new LogFile({ path, file, inode, openedSize: Number(size), isCompressed });
    }
    return undefined;
  }

  async size(): Promise<number> {
    return (await (await this.#plain()).stat()).size;
  }

  /** Reads into `buffer` from `at` on; how many bytes there were. */
  async read(buffer: Buffer, at: number, position: number): Promise<number> {
    const file = await this.#plain();
    return (await file.read(buffer, at, buffer.length - at, position)).bytesRead;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await (await this.#inflated?.catch(() => undefined))?.close();
  }

  #plain(): Promise<FileHandle> | FileHandle {
    if (!this.#isCompressed) return this.#file;
    this.#inflated ??= this.#inflate();
    return this.#inflated;
  }

  /** To a file without a name: a log is read from any place, also backwards. */
  async #inflate(): Promise<FileHandle> {
    const path = `${this.#path}.${crypto.randomUUID()}.reading`;
    const plain = await open(path, 'wx+', 0o600);
    try {
      await rm(path);
      const source = Readable.from(chunksOf(this.#file));
      const inflating = createGunzip();
      source.once('error', (error) => inflating.destroy(error));
      source.pipe(inflating);
      for await (const chunk of inflating) await plain.write(chunk as Buffer);
      return plain;
    } catch (error) {
      await plain.close();
      throw error;
    }
  }
}

/** Bytes of a compressed file that are read at once. */
const chunkBytes = 64 * 1024;

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
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
