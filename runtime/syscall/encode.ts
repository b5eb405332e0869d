import { BerthError } from '../errors/berth-error.ts';
import type { Architecture } from './architecture.ts';
import {
  argumentKind,
  header,
  magic,
  maxMemorySize,
  operation,
  pageSize,
  replyKind,
  shape,
  step as layout,
} from './layout.ts';
import {
  Address,
  Label,
  PerArchitecture,
  Ref,
  stepBytes,
  type Program,
  type Step,
  type Value,
} from './program.ts';
import { callNumbers } from './tables/call-number.ts';

/** What the encoding of one run of a program needs to know. */
export interface EncodeOptions {
  /** Number that the program's replies carry. */
  readonly id: number;
  /** File descriptor that replies go to. */
  readonly replyFd: number;
}

/**
 * Turns a program into the bytes that the executor reads (layout.ts).
 * @throws BerthError PROGRAM_INVALID when it is too large, names a label that was never placed, or a call that the
 *   architecture does not have.
 */
export function encodeProgram(
  program: Program,
  { architecture, id, replyFd }: EncodeOptions & { readonly architecture: Architecture },
): Uint8Array {
  // Whoever falls off the end has done its work.
  const steps = [...program.steps, exitStep];
  const constants = new Constants(architecture);
  const offsets = offsetsOf(steps, constants);
  const sections = placeSections(program, offsets.at(-1) ?? header.size, constants.bytes);
  const refuse = (problem: string): never => {
    throw new BerthError('PROGRAM_INVALID', {
      message: `${program.name}: ${problem}.`,
      details: { problem: 'program' },
    });
  };
  if (sections.memorySize > maxMemorySize) {
    refuse(`the program needs ${sections.memorySize} bytes; wanted at most ${maxMemorySize}`);
  }

  const bytes = new Uint8Array(sections.fileSize);
  const view = new DataView(bytes.buffer);

  view.setBigUint64(header.magic, magic, true);
  view.setBigUint64(header.fileSize, BigInt(sections.fileSize), true);
  view.setBigUint64(header.memorySize, BigInt(sections.memorySize), true);
  view.setUint32(header.stepsEnd, sections.relocations, true);
  view.setUint32(header.relocationCount, program.pointers.length, true);
  view.setUint32(header.failure, replyKind.failed, true);
  view.setUint32(header.failure + 4, 8, true);
  view.setBigUint64(header.failureId, BigInt(id), true);
  view.setBigUint64(header.replyFd, BigInt(replyFd), true);

  let data = sections.data;
  for (const chunk of program.data) {
    bytes.set(chunk, data);
    data += chunk.length;
  }
  const words = new Uint32Array(bytes.buffer, 0, sections.data / layout.wordSize);
  constants.write(words, sections.constants);
  const context: StepContext = { words, offsets, sections, constants, architecture, refuse };
  steps.forEach((one, index) => {
    encodeStep(one, index, context);
  });
  program.pointers.forEach(({ at, to }, i) => {
    const place = offsetIn(sections, at);
    words[sections.relocations / layout.wordSize + i] = place;
    view.setUint32(place, offsetIn(sections, to), true);
    view.setUint32(place + 4, 0, true);
  });
  return bytes;
}

const exitStep: Step = {
  label: 'exit',
  operation: 'syscall',
  call: 'exit_group',
  arguments: [0],
  result: undefined,
  target: 'fail',
};

/** Where each step begins, and behind them where the last one ends; takes note of the constants on the way. */
function offsetsOf(steps: readonly Step[], constants: Constants): Uint32Array {
  const offsets = new Uint32Array(steps.length + 1);
  const note = (argument: Value): void => {
    constants.add(argument);
  };
  let at: number = header.size;
  steps.forEach((one, index) => {
    offsets[index] = at;
    at += stepBytes(one);
    one.arguments.forEach(note);
  });
  offsets[steps.length] = at;
  return offsets;
}

type Sections = Readonly<
  Record<
    | 'header'
    | 'relocations'
    | 'constants'
    | 'data'
    | 'memory'
    | 'pages'
    | 'fileSize'
    | 'memorySize',
    number
  >
>;

function placeSections(
  { sizes, pointers }: Program,
  relocations: number,
  constantBytes: number,
): Sections {
  const constants = Math.ceil((relocations + layout.wordSize * pointers.length) / 8) * 8;
  const data = constants + constantBytes;
  const fileSize = data + sizes.data;
  const memoryEnd = fileSize + sizes.memory;
  const pages = sizes.pages === 0 ? memoryEnd : Math.ceil(memoryEnd / pageSize) * pageSize;
  return {
    header: 0,
    relocations,
    constants,
    data,
    memory: fileSize,
    fileSize,
    pages,
    // Eight bytes more: an address at the very end is still inside for the executor's bounds check.
    memorySize: Math.max(pages + sizes.pages + 8, relocations + layout.maxSize),
  };
}

