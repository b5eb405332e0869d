import { PR_SET_NO_NEW_PRIVS } from '../../runtime/syscall/constants/process.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import { expectErrno } from './expect-errno.ts';

/** Source of the numbers: include/uapi/linux/prctl.h, seccomp.h and bpf_common.h, Linux 6.12. */
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_ERRNO = 0x00050000;
/** BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K. */
const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
/** Offset of the low half of the first argument in struct seccomp_data. */
const FIRST_ARGUMENT = 16;

/** The filter refuses any call with this first argument; as a descriptor nobody has it open. */
const marker = 0x6265;
/** ENOTTY: what close(2) never gives. */
const refusal = { number: 25, name: 'ENOTTY' };

/**
 * Sets a filter on the program's own process and makes a call that it refuses (seccomp(2)). By prctl(2), which is
 * older than seccomp(2) by three years of kernels.
 */
export function seccompProgram(): ProgramBuilder {
  const program = new ProgramBuilder('try a seccomp filter');
  program.call('give up new privileges', 'prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  const filter = filterBytes([
    { code: LOAD, k: FIRST_ARGUMENT },
    { code: JUMP_IF_EQUAL, k: marker, jf: 1 },
    { code: RETURN, k: SECCOMP_RET_ERRNO | refusal.number },
    { code: RETURN, k: SECCOMP_RET_ALLOW },
  ]);
  const length = filter.length / 8;
  const header = program.bytes(
    new Uint8Array([length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  );
  program.pointer(header.at(8), program.bytes(filter));
  program.call('set a filter', 'prctl', [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0]);
  expectErrno(program, {
    label: 'the filter refuses a call',
    call: 'close',
    args: [marker],
    errno: refusal.name,
  });
  return program;
}

interface FilterInstruction {
  readonly code: number;
  readonly k: number;
  /** Instructions to skip when the comparison does not hold. */
  readonly jf?: number;
}

/** struct sock_filter {u16 code, u8 jt, u8 jf, u32 k}, one after the other. */
function filterBytes(instructions: readonly FilterInstruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * instructions.length));
  instructions.forEach(({ code, k, jf }, index) => {
    view.setUint16(8 * index, code, true);
    view.setUint8(8 * index + 3, jf ?? 0);
    view.setUint32(8 * index + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}
