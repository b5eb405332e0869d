import { BerthError } from '../../errors/berth-error.ts';
import type { Seccomp } from '../../spec/seccomp.ts';

/** https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/seccomp.h */
const SECCOMP_FILTER_FLAG_LOG = 2;
const SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
/** Linux 5.0: the call gives the descriptor of a listener. */
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
/** Linux 5.19. */
const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32;

/**
 * The flags of seccomp(2) that a profile asks for.
 *
 * @param listener Whether calls are handed to one.
 * @throws SECCOMP_UNSUPPORTED a flag that only makes sense with a listener, without one.
 */
export function filterFlags(seccomp: Seccomp, listener: 'listener' | 'none'): number {
  return seccomp.flags.reduce(
    (flags, flag) => {
      switch (flag) {
        // The filter is set by the only thread there is: nothing to synchronise.
        case 'SECCOMP_FILTER_FLAG_TSYNC':
          return flags;
        case 'SECCOMP_FILTER_FLAG_LOG':
          return flags | SECCOMP_FILTER_FLAG_LOG;
        case 'SECCOMP_FILTER_FLAG_SPEC_ALLOW':
          return flags | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        case 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV':
          if (listener === 'listener') return flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
          throw new BerthError('SECCOMP_UNSUPPORTED', {
            message: `the seccomp profile sets "${flag}", wanted only flags that need no listener`,
            remedy: 'Remove the flag from the profile.',
            details: { flag },
          });
      }
    },
    listener === 'listener' ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0,
  );
}
