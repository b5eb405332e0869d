import { readAt } from '../host/scratch-file.ts';
import type { ImageFailure } from '../syscall/run-image.ts';
import { inflate } from '../tar/inflate.ts';
import type { ImageSlot } from './image-slots.ts';
import { toLayerError } from './layer-error.ts';
import { LayerUnpacker } from './layer-unpacker.ts';
import { sendError } from './unpack-messages.ts';
import type { FromThread, ToThread, UnpackOrder } from './unpack-messages.ts';
import { checkExpansion } from './unpack-limits.ts';

/** A thread unpacks one layer at a time; the memory for its blob serves for all of them. */
const blobBuffer = Buffer.alloc(128 * 1024);

/** One layer's unpacking, as a thread does it. */
export class UnpackTask {
  readonly #task: number;
  readonly #order: UnpackOrder;
  readonly #post: (message: FromThread) => void;
  #availableBytes = 0;
  #isWhole = false;
  #readBytes = 0;
  #isStopped = false;
  #arrival: PromiseWithResolvers<void> | undefined;
  #run: PromiseWithResolvers<ImageFailure | undefined> | undefined;

  constructor(task: number, order: UnpackOrder, post: (message: FromThread) => void) {
    this.#task = task;
    this.#order = order;
    this.#post = post;
  }

  /** Unpacks, and tells how it went. Never rejects. */
  async run(scratchFd: number): Promise<void> {
    const task = this.#task;
    const unpacker = new LayerUnpacker(scratchFd, (slot) => this.#runSlot(slot));
    try {
      await inflate({ read: () => this.#read(), write: (piece) => this.#write(unpacker, piece) });
      const sizeBytes = await unpacker.finish(this.#order.diffId);
      this.#post({ kind: 'unpacked', task, sizeBytes });
    } catch (error) {
      await unpacker.settled();
      this.#post({ kind: 'failed', task, error: sendError(toLayerError(error)) });
    }
  }

  /** Takes a message for this task. */
  receive(message: Exclude<ToThread, { kind: 'unpack' }>): void {
    switch (message.kind) {
      case 'available':
        this.#availableBytes = message.bytes;
        this.#isWhole = message.isEnd;
        this.#arrival?.resolve();
        return;
      case 'ran':
        this.#run?.resolve(message.failure);
        return;
      case 'stop':
        this.#isStopped = true;
        this.#arrival?.resolve();
    }
  }

  async #write(unpacker: LayerUnpacker, piece: Buffer): Promise<void> {
    if (this.#isStopped) throw new Error('stopped');
    const { limits, blobBytes = 0 } = this.#order;
    const plainBytes = unpacker.plainBytes + piece.byteLength;
    checkExpansion(plainBytes, Math.max(blobBytes, this.#readBytes), limits);
    await unpacker.write(piece);
  }

  async #read(): Promise<Uint8Array> {
    while (this.#readBytes >= this.#availableBytes && !this.#isWhole && !this.#isStopped) {
      this.#arrival = Promise.withResolvers();
      this.#post({ kind: 'wants', task: this.#task, seenBytes: this.#readBytes });
      await this.#arrival.promise;
    }
    if (this.#isStopped) throw new Error('stopped');
    const length = Math.min(blobBuffer.byteLength, this.#availableBytes - this.#readBytes);
    const position = this.#readBytes;
    const read = readAt(this.#order.blobFd, blobBuffer, { length, position });
    if (read === 0 && length > 0) throw new Error(`the blob ends at byte ${position}`);
    this.#readBytes += read;
    return blobBuffer.subarray(0, read);
  }

  #runSlot(slot: ImageSlot): Promise<ImageFailure | undefined> {
    this.#run = Promise.withResolvers();
    this.#post({ kind: 'run', task: this.#task, slot, readBytes: this.#readBytes });
    return this.#run.promise;
  }
}
