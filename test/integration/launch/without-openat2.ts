import { PR_SET_SECCOMP, SECCOMP_MODE_FILTER } from '../../../runtime/syscall/constants/process.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** openat2(2) has the same number everywhere: include/uapi/asm-generic/unistd.h, Linux 5.6. */
const openat2 = 437;

/** Makes the program find the kernel as it was before Linux 5.6: openat2(2) says ENOSYS (seccomp(2), classic BPF). */
export function withoutOpenat2(p: ProgramBuilder): void {
  const instructions: readonly (readonly [number, number, number, number])[] = [
    [0x20, 0, 0, 0], // load the number of the call
    [0x15, 0, 1, openat2], // jump if it is not this one
    [0x06, 0, 0, 0x00050000 | errnoNumber('ENOSYS')], // SECCOMP_RET_ERRNO
    [0x06, 0, 0, 0x7fff0000], // SECCOMP_RET_ALLOW
  ];
  const code = Buffer.alloc(8 * instructions.length);
  for (const [i, [operation, yes, no, value]] of instructions.entries()) {
    code.writeUInt16LE(operation, 8 * i);
    code.set([yes, no], 8 * i + 2);
    code.writeUInt32LE(value, 8 * i + 4);
  }
  const filter = p.bytes(new Uint8Array(16));
  p.set(filter, instructions.length);
  p.pointer(filter.at(8), p.bytes(code));
  p.call('be an older kernel', 'prctl', [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter]);
}
