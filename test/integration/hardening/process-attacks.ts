import { AT_FDCWD, O_DIRECTORY, O_RDWR } from '../../../runtime/syscall/constants/fs.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** include/uapi/linux/ptrace.h */
const PTRACE_SEIZE = 0x4206;

/** How a process is reached for by another one that sees its pid: what is wanted of it, and what adds the step `attack`. */
export const attacks: Readonly<Record<string, (p: ProgramBuilder, pid: number) => void>> = {
  'its memory': (p, pid) => {
    p.call('attack', 'openat', [AT_FDCWD, p.string(`/proc/${pid}/mem`), O_RDWR, 0]);
  },
  'its descriptors': (p, pid) => {
    const path = p.string(`/proc/${pid}/fd/0`);
    p.call('attack', 'readlinkat', [AT_FDCWD, path, p.reserve(64), 64]);
  },
  'its root': (p, pid) => {
    const path = p.string(`/proc/${pid}/root`);
    p.call('attack', 'openat', [AT_FDCWD, path, O_DIRECTORY, 0]);
  },
  'its course, by ptrace': (p, pid) => {
    p.call('attack', 'ptrace', [PTRACE_SEIZE, pid, 0, 0]);
  },
};
