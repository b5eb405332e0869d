import { currentArchitecture } from './architecture.ts';
import { argumentKind, header, operation, replyKind, shape, step } from './layout.ts';
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
/** Room in the data for the numbers of a step that are larger than an argument. */
const wideBytes = 16;

/**
 * A syscall program (layout.ts) in the form in which it runs, written step by step into memory that is used again and
 * again: what `ProgramBuilder` and `encodeProgram` do for programs of a few steps, for those of ten thousand a second.
 * It is copied to a file that a small program maps and goes on with (`run`): contents lie in the same file, and need not
 * travel through a socket.
 *
 * A step that fails is told as a reply of 8 bytes, {u32 offset of the step, u32 errno}, before the process ends with status 1.
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
  /** Where the next step goes. */
  #position: number = header.size;
  /** Words that are to have the offset of a step that is still to come. */
  #awaited: { readonly word: number; readonly step: number }[] = [];
  #dataUsed = resultBytes;

  constructor(layout: ImageLayout) {
    this.#layout = layout;
    this.#numbers = callNumbers[currentArchitecture()];
    this.#steps = Buffer.alloc(header.size + layout.maxSteps * step.maxSize);
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

  /** Offset of the next step in the image: by it failures name them. */
  get position(): number {
    return this.#position;
  }

  /** Whether this much more fits in. */
  hasRoom(steps: number, dataBytes: number): boolean {
    return (
      this.#stepCount + steps < this.#layout.maxSteps &&
      this.#dataUsed + dataBytes + steps * wideBytes <= this.#layout.dataBytes
    );
  }

  /** The parts of the image that are in use, and where they belong; the window is not among them. */
  parts(): readonly { readonly bytes: Buffer; readonly offset: number }[] {
    this.#writeHeader();
    return [
      { bytes: this.#steps.subarray(0, this.#position), offset: 0 },
      { bytes: this.#data.subarray(0, this.#dataUsed), offset: this.#dataStart },
    ];
  }

  /** Begins a new program. */
  clear(): void {
    this.#stepCount = 0;
    this.#position = header.size;
    this.#awaited = [];
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
    const form = options.onError === 'next' ? shape.onError.next : shape.onError.fail;
    const head = operation.syscall | (form << (8 * step.shape)) | (number << (8 * step.callNumber));
    this.#step(head, args, options.result);
  }

  /** Leaves the next `steps` steps out when both values are equal. */
  skipIfEqual(left: ImageArgument, right: ImageArgument, steps: number): void {
    const form = shape.onError.target << (8 * step.shape);
    const word = (this.#position + step.arguments) / step.wordSize + 2;
    this.#awaited.push({ word, step: this.#stepCount + 1 + steps });
    this.#step(operation.jumpEq | form, [left, right], undefined, step.wordSize);
  }

  /** Ends the program as if a call had failed. @param errno A positive number, or a negative result of a call. */
  fail(errno: number): void {
    this.#step(operation.fail, [errno]);
  }

  /** @param head The first word, but for what the arguments say. @param more Bytes behind them for something else. */
  #step(head: number, args: readonly ImageArgument[], result?: ImageValue, more = 0): void {
    const words = this.#words;
    const from = this.#position / step.wordSize;
    let at = from + step.arguments / step.wordSize;
    let kinds = 0;
    for (const argument of args) {
      let kind: number = argumentKind.immediate;
      if (argument instanceof ImageAddress) {
        kind = argumentKind.address;
        words[at] = argument.offset;
      } else if (argument instanceof ImageValue) {
        kind = argumentKind.value64;
        words[at] = argument.offset;
      } else if ((argument | 0) === argument) words[at] = argument;
      else {
        kind = argumentKind.value64;
        words[at] = this.#wide(argument);
      }
      kinds = (kinds << 2) | kind;
      at += 1;
    }
    let form = args.length;
    if (result) {
      form |= shape.result;
      words[at] = result.offset;
      at += 1;
    }
    const size = (at - from) * step.wordSize + more;
    words[from] = head | (form << (8 * step.shape));
    words[from + 1] = kinds | (size << (8 * (step.size - step.kinds)));
    this.#position += size;
    this.#stepCount += 1;
    if (this.#awaited.length > 0) this.#arrive();
  }

  /** Where a number of more than 32 bits is. */
  #wide(number: number): number {
    const at = this.#dataUsed;
    const high = Math.floor(number / upper);
    this.#data.writeUInt32LE(number - high * upper, at);
    this.#data.writeInt32LE(high, at + 4);
    this.#dataUsed += 8;
    return this.#dataStart + at;
  }

  /** The offset of the next step is known now. */
  #arrive(): void {
    for (const { word, step: awaited } of this.#awaited)
      if (awaited === this.#stepCount) this.#words[word] = this.#position;
    this.#awaited = this.#awaited.filter((one) => one.step > this.#stepCount);
  }

  #writeHeader(): void {
    this.call('exit_group', [0]);
    const { sizeBytes } = this;
    this.#steps.fill(0, 0, header.size);
    this.#steps.writeUInt32LE(sizeBytes, header.fileSize);
    this.#steps.writeUInt32LE(sizeBytes, header.memorySize);
    this.#steps.writeUInt32LE(this.#position, header.stepsEnd);
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