function offsetIn(sections: Sections, { section, offset }: Address): number {
  return sections[section] + offset;
}

/** 2^32: what is above it belongs into the upper word. */
const upper = 2 ** 32;

/** Whether the executor gets the number back from 32 bits, by its sign. */
function isNarrow(number: number | bigint): boolean {
  return typeof number === 'bigint'
    ? BigInt.asIntN(32, number) === number
    : (number | 0) === number;
}

/** The numbers of a program that are too large for an argument: each is kept once, in 64 bits. */
class Constants {
  readonly #architecture: Architecture;
  readonly #places = new Map<number | bigint, number>();

  constructor(architecture: Architecture) {
    this.#architecture = architecture;
  }

  get bytes(): number {
    return 8 * this.#places.size;
  }

  add(value: Value): void {
    const number = this.numberOf(value);
    if (number === undefined || isNarrow(number) || this.#places.has(number)) return;
    this.#places.set(number, this.bytes);
  }

  /** Offset in the section, of a number that was added. */
  placeOf(number: number | bigint): number {
    return this.#places.get(number) ?? 0;
  }

  numberOf(value: Value): number | bigint | undefined {
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    return value instanceof PerArchitecture ? value.numbers[this.#architecture] : undefined;
  }

  write(words: Uint32Array, offset: number): void {
    for (const [number, place] of this.#places) {
      const at = (offset + place) / layout.wordSize;
      if (typeof number === 'bigint') {
        words[at] = Number(BigInt.asUintN(32, number));
        words[at + 1] = Number(BigInt.asUintN(32, number >> 32n));
      } else {
        // Modulo 2^32, as typed arrays take numbers (ECMA-262, ToUint32); a negative number keeps its two's complement.
        words[at] = number;
        words[at + 1] = Math.floor(number / upper);
      }
    }
  }
}

interface StepContext {
  /** Of all up to the data; both processors and the executor are little-endian. */
  readonly words: Uint32Array;
  readonly offsets: Uint32Array;
  readonly sections: Sections;
  readonly constants: Constants;
  readonly architecture: Architecture;
  readonly refuse: (problem: string) => never;
}

/**
 * A word of 32 bits at a time: a start has a thousand steps, and they are made anew each time. For the same reason nothing here goes over
 * an array by an iterator, which before it is compiled makes an object for each element.
 */
function encodeStep(one: Step, index: number, context: StepContext): void {
  const { words, offsets, architecture, refuse } = context;
  const from = (offsets[index] ?? 0) / layout.wordSize;
  const count = one.arguments.length;
  const first = from + layout.arguments / layout.wordSize;
  let kinds = 0;
  for (let i = 0; i < count; i += 1) {
    // The executor resolves the last argument first, so that one has the lowest bits.
    kinds = (kinds << 2) | encodeValue(one.arguments[i] as Value, first + i, context);
  }
  let at = first + count;
  let form = count;
  if (one.result) {
    form |= shape.result;
    words[at] = offsetIn(context.sections, one.result);
    at += 1;
  }
  if (one.target instanceof Label) {
    form |= shape.onError.target;
    const { index: place } = one.target;
    if (place === undefined) refuse(`step "${one.label}" jumps to a label that was never placed`);
    words[at] = offsets[place ?? 0] ?? 0;
    at += 1;
  } else if (one.target === 'next') form |= shape.onError.next;
  const call =
    one.call === undefined
      ? 0
      : (callNumbers[architecture][one.call] ??
        refuse(`${architecture} has no system call "${one.call}"`));
  words[from] =
    operation[one.operation] | (form << (8 * layout.shape)) | (call << (8 * layout.callNumber));
  words[from + 1] = kinds | ((layout.wordSize * (at - from)) << 16);
}

/** Writes an argument's 32 bits; gives its kind. */
function encodeValue(
  value: Value,
  at: number,
  { words, sections, constants }: StepContext,
): number {
  if (value instanceof Address) {
    words[at] = offsetIn(sections, value);
    return argumentKind.address;
  }
  if (value instanceof Ref) {
    words[at] = offsetIn(sections, value.address);
    return value.width === 64 ? argumentKind.value64 : argumentKind.value32;
  }
  const number = constants.numberOf(value) ?? 0;
  if (!isNarrow(number)) {
    words[at] = sections.constants + constants.placeOf(number);
    return argumentKind.value64;
  }
  words[at] = Number(number);
  return argumentKind.immediate;
}
