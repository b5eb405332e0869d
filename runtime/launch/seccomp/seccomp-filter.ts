import {
  PR_SET_SECCOMP,
  SECCOMP_MODE_FILTER,
  SECCOMP_SET_MODE_FILTER,
} from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { handOverListener } from './seccomp-listener.ts';
import type { StartPlan } from '../start-plan.ts';

/** Installs the filter of the config in the container's first process, if it has one (seccomp(2)). */
export function installFilter(
  p: ProgramBuilder,
  { seccomp, seccompListener }: Pick<StartPlan, 'seccomp' | 'seccompListener'>,
  sync: Ref,
): void {
  if (!seccomp) return;
  // struct sock_fprog: {u16 count, padding, pointer}
  const program = p.bytes(new Uint8Array(16));
  p.set(program, seccomp.instructions);
  p.pointer(program.at(8), p.bytes(seccomp.program));
  const label = 'install the seccomp filter';
  // Without flags both calls do the same (seccomp(2)), and kernels before 3.17 have only this one.
  if (seccomp.flags === 0) {
    p.call(label, 'prctl', [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0]);
    return;
  }
  const result = p.call(label, 'seccomp', [SECCOMP_SET_MODE_FILTER, seccomp.flags, program]);
  if (seccompListener) handOverListener(p, { sync, listener: result });
}
