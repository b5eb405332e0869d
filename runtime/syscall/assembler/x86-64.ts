import { CodeBuffer, type CodeLabel } from './code-buffer.ts';

/** 64-bit general registers, by their number in the instruction encoding. */
const names64 = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');
const names32 = 'eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d'.split(' ');

/** A register number, 0 to 15. */
export type Register = number;

/** The registers by name. */
export const rax = 0;
export const rcx = 1;
export const rdx = 2;
export const rbx = 3;
export const rsp = 4;
export const rbp = 5;
export const rsi = 6;
export const rdi = 7;
export const r8 = 8;
export const r9 = 9;
export const r10 = 10;
export const r12 = 12;
export const r13 = 13;
export const r14 = 14;
export const r15 = 15;

/** A memory operand: `[base + index * scale + displacement]`. */
export interface Memory {
  readonly base: Register;
  readonly displacement?: number;
  readonly index?: { readonly register: Register; readonly scale: 1 | 4 | 8 };
}

/** Instructions of the form `op reg, reg` with one opcode byte (Intel SDM volume 2: op r/m64, r64). */
const registerOpcodes = {
  add: 0x01,
  or: 0x09,
  and: 0x21,
  sub: 0x29,
  xor: 0x31,
  cmp: 0x39,
  mov: 0x89,
  test: 0x85,
};

/** Instructions of the form `op reg, imm8` (opcode 83 /digit). */
const immediateDigits = { add: 0, and: 4, sub: 5, cmp: 7 };

/** Condition codes of Jcc rel32 (opcode 0F 80+cc). */
const conditions = {
  jb: 0x2,
  jae: 0x3,
  je: 0x4,
  jne: 0x5,
  ja: 0x7,
  js: 0x8,
  jl: 0xc,
  jge: 0xd,
  jle: 0xe,
};

/** Loads and stores by width, with their opcode bytes and whether they take a 64-bit operand. */
const memoryOpcodes = {
  load64: { bytes: [0x8b], wide: true, mnemonic: 'mov', size: 'QWORD PTR', store: false },
  load32: { bytes: [0x8b], wide: false, mnemonic: 'mov', size: 'DWORD PTR', store: false },
  loadSigned32: { bytes: [0x63], wide: true, mnemonic: 'movsxd', size: 'DWORD PTR', store: false },
  load16: { bytes: [0x0f, 0xb7], wide: false, mnemonic: 'movzx', size: 'WORD PTR', store: false },
  load8: { bytes: [0x0f, 0xb6], wide: false, mnemonic: 'movzx', size: 'BYTE PTR', store: false },
  store64: { bytes: [0x89], wide: true, mnemonic: 'mov', size: 'QWORD PTR', store: true },
  store32: { bytes: [0x89], wide: false, mnemonic: 'mov', size: 'DWORD PTR', store: true },
  lea: { bytes: [0x8d], wide: true, mnemonic: 'lea', size: '', store: false },
} as const;

