import { BerthError } from '../errors/berth-error.ts';
import { readAt, writeAt } from '../host/scratch-file.ts';
import { currentArchitecture } from '../syscall/architecture.ts';
import { errnoName } from '../syscall/errno.ts';
import { operation, step } from '../syscall/layout.ts';
import { ProgramImage } from '../syscall/program-image.ts';
import type { ImageFailure } from '../syscall/run-image.ts';
import { callNumbers } from '../syscall/tables/call-number.ts';
import { quoteName } from './entry-name.ts';

/** Has an image of the scratch file run; resolves when it has ended, with what failed in it. */
export type RunSlot = (slot: ImageSlot) => Promise<ImageFailure | undefined>;

/** Where in the scratch file an image is. */
export interface ImageSlot {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What an image is about, for the error when a step of it fails: the path that the steps from this offset on are for. */
interface Mark {
  readonly step: number;
  readonly path: string;
}

/** About half a megabyte of content, and what it takes to write it to a hundred or a thousand files. */
const layout = { maxSteps: 4096, dataBytes: 192 * 1024, windowBytes: 768 * 1024 } as const;

/**
 * Two places for images in the scratch file: while what one has is run, the other one is filled. Contents are written
 * to the window as they come, once, and never pass through JavaScript's memory again.
 */
export class ImageSlots {
  readonly image = new ProgramImage(layout);
  readonly #fd: number;
  readonly #run: RunSlot;
  #running: Promise<void> = Promise.resolve();
  #slot: 0 | 1 = 0;
  #windowUsed = 0;
  #marks: Mark[] = [];

  constructor(fd: number, run: RunSlot) {
    this.#fd = fd;
    this.#run = run;
  }

  /** Whether content of this much fits into the window. */
  hasWindow(sizeBytes: number): boolean {
    return this.#windowUsed + sizeBytes <= layout.windowBytes;
  }

  /** Puts content into the window; where it then is. */
  addToWindow(bytes: Uint8Array): number {
    const at = this.image.windowStart + this.#windowUsed;
    writeAt(this.#fd, bytes, this.#offset + at);
    this.#windowUsed += bytes.byteLength;
    return at;
  }

  /** Says that the steps from here on are for `path`. */
  mark(path: string): void {
    this.#marks.push({ step: this.image.position, path });
  }

  /**
   * Starts to run what was collected, when that of the other slot has ended.
   *
   * @throws SYSCALL_FAILED, also what the other slot's steps have met with; the codes of `Launcher.run`
   */
  async submit(): Promise<void> {
    const { image } = this;
    this.#windowUsed = 0;
    if (image.stepCount === 0) return;
    const marks = this.#marks;
    this.#marks = [];
    const slot = { offset: this.#offset, sizeBytes: image.sizeBytes };
    for (const { bytes, offset } of image.parts()) writeAt(this.#fd, bytes, slot.offset + offset);
    image.clear();
    this.#slot = this.#slot === 0 ? 1 : 0;
    await this.#running;
    this.#running = this.#run(slot).then((failure) => {
      if (failure !== undefined) throw this.#toError(failure, slot, marks);
    });
    // Whoever submits next hears of a failure; until then it must not count as one that nobody handles.
    this.#running.catch(() => undefined);
  }

  /** Runs all that was collected to its end. @throws as `submit` */
  async finish(): Promise<void> {
    await this.submit();
    await this.#running;
  }

  /** Resolves when nothing runs any more, whatever came of it: only then can the folder be removed. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  get #offset(): number {
    return this.#slot * this.image.sizeBytes;
  }

  #toError(failure: ImageFailure, slot: ImageSlot, marks: readonly Mark[]): BerthError {
    const errno = errnoName(failure.errno);
    const call = this.#callOf(failure.step, slot);
    const path = marks.findLast((mark) => mark.step <= failure.step)?.path ?? '.';
    return new BerthError('SYSCALL_FAILED', {
      message: `unpack layer: ${call} ${quoteName(path)}: ${errno}`,
      details: { program: 'unpack layer', step: `${call} ${quoteName(path)}`, call, errno },
    });
  }

  /** The image was written over by then, but not the file. */
  #callOf(offset: number, slot: ImageSlot): string {
    const bytes = Buffer.alloc(step.headSize);
    readAt(this.#fd, bytes, { length: step.headSize, position: slot.offset + offset });
    const number = bytes.readUInt16LE(step.callNumber);
    const names = Object.entries(callNumbers[currentArchitecture()]);
    // A step that is no call is the one behind a write that had no room.
    const isCall = bytes[step.operation] === operation.syscall;
    return isCall ? (names.find(([, known]) => known === number)?.[0] ?? 'call') : 'write';
  }
}
