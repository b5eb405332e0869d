import { CodeBuffer, type CodeLabel } from './code-buffer.ts';

/** A general register number, 0 to 30; 31 is xzr or sp by instruction. */
export type Register = number;

/** The zero register, or the stack pointer where an instruction takes that. */
export const zeroOrSp = 31;

const conditions = {
  eq: 0x0,
  ne: 0x1,
  hs: 0x2,
  lo: 0x3,
  hi: 0x8,
  ge: 0xa,
  lt: 0xb,
  gt: 0xc,
  le: 0xd,
};

/** Data processing with three registers (Arm ARM, C4.1). */
const threeRegister = {
  add: 0x8b000000,
  sub: 0xcb000000,
  and: 0x8a000000,
  orr: 0xaa000000,
  eor: 0xca000000,
  lsl: 0x9ac02000,
  lsr: 0x9ac02400,
  udiv: 0x9ac00800,
  mul: 0x9b007c00,
};

/** Loads and stores with an unsigned scaled offset (Arm ARM, C4.1.66). */
const accesses = {
  load64: { opcode: 0xf9400000, scale: 8, mnemonic: 'ldr', prefix: 'x' },
  load32: { opcode: 0xb9400000, scale: 4, mnemonic: 'ldr', prefix: 'w' },
  loadSigned32: { opcode: 0xb9800000, scale: 4, mnemonic: 'ldrsw', prefix: 'x' },
  load16: { opcode: 0x79400000, scale: 2, mnemonic: 'ldrh', prefix: 'w' },
  load8: { opcode: 0x39400000, scale: 1, mnemonic: 'ldrb', prefix: 'w' },
  store64: { opcode: 0xf9000000, scale: 8, mnemonic: 'str', prefix: 'x' },
  store32: { opcode: 0xb9000000, scale: 4, mnemonic: 'str', prefix: 'w' },
  store8: { opcode: 0x39000000, scale: 1, mnemonic: 'strb', prefix: 'w' },
} as const;

const x = (register: Register): string => (register === 31 ? 'xzr' : `x${register}`);
const w = (register: Register): string => (register === 31 ? 'wzr' : `w${register}`);
const baseName = (register: Register): string => (register === 31 ? 'sp' : `x${register}`);
const hex = (value: number): string => `#0x${value.toString(16)}`;

/**
 * As much of an AArch64 assembler as the executor needs. Encodings: Arm Architecture Reference Manual for A-profile
 * (DDI 0487), chapter C4.
 */
export class Aarch64Assembler extends CodeBuffer {
  /** `mov x, #imm16` (movz). */
  loadImmediate(register: Register, value: number): void {
    if (value < 0 || value > 0xffff) throw new Error(`immediate ${value} is not 16 bits`);
    this.#word(0xd2800000 | (value << 5) | register, `mov ${x(register)}, ${hex(value)}`);
  }

  /** `mov x, #-value` for a value of 1 to 65536 (movn). */
  loadNegative(register: Register, value: number): void {
    const signed = `#0x${BigInt.asUintN(64, BigInt(-value)).toString(16)}`;
    this.#word(0x92800000 | ((value - 1) << 5) | register, `mov ${x(register)}, ${signed}`);
  }

