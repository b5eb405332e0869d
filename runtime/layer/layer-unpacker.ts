import { createHash } from 'node:crypto';

import { BerthError } from '../errors/berth-error.ts';
import { TarParser } from '../tar/tar-parser.ts';
import { FilesystemBatch } from './filesystem-batch.ts';
import type { RunSlot } from './image-slots.ts';
import { LayerWriter } from './layer-writer.ts';

/** Turns the plain bytes of a layer into files: hashes them, takes the archive apart, and writes its entries. */
export class LayerUnpacker {
  readonly #hash = createHash('sha256');
  readonly #parser = new TarParser();
  readonly #batch: FilesystemBatch;
  readonly #writer: LayerWriter;
  #plainBytes = 0;

  /** @param run Runs programs in the layer's folder, which must be new and empty. */
  constructor(scratchFd: number, run: RunSlot) {
    this.#batch = new FilesystemBatch(scratchFd, run);
    this.#writer = new LayerWriter(this.#batch);
  }

  /** Plain bytes so far. */
  get plainBytes(): number {
    return this.#plainBytes;
  }

  /** Takes the next plain bytes; when it has resolved, they are not needed any longer. */
  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#plainBytes += chunk.byteLength;
    this.#parser.push(chunk);
    await this.#batch.beginChunk(chunk);
    await this.#take(chunk);
  }

  /**
   * Completes the layer when all bytes were written.
   *
   * @returns Bytes of all files
   * @throws LAYER_DIFF_ID_MISMATCH, and as `write`
   */
  async finish(diffId: string): Promise<number> {
    this.#parser.finish();
    await this.#take(Buffer.alloc(0));
    const actual = `sha256:${this.#hash.digest('hex')}`;
    if (actual !== diffId) throw mismatch(actual, diffId);
    await this.#writer.finish();
    return this.#writer.sizeBytes;
  }

  /** Resolves when nothing runs any more. */
  settled(): Promise<void> {
    return this.#batch.settled();
  }

  async #take(chunk: Buffer): Promise<void> {
    const parser = this.#parser;
    const writer = this.#writer;
    for (;;) {
      const event = parser.next();
      switch (event) {
        case 'more':
        case 'end':
          return;
        case 'entry':
          await writer.entry(parser.entry);
          break;
        case 'content':
          await writer.content(chunk, {
            start: parser.contentStart,
            end: parser.contentEnd,
            fileOffset: parser.contentOffset,
          });
      }
      if (parser.contentLeft === 0) await writer.endEntry();
    }
  }
}

function mismatch(actual: string, wanted: string): BerthError {
  return new BerthError('LAYER_DIFF_ID_MISMATCH', {
    message: `the layer unpacks to "${actual}"; wanted "${wanted}"`,
    remedy:
      'Build or fetch the image again: its configuration and its layers do not belong together.',
    details: { actual, wanted },
  });
}
