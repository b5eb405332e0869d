import type { ErrorArea } from './area.ts';

/** Errors of `runtime/launch/seccomp`. */
export const seccompErrors = {
  SECCOMP_UNSUPPORTED: {
    http: 400,
    exit: 125,
    meaning:
      'A seccomp profile asks for an action, flag or architecture that berth cannot compile.',
  },
  SECCOMP_TOO_LARGE: {
    http: 400,
    exit: 125,
    meaning: 'A seccomp profile compiles to more instructions than the kernel accepts (4096).',
  },
} as const satisfies ErrorArea;
