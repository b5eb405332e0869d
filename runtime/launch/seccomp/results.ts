import type { SeccompAction } from '../../spec/seccomp.ts';

/** What a filter answers: https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/seccomp.h */
export const seccompResult = {
  killProcess: 0x8000_0000,
  killThread: 0x0000_0000,
  trap: 0x0003_0000,
  errno: 0x0005_0000,
  trace: 0x7ff0_0000,
  notify: 0x7fc0_0000,
  log: 0x7ffc_0000,
  allow: 0x7fff_0000,
} as const;

const EPERM = 1;
const ENOSYS = 38;

/** The answer to calls that the profile is too old to know: programs then use an older call. */
export const notImplemented = seccompResult.errno | ENOSYS;

/** The number that a filter returns for an action; for NOTIFY somebody has to listen (`notifies`). */
export function resultOf(action: SeccompAction, errnoRet: number = EPERM): number {
  switch (action) {
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return seccompResult.killThread;
    case 'SCMP_ACT_KILL_PROCESS':
      return seccompResult.killProcess;
    case 'SCMP_ACT_TRAP':
      return seccompResult.trap;
    case 'SCMP_ACT_ERRNO':
      return seccompResult.errno | errnoRet;
    case 'SCMP_ACT_TRACE':
      return seccompResult.trace | errnoRet;
    case 'SCMP_ACT_LOG':
      return seccompResult.log;
    case 'SCMP_ACT_ALLOW':
      return seccompResult.allow;
    case 'SCMP_ACT_NOTIFY':
      return seccompResult.notify;
  }
}

/** Whether calls with this result run, or are handed to a tracer that runs them; an agent may as well refuse them. */
export function letsRun(result: number): boolean {
  const action = result & 0x7fff_0000;
  return action >= seccompResult.trace && result < seccompResult.killProcess;
}
