import { BerthError, isBerthError } from '../errors/berth-error.ts';
import { belowError } from './mounts/open-below.ts';
import { executeLabel } from './process/execute.ts';
import { fieldOfStep, type StepConfig } from './step-field.ts';

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

/** Steps that carry out a field of the config or an option, by how their labels begin. */
const fieldSteps: readonly {
  readonly label: string;
  readonly code: 'NAMESPACE_INVALID' | 'ID_MAPPING_REFUSED' | 'OCI_SOCKET_UNREACHABLE';
  readonly remedy: string;
  readonly field?: string;
}[] = [
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
  {
    label: 'send the terminal to the console socket',
    code: 'OCI_SOCKET_UNREACHABLE',
    remedy: 'Name a Unix stream socket with --console-socket on which somebody listens and reads.',
    field: '--console-socket',
  },
  {
    label: 'hand the process to the pidfd socket',
    code: 'OCI_SOCKET_UNREACHABLE',
    remedy: 'Name a Unix stream socket with --pidfd-socket on which somebody listens and reads.',
    field: '--pidfd-socket',
  },
];

/** What to do about errnos of execve(2) that are neither. */
const executeRemedies: Readonly<Record<string, string>> = {
  E2BIG:
    'Shorten the arguments and the environment: each of them may have 128 KiB, and all together a quarter of the stack limit.',
};

/** Errnos by which the kernel says that a value of the config is the matter. */
const ofValue = new Set([
  ...['EINVAL', 'ERANGE', 'ENODEV', 'ENXIO', 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'],
  ...['EOPNOTSUPP', 'E2BIG', 'EDOM', 'EOVERFLOW'],
]);

/** What is known of a start that failed. */
interface StartErrorContext {
  /** What was to be executed. */
  readonly program: string;
  /** Absent: fields that take a look at the config are not named. */
  readonly config?: StepConfig;
  readonly otherwise?: 'START_FAILED' | 'EXEC_FAILED';
}

/**
 * What the failure of a start means to the user: a program that is not there or cannot be executed has codes of its
 * own, with the exit statuses 127 and 126 of a shell, and so have some fields; everything else names the step, and the field
 * that it carries out.
 */
export function startError(
  failure: unknown,
  { program, config, otherwise = 'START_FAILED' }: StartErrorContext,
): unknown {
  const error = belowError(failure);
  if (!isBerthError(error, 'SYSCALL_FAILED')) return error;
  const { step, errno } = error.details;
  if (typeof step !== 'string' || typeof errno !== 'string') return error;
  const known = fieldSteps.find(({ label }) => step.startsWith(label));
  if (known) {
    const { code, remedy, field } = known;
    return new BerthError(code, {
      message: error.message,
      remedy,
      details: { ...error.details, ...(field !== undefined && { field }) },
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
  if (!step.startsWith(executeLabel)) return fieldError(error, { step, errno, config, otherwise });
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

function fieldError(
  error: BerthError,
  {
    step,
    errno,
    config,
    otherwise,
  }: Required<Pick<StartErrorContext, 'otherwise'>> & {
    readonly step: string;
    readonly errno: string;
    readonly config: StepConfig | undefined;
  },
): BerthError {
  // The first process of a pid namespace that was to be joined has ended (clone(2), ENOMEM).
  const gone = config?.linux.namespaces.findIndex(({ type, path }) => type === 'pid' && path);
  if (step.startsWith('fork the container') && errno === 'ENOMEM' && (gone ?? -1) !== -1) {
    const field = `linux.namespaces[${gone ?? 0}].path`;
    return new BerthError('NAMESPACE_INVALID', {
      message: `${error.message}: "${field}" is a pid namespace whose first process has ended; wanted one that lives`,
      remedy: 'Name the pid namespace of a container that runs.',
      details: { ...error.details, field },
      cause: error,
    });
  }
  const field = fieldOfStep(step, config);
  const remedy =
    field !== undefined && (error.remedy === undefined || ofValue.has(errno))
      ? `The kernel does not take "${field}" as it is: correct it, or leave it out.`
      : error.remedy;
  return new BerthError(otherwise, {
    message:
      field === undefined || step.includes(field) ? error.message : `${error.message} (${field})`,
    details: field === undefined ? error.details : { ...error.details, field },
    cause: error,
    ...(remedy !== undefined && { remedy }),
  });
}
