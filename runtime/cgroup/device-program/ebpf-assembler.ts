import { BPF_INSN_SIZE } from '../../syscall/constants/bpf.ts';

/**
 * The little of eBPF that deciding about devices needs. Loops and calls are left out, and jumps only go forward: the
 * kernel's verifier then has nothing to object to.
 * https://www.kernel.org/doc/html/v6.18/bpf/standardization/instruction-set.html
 */

/** BPF_MAXINSNS: kernels before 5.2 take no longer program. */
export const maxInstructions = 4096;

const opcode = {
  /** BPF_LDX | BPF_MEM | BPF_W: the upper 32 bits become 0. */
  load32: 0x61,
  /** BPF_ALU | BPF_AND | BPF_K */
  and32: 0x54,
  /** BPF_ALU64 | BPF_MOV | BPF_K */
  move: 0xb7,
  /** BPF_JMP | BPF_JA */
  jump: 0x05,
  /** BPF_JMP | BPF_JEQ | BPF_K */
  jumpIfEqual: 0x15,
  /** BPF_JMP | BPF_JSET | BPF_K */
  jumpIfAnyBit: 0x45,
  /** BPF_JMP | BPF_EXIT */
  exit: 0x95,
} as const;

/** Registers 0 (the result), 1 (the context at the start) to 5. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5;

/** A place that jumps name before it is known. */
export class EbpfLabel {
  index: number | undefined;
}

interface Instruction {
  readonly code: number;
  readonly destination?: Register;
  readonly source?: Register;
  readonly offset?: number;
  /** 32 bits; sign-extended to 64 by all operations but the 32-bit ones. */
  readonly immediate?: number;
  readonly target?: EbpfLabel;
}

/** Writes instructions one after the other. */
export class EbpfAssembler {
  readonly #instructions: Instruction[] = [];

  /** How many instructions there are. */
  get length(): number {
    return this.#instructions.length;
  }

  /** Loads 32 bits of memory. */
  load32(destination: Register, source: Register, offset: number): void {
    this.#put({ code: opcode.load32, destination, source, offset });
  }

  /** Clears all bits but those of `mask`. */
  and32(destination: Register, mask: number): void {
    this.#put({ code: opcode.and32, destination, immediate: mask });
  }

  /** Ends the program. */
  return(result: number): void {
    this.#put({ code: opcode.move, destination: 0, immediate: result });
    this.#put({ code: opcode.exit });
  }

  /** Goes on at the label. */
  jump(target: EbpfLabel): void {
    this.#put({ code: opcode.jump, target });
  }

  /** Goes on at the label when the register has this value. */
  jumpIfEqual(destination: Register, immediate: number, target: EbpfLabel): void {
    this.#put({ code: opcode.jumpIfEqual, destination, immediate, target });
  }

  /** Goes on at the label when any of these bits is set in the register. */
  jumpIfAnyBit(destination: Register, immediate: number, target: EbpfLabel): void {
    this.#put({ code: opcode.jumpIfAnyBit, destination, immediate, target });
  }

  /** Binds a label to the next instruction. */
  place(label: EbpfLabel): void {
    label.index = this.#instructions.length;
  }

  /** The bytes of the program: {u8 code, u8 registers, i16 offset, i32 immediate} each; both architectures are little-endian. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#instructions.length * BPF_INSN_SIZE);
    const view = new DataView(bytes.buffer);
    this.#instructions.forEach((instruction, index) => {
      const { code, destination = 0, source = 0, immediate = 0 } = instruction;
      const at = index * BPF_INSN_SIZE;
      view.setUint8(at, code);
      view.setUint8(at + 1, (source << 4) | destination);
      view.setInt16(at + 2, offsetOf(instruction, index), true);
      view.setInt32(at + 4, immediate, true);
    });
    return bytes;
  }

  #put(instruction: Instruction): void {
    this.#instructions.push(instruction);
  }
}

/** Jumps count from the instruction behind them. */
function offsetOf({ offset = 0, target }: Instruction, index: number): number {
  if (target === undefined) return offset;
  if (target.index === undefined || target.index <= index) {
    throw new TypeError(`instruction ${index} jumps to a label that is not behind it`);
  }
  return target.index - index - 1;
}
