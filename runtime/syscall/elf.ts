import type { Architecture } from './architecture.ts';

const machines: Readonly<Record<Architecture, number>> = { x86_64: 62, aarch64: 183 };
const fileHeaderSize = 64;
const programHeaderSize = 56;

/** Address at which an executable of ours is loaded. */
export const loadAddress = 0x400000;

/** Offset in the file, and above `loadAddress` in memory, of the first instruction. */
export const codeOffset = fileHeaderSize + 2 * programHeaderSize;

/**
 * Writes a static ELF64 executable: one read-and-execute segment with the code (and its constants), and a stack that
 * is not executable. No sections, no symbols, nothing writable.
 *
 * Format: System V ABI, edition 4.1, chapters 4 and 5; elf(5).
 */
export function writeElf({
  architecture,
  code,
}: {
  readonly architecture: Architecture;
  readonly code: Uint8Array;
}): Uint8Array {
  const size = codeOffset + code.length;
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);

  // e_ident: magic, 64-bit, little-endian, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // e_type: ET_EXEC
  view.setUint16(18, machines[architecture], true);
  view.setUint32(20, 1, true); // e_version
  view.setBigUint64(24, BigInt(loadAddress + codeOffset), true); // e_entry
  view.setBigUint64(32, BigInt(fileHeaderSize), true); // e_phoff
  view.setUint16(52, fileHeaderSize, true);
  view.setUint16(54, programHeaderSize, true);
  view.setUint16(56, 2, true); // e_phnum
  view.setUint16(58, 64, true); // e_shentsize

  const load = fileHeaderSize;
  view.setUint32(load, 1, true); // PT_LOAD
  view.setUint32(load + 4, 5, true); // PF_R | PF_X
  view.setBigUint64(load + 16, BigInt(loadAddress), true);
  view.setBigUint64(load + 24, BigInt(loadAddress), true);
  view.setBigUint64(load + 32, BigInt(size), true);
  view.setBigUint64(load + 40, BigInt(size), true);
  view.setBigUint64(load + 48, 0x10000n, true); // p_align: also right on kernels with 64 KiB pages

  const stack = load + programHeaderSize;
  view.setUint32(stack, 0x6474e551, true); // PT_GNU_STACK
  view.setUint32(stack + 4, 6, true); // PF_R | PF_W
  view.setBigUint64(stack + 48, 16n, true);

  file.set(code, codeOffset);
  return file;
}
