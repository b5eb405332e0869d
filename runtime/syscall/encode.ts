import { BerthError } from '../errors/berth-error.ts';
import type { Architecture } from './architecture.ts';
import {
  argumentCount,
  argumentKind,
  failOnError,
  header,
  magic,
  maxCount,
  maxMemorySize,
  operation,
  pageSize,
  replyKind,
  step as layout,
} from './layout.ts';
import { Address, PerArchitecture, Ref, type Program, type Step, type Value } from './program.ts';
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
  const sections = placeSections(program, steps.length);
  const refuse = (problem: string): never => {
    throw new BerthError('PROGRAM_INVALID', {
      message: `${program.name}: ${problem}.`,
      details: { problem: 'program' },
    });
  };
  if (sections.memorySize > maxMemorySize) {
    refuse(`the program needs ${sections.memorySize} bytes; wanted at most ${maxMemorySize}`);
  }
  if (steps.length > maxCount)
    refuse(`the program has ${steps.length} steps; wanted at most ${maxCount}`);

  const bytes = new Uint8Array(sections.fileSize);
  const view = new DataView(bytes.buffer);

  view.setBigUint64(header.magic, magic, true);
  view.setBigUint64(header.fileSize, BigInt(sections.fileSize), true);
  view.setBigUint64(header.memorySize, BigInt(sections.memorySize), true);
  view.setUint32(header.stepCount, steps.length, true);
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
  const words = new Uint32Array(bytes.buffer, header.size, (steps.length * layout.size) / wordSize);
  const context: StepContext = { words, sections, architecture, refuse };
  for (const [index, one] of steps.entries()) encodeStep(one, index, context);
  for (const [i, { at, to }] of program.pointers.entries()) {
    view.setUint32(sections.relocations + wordSize * i, offsetIn(sections, at), true);
    view.setBigUint64(offsetIn(sections, at), BigInt(offsetIn(sections, to)), true);
  }
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

type Sections = Readonly<
  Record<'header' | 'relocations' | 'data' | 'memory' | 'pages' | 'fileSize' | 'memorySize', number>
>;

function placeSections({ sizes, pointers }: Program, stepCount: number): Sections {
  const relocations = header.size + stepCount * layout.size;
  const data = Math.ceil((relocations + wordSize * pointers.length) / 8) * 8;
  const fileSize = data + sizes.data;
  const memoryEnd = fileSize + sizes.memory;
  const pages = sizes.pages === 0 ? memoryEnd : Math.ceil(memoryEnd / pageSize) * pageSize;
  // Eight bytes more: an address at the very end is still inside for the executor's bounds check.
  return {
    header: 0,
    relocations,
    data,
    memory: fileSize,
    fileSize,
    pages,
    memorySize: pages + sizes.pages + 8,
  };
}

function offsetIn(sections: Sections, { section, offset }: Address): number {
  return sections[section] + offset;
}

/** Steps are written a word of 32 bits at a time: a start has a thousand, and they are made anew each time. */
const wordSize = 4;

/** 2^32: what is above it belongs into the upper word. */
const upper = 2 ** 32;

interface StepContext {
  /** Of the steps; both processors and the executor are little-endian. */
  readonly words: Uint32Array;
  readonly sections: Sections;
  readonly architecture: Architecture;
  readonly refuse: (problem: string) => never;
}

function encodeStep(one: Step, index: number, context: StepContext): void {
  const { words, architecture, refuse } = context;
  const at = (index * layout.size) / wordSize;
  words[at] = operation[one.operation];
  if (one.call !== undefined) {
    const number =
      callNumbers[architecture][one.call] ??
      refuse(`${architecture} has no system call "${one.call}"`);
    words[at] = operation[one.operation] | (number << (8 * layout.callNumber));
  }
  let kinds = 0;
  for (const [i, argument] of one.arguments.entries()) {
    const kind = encodeValue(argument, at + layout.arguments / wordSize + 2 * i, context);
    // The executor resolves the last argument first, so that one has the lowest bits.
    kinds |= kind << (2 * (argumentCount - 1 - i));
  }
  words[at + layout.kinds / wordSize] = kinds;
  if (one.result) words[at + layout.result / wordSize] = offsetIn(context.sections, one.result);
  words[at + layout.target / wordSize] = encodeTarget(one, index + 1, refuse);
}

function encodeTarget(
  { label, target }: Step,
  next: number,
  refuse: StepContext['refuse'],
): number {
  switch (target) {
    case 'fail':
      return failOnError;
    case 'next':
      return next;
    default:
      return target.index ?? refuse(`step "${label}" jumps to a label that was never placed`);
  }
}

/** Writes an argument's 64 bits; gives its kind. */
function encodeValue(
  value: Value,
  at: number,
  { words, sections, architecture }: StepContext,
): number {
  if (value instanceof Address) {
    words[at] = offsetIn(sections, value);
    return argumentKind.address;
  }
  if (value instanceof Ref) {
    words[at] = offsetIn(sections, value.address);
    return value.width === 64 ? argumentKind.value64 : argumentKind.value32;
  }
  const number = value instanceof PerArchitecture ? value.numbers[architecture] : value;
  if (typeof number === 'bigint') {
    words[at] = Number(BigInt.asUintN(32, number));
    words[at + 1] = Number(BigInt.asUintN(32, number >> 32n));
  } else {
    // Modulo 2^32, as typed arrays take numbers (ECMA-262, ToUint32); a negative number keeps its two's complement.
    words[at] = number;
    words[at + 1] = Math.floor(number / upper);
  }
  return argumentKind.immediate;
}
