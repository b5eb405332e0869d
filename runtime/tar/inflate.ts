import type { Duplex } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { BerthError } from '../errors/berth-error.ts';
import { detectCompression, magicBytes } from './decompress.ts';
import type { Compression } from './decompress.ts';

/** Largest piece that `inflate` gives. */
export const plainPieceBytes = 256 * 1024;

/** How `inflate` gets and gives bytes. */
export interface InflateOptions {
  /** Gives the next bytes, none at the end. They are used up when it is called again: the same memory can serve. */
  readonly read: () => Promise<Uint8Array>;
  /** Takes plain bytes, `plainPieceBytes` at most. They are gone when it has resolved. */
  readonly write: (piece: Buffer) => Promise<void>;
}

/**
 * Decompresses a stream as its first bytes ask for. Unlike `decompress`, it lets go of each piece of memory at once: what
 * is left to the garbage collector comes to more than a hundred megabytes before it thinks of it.
 *
 * @throws COMPRESSION_UNSUPPORTED; TAR_INVALID when the compressed data is damaged or ends too early; or what `read` and
 *   `write` throw
 */
export async function inflate({ read, write }: InflateOptions): Promise<void> {
  const head = await beginning(read);
  const compression = detectCompression(head);
  if (compression === 'none') {
    for (let piece: Uint8Array = head; piece.byteLength > 0; piece = await read()) {
      await writePlain(piece, write);
    }
    return;
  }
  const stream = decompressor(compression);
  const feeding = new Feeding(stream, read);
  feeding.start(head);
  try {
    for await (const piece of stream) {
      await write(piece as Buffer).catch((error: unknown) => {
        throw new WriteProblem(error);
      });
      letGo(piece as Buffer);
    }
  } catch (error) {
    if (error instanceof WriteProblem) throw error.problem;
    if (feeding.problem !== undefined) throw feeding.problem.error;
    throw new BerthError('TAR_INVALID', {
      message: `the ${compression} data is damaged or ends too early`,
      remedy: 'Fetch or write the archive again; it is damaged or was cut off.',
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

/** As many bytes as tell the compression; fewer when there are no more. */
async function beginning(read: InflateOptions['read']): Promise<Buffer> {
  let head = Buffer.from(await read());
  while (head.byteLength < magicBytes) {
    const more = await read();
    if (more.byteLength === 0) break;
    head = Buffer.concat([head, more]);
  }
  return head;
}

/** Sets an error of the reader of plain bytes apart from those of the decompressor. */
class WriteProblem extends Error {
  readonly problem: unknown;

  constructor(problem: unknown) {
    super('the plain bytes could not be written');
    this.problem = problem;
  }
}

function decompressor(compression: Exclude<Compression, 'none'>): Duplex {
  const options = { chunkSize: plainPieceBytes };
  return compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
}

async function writePlain(bytes: Uint8Array, write: InflateOptions['write']): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += plainPieceBytes) {
    const length = Math.min(plainPieceBytes, bytes.byteLength - at);
    await write(Buffer.from(bytes.buffer, bytes.byteOffset + at, length));
  }
}

/** Writes what `read` gives into a decompressor, each piece when the one before was used up. */
class Feeding {
  readonly #stream: Duplex;
  readonly #read: InflateOptions['read'];
  /** What `read` has thrown: it must not be taken for damaged data. */
  problem: { readonly error: unknown } | undefined;

  constructor(stream: Duplex, read: InflateOptions['read']) {
    this.#stream = stream;
    this.#read = read;
  }

  start(head: Uint8Array): void {
    void this.#feed(head);
  }

  async #feed(head: Uint8Array): Promise<void> {
    try {
      for (let bytes = head; bytes.byteLength > 0 && !this.#stream.destroyed;) {
        await this.#write(bytes);
        bytes = await this.#read();
      }
      this.#stream.end();
    } catch (error) {
      this.problem = { error };
      this.#stream.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Resolves when the bytes are used up, or the stream is gone: its reader hears of an error. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('close', done);
        resolve();
      };
      this.#stream.once('close', done);
      this.#stream.write(bytes, done);
    });
  }
}

/**
 * Gives memory back at once. The decompressor fills blocks of `plainPieceBytes`, and takes a new one when the end of one
 * is reached: whoever has seen a block's last bytes is the last one to use it.
 */
function letGo(piece: Buffer): void {
  const { buffer, byteOffset, byteLength } = piece;
  const isLastOfBlock = byteOffset + byteLength === plainPieceBytes;
  if (buffer.byteLength === plainPieceBytes && isLastOfBlock && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}