const hex = (value: number): string => `0x${value.toString(16)}`;
const littleEndian = (value: bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const name = (table: readonly string[], register: Register): string => table[register] ?? '?';

/**
 * As much of an x86-64 assembler as the executor needs. Encodings: Intel 64 and IA-32 Architectures Software
 * Developer's Manual, volume 2 (order number 325383-086).
 */
export class X86Assembler extends CodeBuffer {
  /** `mov reg32, imm32`, which clears the upper half; `xor` of itself for zero is left to `clear`. */
  loadImmediate(register: Register, value: number): void {
    const rex = register > 7 ? [0x41] : [];
    this.emit(
      [...rex, 0xb8 + (register & 7), ...littleEndian(BigInt(value >>> 0), 4)],
      `mov ${name(names32, register)},${hex(value >>> 0)}`,
    );
  }

  /** `movabs reg, imm64`. */
  loadImmediate64(register: Register, value: bigint): void {
    this.emit(
      [0x48 | (register >> 3), 0xb8 + (register & 7), ...littleEndian(value, 8)],
      `movabs ${name(names64, register)},0x${value.toString(16)}`,
    );
  }

  /** `op reg64, reg64`. */
  op(mnemonic: keyof typeof registerOpcodes, target: Register, source: Register): void {
    this.emit(
      [
        ...this.#rex(true, source, 0, target),
        registerOpcodes[mnemonic],
        0xc0 | ((source & 7) << 3) | (target & 7),
      ],
      `${mnemonic} ${name(names64, target)},${name(names64, source)}`,
    );
  }

  /** `op reg64, imm8` with a sign-extended immediate of -128 to 127. */
  opImmediate(mnemonic: keyof typeof immediateDigits, target: Register, value: number): void {
    this.emit(
      [
        ...this.#rex(true, 0, 0, target),
        0x83,
        0xc0 | (immediateDigits[mnemonic] << 3) | (target & 7),
        value & 0xff,
      ],
      `${mnemonic} ${name(names64, target)},${hexSigned(value)}`,
    );
  }

  /** `shl` or `shr reg64, imm8`. */
  shift(mnemonic: 'shl' | 'shr', target: Register, count: number): void {
    const digit = mnemonic === 'shl' ? 4 : 5;
    this.emit(
      [...this.#rex(true, 0, 0, target), 0xc1, 0xc0 | (digit << 3) | (target & 7), count],
      `${mnemonic} ${name(names64, target)},${hex(count)}`,
    );
  }

  /** `shl` or `shr reg64, cl`. */
  shiftByCl(mnemonic: 'shl' | 'shr', target: Register): void {
    const digit = mnemonic === 'shl' ? 4 : 5;
    this.emit(
      [...this.#rex(true, 0, 0, target), 0xd3, 0xc0 | (digit << 3) | (target & 7)],
      `${mnemonic} ${name(names64, target)},cl`,
    );
  }

  /** `imul target, source`: the low 64 bits of the product. */
  multiply(target: Register, source: Register): void {
    this.emit(
      [
        ...this.#rex(true, target, 0, source),
        0x0f,
        0xaf,
        0xc0 | ((target & 7) << 3) | (source & 7),
      ],
      `imul ${name(names64, target)},${name(names64, source)}`,
    );
  }

  /** `div source`: rdx:rax by source, unsigned; quotient to rax, remainder to rdx. */
  divide(source: Register): void {
    this.emit(
      [...this.#rex(true, 0, 0, source), 0xf7, 0xf0 | (source & 7)],
      `div ${name(names64, source)}`,
    );
  }

  /** `neg target`. */
  negate(target: Register): void {
    this.emit(
      [...this.#rex(true, 0, 0, target), 0xf7, 0xd8 | (target & 7)],
      `neg ${name(names64, target)}`,
    );
  }

  /** A load, store or address computation. */
  memory(kind: keyof typeof memoryOpcodes, register: Register, memory: Memory): void {
    const { bytes, wide, mnemonic, size, store } = memoryOpcodes[kind];
    const registerName = name(wide ? names64 : names32, register);
    const operand = `${size}${size && ' '}${memoryText(memory)}`;
    this.emit(
      [
        ...this.#rex(wide, register, memory.index?.register ?? 0, memory.base),
        ...bytes,
        ...modRm(register, memory),
      ],
      store ? `${mnemonic} ${operand},${registerName}` : `${mnemonic} ${registerName},${operand}`,
    );
  }

  /** `mov byte ptr [base], source`: the low byte. The REX prefix makes sil, dil and the like reachable. */
  store8(base: Register, source: Register): void {
    const low = 'al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b'.split(' ');
    this.emit(
      [0x40 | ((source >> 3) << 2) | (base >> 3), 0x88, ...modRm(source, { base })],
      `mov BYTE PTR ${memoryText({ base })},${name(low, source)}`,
    );
  }

  /** `push reg`. */
  push(register: Register): void {
    this.emit(
      [...(register > 7 ? [0x41] : []), 0x50 + (register & 7)],
      `push ${name(names64, register)}`,
    );
  }

  /** `pop reg`. */
  pop(register: Register): void {
    this.emit(
      [...(register > 7 ? [0x41] : []), 0x58 + (register & 7)],
      `pop ${name(names64, register)}`,
    );
  }

  /** `pop qword ptr [base + displacement]`. */
  popMemory(base: Register, displacement: number): void {
    this.emit(
      [0x8f, ...modRm(0, { base, displacement })],
      `pop QWORD PTR ${memoryText({ base, displacement })}`,
    );
  }

  /** `jcc rel32`. */
  jumpIf(condition: keyof typeof conditions, label: CodeLabel): void {
    this.#branch([0x0f, 0x80 | conditions[condition]], condition, label);
  }

  /** `jmp rel32`. */
  jump(label: CodeLabel): void {
    this.#branch([0xe9], 'jmp', label);
  }

  /** `call rel32`. */
  call(label: CodeLabel): void {
    this.#branch([0xe8], 'call', label);
  }

  /** `ret`. */
  ret(): void {
    this.emit([0xc3], 'ret');
  }

  /** `syscall`: number in rax; arguments in rdi, rsi, rdx, r10, r8, r9; destroys rcx and r11. */
  syscall(): void {
    this.emit([0x0f, 0x05], 'syscall');
  }

  /** `lea reg, [rip + label]`. */
  addressOf(register: Register, label: CodeLabel): void {
    const at = this.size + 3;
    this.emit(
      [0x48 | ((register >> 3) << 2), 0x8d, 0x05 | ((register & 7) << 3), 0, 0, 0, 0],
      () => `lea ${name(names64, register)},[rip+${hex((label.offset ?? 0) - (at + 4))}]`,
    );
    this.fixup(label, (code, target) => {
      code.setInt32(at, target - (at + 4), true);
    });
  }

  #branch(opcode: readonly number[], mnemonic: string, label: CodeLabel): void {
    const at = this.size + opcode.length;
    this.emit(
      [...opcode, 0, 0, 0, 0],
      (origin) => `${mnemonic} ${((label.offset ?? 0) + origin).toString(16)}`,
    );
    this.fixup(label, (code, target) => {
      code.setInt32(at, target - (at + 4), true);
    });
  }

  #rex(wide: boolean, register: Register, index: Register, base: Register): number[] {
    const rex = 0x40 | (wide ? 8 : 0) | ((register >> 3) << 2) | ((index >> 3) << 1) | (base >> 3);
    return rex === 0x40 ? [] : [rex];
  }
}

/** ModR/M, SIB and displacement bytes of a memory operand (SDM volume 2, tables 2-2 and 2-3). */
function modRm(register: Register, { base, index, displacement = 0 }: Memory): number[] {
  const field = (register & 7) << 3;
  // Without a displacement the encodings of rbp and r13 mean something else; rsp and r12 always need a SIB byte.
  const mode = displacement === 0 && (base & 7) !== 5 ? 0 : 0x40;
  const tail = mode === 0 ? [] : [displacement & 0xff];
  if (displacement > 127 || displacement < -128)
    throw new Error(`displacement ${displacement} is not 8 bits`);
  if (index) {
    const scale = Math.log2(index.scale) << 6;
    return [mode | field | 4, scale | ((index.register & 7) << 3) | (base & 7), ...tail];
  }
  return (base & 7) === 4
    ? [mode | field | 4, 0x24, ...tail]
    : [mode | field | (base & 7), ...tail];
}

function memoryText({ base, index, displacement = 0 }: Memory): string {
  const scaled = index ? `+${name(names64, index.register)}*${index.scale}` : '';
  const always = displacement !== 0 || (base & 7) === 5;
  const offset = always ? `${displacement < 0 ? '-' : '+'}${hex(Math.abs(displacement))}` : '';
  return `[${name(names64, base)}${scaled}${offset}]`;
}

function hexSigned(value: number): string {
  return value < 0 ? `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}` : hex(value);
}