  /** `movk x, #imm16, lsl #shift`: replaces 16 of the 64 bits. */
  insertImmediate(register: Register, value: number, shift: 16 | 32 | 48): void {
    this.#word(
      0xf2800000 | ((shift / 16) << 21) | (value << 5) | register,
      `movk ${x(register)}, ${hex(value)}, lsl #${shift}`,
    );
  }

  /** `mov x, sp`. */
  moveFromStack(target: Register): void {
    this.#word(0x910003e0 | target, `mov ${x(target)}, sp`);
  }

  /** `mov x, x`. */
  move(target: Register, source: Register): void {
    this.#word(0xaa0003e0 | (source << 16) | target, `mov ${x(target)}, ${x(source)}`);
  }

  /** `op target, left, right`. */
  op(
    mnemonic: keyof typeof threeRegister,
    registers: readonly [Register, Register, Register],
  ): void {
    const [target, left, right] = registers;
    this.#word(
      threeRegister[mnemonic] | (right << 16) | (left << 5) | target,
      `${mnemonic} ${x(target)}, ${x(left)}, ${x(right)}`,
    );
  }

  /** `add target, left, right, lsl #shift`. */
  addShifted(registers: readonly [Register, Register, Register], shift: number): void {
    const [target, left, right] = registers;
    this.#word(
      0x8b000000 | (right << 16) | (shift << 10) | (left << 5) | target,
      `add ${x(target)}, ${x(left)}, ${x(right)}, lsl #${shift}`,
    );
  }

  /** `msub target, left, right, minuend`: minuend - left * right. */
  multiplySubtract(registers: readonly [Register, Register, Register, Register]): void {
    const [target, left, right, minuend] = registers;
    this.#word(
      0x9b008000 | (right << 16) | (minuend << 10) | (left << 5) | target,
      `msub ${x(target)}, ${x(left)}, ${x(right)}, ${x(minuend)}`,
    );
  }

  /** `add` or `sub target, source, #imm12`; 31 is the stack pointer here. */
  opImmediate(
    mnemonic: 'add' | 'sub',
    registers: readonly [Register, Register],
    value: number,
  ): void {
    const [target, source] = registers;
    this.#word(
      (mnemonic === 'add' ? 0x91000000 : 0xd1000000) | (value << 10) | (source << 5) | target,
      `${mnemonic} ${baseName(target)}, ${baseName(source)}, ${hex(value)}`,
    );
  }

  /** `neg x, x`. */
  negate(target: Register, source: Register): void {
    this.#word(0xcb0003e0 | (source << 16) | target, `neg ${x(target)}, ${x(source)}`);
  }

  /** `and target, source, #3`: the one mask that is needed (bitmask immediate N=1 immr=0 imms=1). */
  lowTwoBits(target: Register, source: Register): void {
    this.#word(0x92400400 | (source << 5) | target, `and ${x(target)}, ${x(source)}, #0x3`);
  }

  /** `lsr target, source, #count`. */
  shiftRight(registers: readonly [Register, Register], count: number): void {
    const [target, source] = registers;
    this.#word(
      0xd340fc00 | (count << 16) | (source << 5) | target,
      `lsr ${x(target)}, ${x(source)}, #${count}`,
    );
  }

  /** `lsl target, source, #count`. */
  shiftLeft(registers: readonly [Register, Register], count: number): void {
    const [target, source] = registers;
    this.#word(
      0xd3400000 | (((64 - count) & 63) << 16) | ((63 - count) << 10) | (source << 5) | target,
      `lsl ${x(target)}, ${x(source)}, #${count}`,
    );
  }

  /** `cmp x, x`. */
  compare(left: Register, right: Register): void {
    this.#word(0xeb00001f | (right << 16) | (left << 5), `cmp ${x(left)}, ${x(right)}`);
  }

  /** `cmp x, #imm12`. */
  compareImmediate(left: Register, value: number): void {
    this.#word(0xf100001f | (value << 10) | (left << 5), `cmp ${x(left)}, ${hex(value)}`);
  }

  /** `cmn x, #imm12`: compares with the negative of the immediate. */
  compareNegative(left: Register, value: number): void {
    this.#word(0xb100001f | (value << 10) | (left << 5), `cmn ${x(left)}, ${hex(value)}`);
  }

  /** A load or store at `[base, #offset]`. */
  access(
    kind: keyof typeof accesses,
    register: Register,
    memory: { readonly base: Register; readonly offset: number },
  ): void {
    const { opcode, scale, mnemonic, prefix } = accesses[kind];
    if (memory.offset % scale !== 0)
      throw new Error(`offset ${memory.offset} is not a multiple of ${scale}`);
    const offset = memory.offset === 0 ? '' : `, #${memory.offset}`;
    this.#word(
      opcode | ((memory.offset / scale) << 10) | (memory.base << 5) | register,
      `${mnemonic} ${prefix === 'x' ? x(register) : w(register)}, [${baseName(memory.base)}${offset}]`,
    );
  }

  /** `ldr x, [base, index, lsl #3]`. */
  loadIndexed(target: Register, base: Register, index: Register): void {
    this.#word(
      0xf8607800 | (index << 16) | (base << 5) | target,
      `ldr ${x(target)}, [${baseName(base)}, ${x(index)}, lsl #3]`,
    );
  }

  /** `str x, [base, index]`. */
  storeIndexed(source: Register, base: Register, index: Register): void {
    this.#word(
      0xf8206800 | (index << 16) | (base << 5) | source,
      `str ${x(source)}, [${baseName(base)}, ${x(index)}]`,
    );
  }

  /** `str x, [sp, #-16]!`. */
  push(register: Register): void {
    this.#word(0xf81f0fe0 | register, `str ${x(register)}, [sp, #-16]!`);
  }

  /** `ldr x, [sp], #16`. */
  pop(register: Register): void {
    this.#word(0xf84107e0 | register, `ldr ${x(register)}, [sp], #16`);
  }

  /** `ldp x, x, [base, #offset]`. */
  loadPair(
    registers: readonly [Register, Register],
    memory: { readonly base: Register; readonly offset: number },
  ): void {
    this.#pair(0xa9400000, 'ldp', registers, memory);
  }

  /** `stp x, x, [base, #offset]`. */
  storePair(
    registers: readonly [Register, Register],
    memory: { readonly base: Register; readonly offset: number },
  ): void {
    this.#pair(0xa9000000, 'stp', registers, memory);
  }

  /** `b label`. */
  jump(label: CodeLabel): void {
    this.#branch({ opcode: 0x14000000, mnemonic: 'b', bits: 26, shift: 0 }, label);
  }

  /** `bl label`. */
  call(label: CodeLabel): void {
    this.#branch({ opcode: 0x94000000, mnemonic: 'bl', bits: 26, shift: 0 }, label);
  }

  /** `b.cond label`. */
  jumpIf(condition: keyof typeof conditions, label: CodeLabel): void {
    const opcode = 0x54000000 | conditions[condition];
    // objdump names the unsigned conditions by their carry-flag aliases.
    const alias = { hs: 'cs', lo: 'cc' }[condition as string] ?? condition;
    this.#branch({ opcode, mnemonic: `b.${alias}`, bits: 19, shift: 5 }, label);
  }

  /** `cbz x, label`. */
  jumpIfZero(register: Register, label: CodeLabel): void {
    this.#branch(
      { opcode: 0xb4000000 | register, mnemonic: `cbz ${x(register)},`, bits: 19, shift: 5 },
      label,
    );
  }

  /** `adr x, label`. */
  addressOf(register: Register, label: CodeLabel): void {
    const at = this.size;
    this.#word(
      0x10000000 | register,
      (origin) => `adr ${x(register)}, ${((label.offset ?? 0) + origin).toString(16)}`,
    );
    this.fixup(label, (code, target) => {
      const distance = target - at;
      const word = code.getUint32(at, true);
      code.setUint32(
        at,
        (word | ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5)) >>> 0,
        true,
      );
    });
  }

  /** `svc #0`: number in x8, arguments in x0 to x5, result in x0. */
  syscall(): void {
    this.#word(0xd4000001, 'svc #0x0');
  }

  /** `ret`. */
  ret(): void {
    this.#word(0xd65f03c0, 'ret');
  }

  #pair(
    opcode: number,
    mnemonic: string,
    [first, second]: readonly [Register, Register],
    { base, offset }: { readonly base: Register; readonly offset: number },
  ): void {
    const suffix = offset === 0 ? '' : `, #${offset}`;
    this.#word(
      opcode | (((offset / 8) & 0x7f) << 15) | (second << 10) | (base << 5) | first,
      `${mnemonic} ${x(first)}, ${x(second)}, [${baseName(base)}${suffix}]`,
    );
  }

  #branch(
    {
      opcode,
      mnemonic,
      bits,
      shift,
    }: {
      readonly opcode: number;
      readonly mnemonic: string;
      readonly bits: number;
      readonly shift: number;
    },
    label: CodeLabel,
  ): void {
    const at = this.size;
    this.#word(opcode, (origin) => `${mnemonic} ${((label.offset ?? 0) + origin).toString(16)}`);
    this.fixup(label, (code, target) => {
      const distance = ((target - at) / 4) & (2 ** bits - 1);
      code.setUint32(at, (code.getUint32(at, true) | (distance << shift)) >>> 0, true);
    });
  }

  #word(value: number, text: string | ((origin: number) => string)): void {
    const word = value >>> 0;
    this.emit([word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24], text);
  }
}
