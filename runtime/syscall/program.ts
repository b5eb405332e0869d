import type { Architecture } from './architecture.ts';
import { header, step as layout, type operation } from './layout.ts';

/** A place in a program's memory. */
export class Address {
  readonly section: 'header' | 'data' | 'memory' | 'pages';
  readonly offset: number;

  constructor(section: Address['section'], offset: number) {
    this.section = section;
    this.offset = offset;
  }

  /** The place `bytes` further on. */
  at(bytes: number): Address {
    return new Address(this.section, this.offset + bytes);
  }
}

/** Where initialised data begins: names a place, and uses none of what is there. */
export const startOfData = new Address('data', 0);

/** A value that is known when the program runs: the 64 or 32 bits (sign-extended) at an address. */
export class Ref {
  readonly address: Address;
  readonly width: 32 | 64;

  constructor(address: Address, width: 32 | 64) {
    this.address = address;
    this.width = width;
  }
}

/** A place in the steps that jumps name; `ProgramBuilder.place` binds it. */
export class Label {
  index: number | undefined;
}

/** A NULL-terminated array of pointers to strings that are not known yet, and the room for them. */
export interface StringSlots {
  readonly array: Address;
  readonly area: Address;
  /** How many strings. */
  readonly count: number;
  /** How long they are together at most, with their NULs. */
  readonly bytes: number;
}

/** A number that differs between architectures, such as O_DIRECTORY. */
export class PerArchitecture {
  readonly numbers: Readonly<Record<Architecture, number>>;

  constructor(numbers: Readonly<Record<Architecture, number>>) {
    this.numbers = numbers;
  }

  /** This number with further bits set. */
  or(flags: number | PerArchitecture): PerArchitecture {
    const bits =
      flags instanceof PerArchitecture ? flags.numbers : { x86_64: flags, aarch64: flags };
    return new PerArchitecture({
      x86_64: this.numbers.x86_64 | bits.x86_64,
      aarch64: this.numbers.aarch64 | bits.aarch64,
    });
  }
}

/** An argument of a step. */
export type Value = number | bigint | PerArchitecture | Address | Ref;

/** What happens when a call fails: the program ends and reports it, goes on, or jumps. */
export type OnError = 'fail' | 'ignore' | Label;

/** One step, before its encoding. */
export interface Step {
  readonly label: string;
  readonly operation: keyof typeof operation;
  /** Name of the system call, for `syscall`. */
  readonly call: string | undefined;
  readonly arguments: readonly Value[];
  readonly result: Address | undefined;
  readonly target: Label | 'fail' | 'next';
}

/** What of a step belongs into an error. */
export type NamedStep = Pick<Step, 'label' | 'call'>;

/** Bytes of a step in the form in which the executor reads it. */
export function stepBytes({
  arguments: { length },
  result,
  target,
}: Pick<Step, 'arguments' | 'result' | 'target'>): number {
  const words = length + (result ? 1 : 0) + (target instanceof Label ? 1 : 0);
  return layout.headSize + layout.wordSize * words;
}

/** The step at an offset in the encoded program, which is what failures name. */
export function findStep<Sized extends NamedStep>(
  steps: readonly Sized[],
  bytesOf: (step: Sized) => number,
  offset: number,
): Sized | undefined {
  let at: number = header.size;
  return steps.find((step) => {
    const isFound = at === offset;
    at += bytesOf(step);
    return isFound;
  });
}

/** A whole program, as its encoding needs it. */
export interface Program {
  readonly name: string;
  /** The step at an offset in the encoded program: see `findStep`. */
  stepAt(offset: number): NamedStep | undefined;
  readonly steps: readonly Step[];
  /** Places that hold the absolute address of another place. */
  readonly pointers: readonly { readonly at: Address; readonly to: Address }[];
  /** Initialised data, in order; each chunk's length is a multiple of 8. */
  readonly data: readonly Uint8Array[];
  readonly sizes: { readonly data: number; readonly memory: number; readonly pages: number };
}
