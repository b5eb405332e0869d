import { BerthError } from '../errors/berth-error.ts';
import type { Architecture } from './architecture.ts';
import {
  argumentKind,
  failOnError,
  header,
  magic,
  maxCount,
  maxMemorySize,
  operation,
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
  const offsetOf = ({ section, offset }: Address): number => sections[section] + offset;

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
  steps.forEach((one, i) => {
    encodeStep(new DataView(bytes.buffer, header.size + i * layout.size, layout.size), one, {
      architecture,
      offsetOf,
      next: i + 1,
      callNumber: (name) =>
        callNumbers[architecture][name] ?? refuse(`${architecture} has no system call "${name}"`),
      indexOf: (label) =>
        label.index ?? refuse(`step "${one.label}" jumps to a label that was never placed`),
    });
  });
  program.pointers.forEach(({ at, to }, i) => {
    view.setUint32(sections.relocations + 4 * i, offsetOf(at), true);
    view.setBigUint64(offsetOf(at), BigInt(offsetOf(to)), true);
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

function placeSections(
  { sizes, pointers }: Program,
  stepCount: number,
): Readonly<
  Record<'header' | 'relocations' | 'data' | 'memory' | 'fileSize' | 'memorySize', number>
> {
  const relocations = header.size + stepCount * layout.size;
  const data = Math.ceil((relocations + 4 * pointers.length) / 8) * 8;
  const fileSize = data + sizes.data;
  // Eight bytes more: an address at the very end is still inside for the executor's bounds check.
  return {
    header: 0,
    relocations,
    data,
    memory: fileSize,
    fileSize,
    memorySize: fileSize + sizes.memory + 8,
  };
}

interface StepContext {
  readonly architecture: Architecture;
  readonly offsetOf: (address: Address) => number;
  readonly next: number;
  readonly callNumber: (name: string) => number;
  readonly indexOf: (label: Exclude<Step['target'], string>) => number;
}

function encodeStep(view: DataView, one: Step, context: StepContext): void {
  view.setUint8(layout.operation, operation[one.operation]);
  if (one.call !== undefined) view.setUint16(layout.callNumber, context.callNumber(one.call), true);
  let kinds = 0;
  one.arguments.forEach((argument, i) => {
    const [kind, value] = encodeValue(argument, context);
    // The executor resolves the last argument first, so that one has the lowest bits.
    kinds |= kind << (2 * (5 - i));
    view.setBigUint64(layout.arguments + 8 * i, BigInt.asUintN(64, value), true);
  });
  view.setUint16(layout.kinds, kinds, true);
  if (one.result) view.setUint32(layout.result, context.offsetOf(one.result), true);
  view.setUint32(layout.target, encodeTarget(one.target, context), true);
}

function encodeTarget(target: Step['target'], context: StepContext): number {
  switch (target) {
    case 'fail':
      return failOnError;
    case 'next':
      return context.next;
    default:
      return context.indexOf(target);
  }
}

function encodeValue(
  value: Value,
  { offsetOf, architecture }: StepContext,
): readonly [number, bigint] {
  if (value instanceof Address) return [argumentKind.address, BigInt(offsetOf(value))];
  if (value instanceof Ref) {
    const kind = value.width === 64 ? argumentKind.value64 : argumentKind.value32;
    return [kind, BigInt(offsetOf(value.address))];
  }
  const number = value instanceof PerArchitecture ? value.numbers[architecture] : value;
  return [argumentKind.immediate, BigInt(number)];
}
