import { currentArchitecture } from './architecture.ts';
import { argumentKind, failOnError, header, operation, replyKind, step } from './layout.ts';
import { callNumbers } from './tables/call-number.ts';

/** Where in an image's file its parts are. */
export interface ImageLayout {
  readonly maxSteps: number;
  /** Bytes for strings and structures. */
  readonly dataBytes: number;
  /** Bytes of the window: content that is put into the file by others, and that steps name by its place. */
  readonly windowBytes: number;
}

/** An argument of a step: a number, or where in the image something is. */
export type ImageArgument = number | ImageAddress | ImageValue;

/** A place in the image; a step gets its address. */
export class ImageAddress {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}

/** The 64 bits at a place in the image, such as the result of an earlier step. */
export class ImageValue {
  readonly offset: number;
  constructor(offset: number) {
    this.offset = offset;
  }
}

const pageBytes = 4096;
/** Offsets that are handed out for results, before the data. */
const resultBytes = 64;
const upper = 2 ** 32;

/**
 * A syscall program (layout.ts) in the form in which it runs, written step by step into memory that is used again and
 * again: what `ProgramBuilder` and `encodeProgram` do for programs of a few steps, for those of ten thousand a second.
 * It is copied to a file that a small program maps and goes on with (`run`): contents lie in the same file, and need not
 * travel through a socket.
 *
 * A step that fails is told as a reply of 8 bytes, {u32 step, u32 errno}, before the process ends with status 1.
 */
export class ProgramImage {
  /** Bytes of the whole image, a multiple of the page size. */
  readonly sizeBytes: number;
  /** Where in the image the window is. */
  readonly windowStart: number;
  readonly #layout: ImageLayout;
  readonly #steps: Buffer;
  readonly #words: Uint32Array;
  readonly #data: Buffer;
  readonly #dataStart: number;
  readonly #numbers: Readonly<Record<string, number>>;
  #stepCount = 0;
  #dataUsed = resultBytes;

  constructor(layout: ImageLayout) {
    this.#layout = layout;
    this.#numbers = callNumbers[currentArchitecture()];
    this.#steps = Buffer.alloc(header.size + layout.maxSteps * step.size);
    this.#words = new Uint32Array(
      this.#steps.buffer,
      this.#steps.byteOffset,
      this.#steps.byteLength / 4,
    );
    this.#data = Buffer.alloc(layout.dataBytes);
    this.#dataStart = pages(this.#steps.byteLength);
    this.windowStart = this.#dataStart + pages(layout.dataBytes);
    this.sizeBytes = this.windowStart + pages(layout.windowBytes + 8);
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  /** Whether this much more fits in. */
  hasRoom(steps: number, dataBytes: number): boolean {
    return (
      this.#stepCount + steps < this.#layout.maxSteps &&
      this.#dataUsed + dataBytes <= this.#layout.dataBytes
    );
  }

  /** The parts of the image that are in use, and where they belong; the window is not among them. */
  parts(): readonly { readonly bytes: Buffer; readonly offset: number }[] {
    this.#writeHeader();
    const stepBytes = header.size + this.#stepCount * step.size;
    return [
      { bytes: this.#steps.subarray(0, stepBytes), offset: 0 },
      { bytes: this.#data.subarray(0, this.#dataUsed), offset: this.#dataStart },
    ];
  }

  /** Begins a new program. */
  clear(): void {
    this.#stepCount = 0;
    this.#dataUsed = resultBytes;
  }

  /** The place of one of eight results. */
  result(index: number): ImageValue {
    return new ImageValue(this.#dataStart + 8 * index);
  }

  /** Adds a string of one character a byte, and its NUL. */
  string(text: string): ImageAddress {
    const at = this.#dataUsed;
    const length = this.#data.write(text, at, 'latin1');
    this.#data[at + length] = 0;
    this.#dataUsed = align(at + length + 1);
    return new ImageAddress(this.#dataStart + at);
  }

  /** Adds bytes. */
  bytes(bytes: Uint8Array): ImageAddress {
    const at = this.#dataUsed;
    this.#data.set(bytes, at);
    this.#dataUsed = align(at + bytes.byteLength);
    return new ImageAddress(this.#dataStart + at);
  }

  /** Adds a system call. @param result Where its result goes; an error ends the program unless `onError` says else. */
  call(
    name: string,
    args: readonly ImageArgument[],
    options: { readonly result?: ImageValue; readonly onError?: 'fail' | 'next' } = {},
  ): void {
    const number = this.#numbers[name];
    if (number === undefined) throw new TypeError(`no system call "${name}"`);
    const target = options.onError === 'next' ? this.#stepCount + 1 : failOnError;
    this.#step(operation.syscall | (number << 16), args, {
      result: options.result?.offset ?? 0,
      target,
    });
  }

  /** Leaves the next `steps` steps out when both values are equal. */
  skipIfEqual(left: ImageArgument, right: ImageArgument, steps: number): void {
    const target = this.#stepCount + 1 + steps;
    this.#step(operation.jumpEq, [left, right], { result: 0, target });
  }

  /** Ends the program as if a call had failed. @param errno A positive number, or a negative result of a call. */
  fail(errno: number): void {
    this.#step(operation.fail, [errno], { result: 0, target: failOnError });
  }

  #step(
    word: number,
    args: readonly ImageArgument[],
    { result, target }: { readonly result: number; readonly target: number },
  ): void {
    const words = this.#words;
    const at = (header.size + this.#stepCount * step.size) >>> 2;
    let kinds = 0;
    for (let i = 0; i < args.length; i += 1) {
      const argument = args[i] ?? 0;
      const to = at + 2 + 2 * i;
      if (typeof argument === 'number') {
        words[to] = argument;
        words[to + 1] = Math.floor(argument / upper);
      } else {
        words[to] = argument.offset;
        words[to + 1] = 0;
        const kind = argument instanceof ImageAddress ? argumentKind.address : argumentKind.value64;
        kinds |= kind << (2 * (5 - i));
      }
    }
    words[at] = word;
    words[at + 1] = kinds;
    words[at + 14] = result;
    words[at + 15] = target;
    this.#stepCount += 1;
  }

  #writeHeader(): void {
    this.call('exit_group', [0]);
    const { sizeBytes } = this;
    this.#steps.fill(0, 0, header.size);
    this.#steps.writeUInt32LE(sizeBytes, header.fileSize);
    this.#steps.writeUInt32LE(sizeBytes, header.memorySize);
    this.#steps.writeUInt32LE(this.#stepCount, header.stepCount);
    // A failure comes as a reply of data: only who made the image knows what its steps mean.
    this.#steps.writeUInt32LE(replyKind.data, header.failure);
    this.#steps.writeUInt32LE(8, header.failure + 4);
  }
}

function pages(bytes: number): number {
  return Math.ceil(bytes / pageBytes) * pageBytes;
}

function align(bytes: number): number {
  return (bytes + 7) & ~7;
}
