import { BerthError, isBerthError } from '../errors/berth-error.ts';
import { executeLabel } from './execute.ts';

/** Errnos of execve(2) that say: there is no such program. */
const missing = new Set(['ENOENT', 'ENOTDIR']);

/** Errnos of execve(2) that are the program's fault and not the host's. */
const notExecutable = new Set([
  'EACCES',
  'ENOEXEC',
  'EISDIR',
  'EPERM',
  'ELIBBAD',
  'EINVAL',
  'ELOOP',
  'ENAMETOOLONG',
  'ETXTBSY',
]);

/** Steps that carry out a field of the config, by how their labels begin. */
const fieldSteps = [
  {
    label: 'linux.namespaces[',
    code: 'NAMESPACE_INVALID',
    remedy:
      'Name a file that stands for an existing namespace of that type, such as "/proc/1234/ns/net".',
  },
  {
    label: 'map the ids of linux.',
    code: 'ID_MAPPING_REFUSED',
    remedy:
      'Name ids that berth may use: as root any, otherwise those of /etc/subuid and /etc/subgid, with newuidmap and newgidmap installed (package "uidmap").',
  },
] as const;
/** What to do about errnos of execve(2) that are neither. */
const executeRemedies: Readonly<Record<string, string>> = {
  E2BIG:
    'Shorten the arguments and the environment: each of them may have 128 KiB, and all together a quarter of the stack limit.',
};

/**
 * What the failure of a start means to the user: a program that is not there or cannot be executed has codes of its
 * own, with the exit statuses 127 and 126 of a shell, and so have some fields; everything else names the step.
 */
export function startError(
  error: unknown,
  program: string,
  otherwise: 'START_FAILED' | 'EXEC_FAILED' = 'START_FAILED',
): unknown {
  if (!isBerthError(error, 'SYSCALL_FAILED')) return error;
  const { step, errno } = error.details;
  if (typeof step !== 'string' || typeof errno !== 'string') return error;
  const field = fieldSteps.find(({ label }) => step.startsWith(label));
  if (field) {
    const { code, remedy } = field;
    return new BerthError(code, {
      message: error.message,
      remedy,
      details: error.details,
      cause: error,
    });
  }
  const failed = (remedy: string | undefined): BerthError =>
    new BerthError(otherwise, {
      message: error.message,
      details: error.details,
      cause: error,
      ...(remedy !== undefined && { remedy }),
    });
  if (!step.startsWith(executeLabel)) return failed(error.remedy);
  if (missing.has(errno)) {
    return new BerthError('EXEC_NOT_FOUND', {
      message: program.includes('/')
        ? `"${program}" does not exist in the container, or the interpreter that it names does not (${errno}).`
        : `"${program}" was not found in the container's PATH.`,
      remedy: 'Check the command and its spelling, and that the image has it.',
      details: { program, errno },
      cause: error,
    });
  }
  if (notExecutable.has(errno)) {
    return new BerthError('EXEC_NOT_EXECUTABLE', {
      message: `"${program}" cannot be executed (${errno}); wanted an executable file for this architecture.`,
      remedy: 'Check its permissions (chmod +x) and that it was built for this processor.',
      details: { program, errno },
      cause: error,
    });
  }
  return failed(executeRemedies[errno] ?? error.remedy);
}
