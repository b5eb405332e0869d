import type { ErrorArea } from './area.ts';

/** Errors of `runtime/syscall`. */
export const syscallErrors = {
  SYSCALL_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'A step of a syscall program failed; the message names the step and the errno.',
  },
  PROGRAM_INVALID: {
    http: 500,
    exit: 1,
    meaning: 'A syscall program is malformed, truncated or larger than the executor accepts.',
  },
  PROGRAM_CRASHED: {
    http: 500,
    exit: 1,
    meaning: 'The process that ran a syscall program was ended by a signal before it answered.',
  },
  PROGRAM_TIMEOUT: {
    http: 504,
    exit: 1,
    meaning: 'A syscall program did not end within its time and was killed.',
  },
  LAUNCHER_LOST: {
    http: 503,
    exit: 1,
    meaning:
      'The launcher process ended while a program was under way; the next program starts a new one.',
  },
  TREE_UNREADABLE: {
    http: 500,
    exit: 1,
    meaning: 'A file or folder of a container or a layer cannot be read.',
  },
  TREE_UNCHANGED: {
    http: 500,
    exit: 1,
    meaning: 'A file or folder of a container cannot be made or changed; the message names it.',
  },
  ARCH_UNSUPPORTED: {
    http: 500,
    exit: 1,
    meaning: 'The processor is neither x86-64 nor AArch64.',
  },
} as const satisfies ErrorArea;
