/**
 * Classic BPF as seccomp(2) runs it: instructions, and an assembler that works from the last one to the first.
 *
 * Why backwards: jumps only go forward, so every target is already placed when a jump to it is written, and its
 * distance is known. Conditional jumps have 8 bits for each distance; where that is not enough an unconditional jump
 * (32 bits) is put right behind.
 * https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/bpf_common.h
 */

/** What an instruction does: BPF_LD|BPF_W|BPF_ABS and so on. */
export const opcode = {
  /** Loads 32 bits of struct seccomp_data into the accumulator. */
  load: 0x20,
  and: 0x54,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfGreater: 0x25,
  jumpIfGreaterOrEqual: 0x35,
  return: 0x06,
} as const;

/** The conditional ones. */
export type Comparison = 'jumpIfEqual' | 'jumpIfGreater' | 'jumpIfGreaterOrEqual';

/** One struct sock_filter. */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when the comparison holds, and when it does not. */
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  /** Constant: 32 bits, unsigned. */
  readonly k: number;
}

/** Bytes of a struct sock_filter. */
export const instructionSize = 8;

/** BPF_MAXINSNS: the kernel takes no longer program. */
export const maxInstructions = 4096;

/** A place in the program: how many instructions are behind it, itself included. */
export type Place = number & { readonly __brand: 'place' };

const farthest = 0xff;

/** Where a conditional jump goes. */
export interface Branches {
  readonly yes: Place;
  readonly no: Place;
}

/** Builds a program from its end. Each method puts an instruction in front and returns its place. */
export class BackwardAssembler {
  /** Last instruction first. */
  readonly #reversed: Instruction[] = [];
  readonly #returns = new Map<number, Place>();

  /** A return of `k`; one that is near enough is used again. */
  return(k: number): Place {
    const known = this.#returns.get(k);
    if (known !== undefined && this.#distance(known) < farthest - 1) return known;
    const place = this.#put({ code: opcode.return, jumpTrue: 0, jumpFalse: 0, k });
    this.#returns.set(k, place);
    return place;
  }

  /** Loads the 32 bits at `offset` of struct seccomp_data, and goes on at `next`. */
  load(offset: number, next: Place): Place {
    return this.#plain(opcode.load, offset, next);
  }

  /** Masks the accumulator, and goes on at `next`. */
  and(mask: number, next: Place): Place {
    return this.#plain(opcode.and, mask, next);
  }

  /** Compares the accumulator with `k` (unsigned), and goes on at one of two places. */
  compare(comparison: Comparison, k: number, branches: Branches): Place {
    // A far target gets a jump of its own. The second may push the first out of reach, hence from a known order.
    const no = this.#near(branches.no);
    const yes = this.#near(branches.yes);
    return this.#put({
      code: opcode[comparison],
      jumpTrue: this.#distance(yes),
      jumpFalse: this.#distance(no),
      k,
    });
  }

  /** How many instructions there are. */
  get length(): number {
    return this.#reversed.length;
  }

  /** The program in the order in which it runs. */
  finish(): readonly Instruction[] {
    return this.#reversed.toReversed();
  }

  /** Instructions between the one that is put next and `place`. */
  #distance(place: Place): number {
    return this.#reversed.length - place;
  }

  #put(instruction: Instruction): Place {
    this.#reversed.push(instruction);
    return this.#reversed.length as Place;
  }

  /** `place`, or a jump to it when a conditional jump could not reach it with another jump in between. */
  #near(place: Place): Place {
    return this.#distance(place) < farthest ? place : this.#jump(place);
  }

  #jump(place: Place): Place {
    return this.#put({
      code: opcode.jump,
      jumpTrue: 0,
      jumpFalse: 0,
      k: this.#distance(place),
    });
  }

  #plain(code: number, k: number, next: Place): Place {
    if (this.#distance(next) > 0) this.#jump(next);
    return this.#put({ code, jumpTrue: 0, jumpFalse: 0, k });
  }
}

/** The bytes of a program, for struct sock_fprog (seccomp(2)); both architectures are little-endian. */
export function encodeInstructions(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * instructionSize);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, jumpTrue, jumpFalse, k }] of program.entries()) {
    const at = index * instructionSize;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jumpTrue);
    view.setUint8(at + 3, jumpFalse);
    view.setUint32(at + 4, k, true);
  }
  return bytes;
}
