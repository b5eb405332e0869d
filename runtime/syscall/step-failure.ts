import { BerthError } from '../errors/berth-error.ts';
import { errnoName } from './errno.ts';

/** Remedies for what a call most often fails with. */
const remedies: Readonly<Record<string, string>> = {
  EPERM:
    'Run as root with all capabilities; inside a container or a user namespace the kernel may forbid this.',
  EACCES: 'Check the permissions, and whether a security module (SELinux, AppArmor) forbids it.',
  ENOSYS: 'The kernel does not have this call: use a newer one.',
  ENODEV: 'The kernel lacks this file system or device: load its module.',
  ENOSPC:
    'Free space on the disk, or raise the limit that is used up (inodes, namespaces, cgroups).',
  ENOMEM: 'Free memory.',
  EDQUOT: 'Free space below the quota, or raise it.',
  EMFILE: 'Raise the limit of open files.',
  ENFILE: 'Raise the limit of open files.',
  EAGAIN: 'Raise the limit of processes (pids.max, RLIMIT_NPROC).',
  EROFS: 'Choose a folder on a file system that is writable.',
};

/** What berth's clients look for, as Docker's do: the words of strerror(3). */
const words: Readonly<Record<string, string>> = {
  ENOSPC: ': no space left on device',
  EDQUOT: ': disk quota exceeded',
  EROFS: ': read-only file system',
};

/** The error for a step of a program that has failed: SYSCALL_FAILED, naming the step, with the remedy of its errno. */
export function stepFailure({
  program,
  label,
  call,
  errno,
}: {
  /** The program's name. */
  readonly program: string;
  readonly label: string;
  /** The system call; absent for a step that is none. */
  readonly call: string | undefined;
  readonly errno: number;
}): BerthError {
  const name = errnoName(errno);
  return new BerthError('SYSCALL_FAILED', {
    message: `${program}: ${label}: ${name}${words[name] ?? ''}`,
    details: { program, step: label, call, errno: name },
    ...(remedies[name] !== undefined && { remedy: remedies[name] }),
  });
}
