/**
 * Constants of processes and signals. Sources, Linux 6.18: include/uapi/linux/prctl.h, include/uapi/linux/securebits.h,
 * include/uapi/linux/capability.h, include/uapi/asm-generic/signal.h, include/uapi/linux/wait.h,
 * include/uapi/linux/seccomp.h, include/uapi/linux/keyctl.h.
 */

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGKILL = 9;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGWINCH = 28;

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;
/** Size in bytes of the kernel's sigset_t, which the signal calls take. */
export const SIGSET_SIZE = 8;
export const SFD_CLOEXEC = 0o2000000;
export const SFD_NONBLOCK = 0o4000;
/** prctl(2): sets a filter as seccomp(2) does without flags; Linux 3.5. */
export const PR_SET_SECCOMP = 22;
/** Its second argument. */
export const SECCOMP_MODE_FILTER = 2;
/** Size of a struct signalfd_siginfo (signalfd(2)). */
export const SIGNALFD_SIGINFO_SIZE = 128;

export const WNOHANG = 1;

export const PR_SET_PDEATHSIG = 1;
export const PR_SET_DUMPABLE = 4;
export const PR_SET_KEEPCAPS = 8;
export const PR_SET_NAME = 15;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_CHILD_SUBREAPER = 36;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_CAP_AMBIENT = 47;
export const PR_CAP_AMBIENT_RAISE = 2;
export const PR_CAP_AMBIENT_CLEAR_ALL = 4;

export const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

export const SECCOMP_SET_MODE_FILTER = 1;

export const KEYCTL_JOIN_SESSION_KEYRING = 1;

/** The mask with one signal in it, as a little-endian 8-byte sigset_t. */
export function signalSet(...signals: readonly number[]): Uint8Array {
  const set = new BigUint64Array(1);
  for (const signal of signals) set[0] = (set[0] ?? 0n) | (1n << BigInt(signal - 1));
  return new Uint8Array(set.buffer);
}
