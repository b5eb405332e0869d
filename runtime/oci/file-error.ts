import { BerthError } from '../errors/berth-error.ts';

/** What to do about what the kernel says of a file, by errno (errno(3)). */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on its file system (df, df -i), or name a folder of another one with --root.',
  EDQUOT: 'Make room below the quota (quota), or name a folder of another file system with --root.',
  EROFS: 'Name a folder of a file system that can be written to, with --root for the states.',
  EACCES: 'Run it as a user who may do that, usually root.',
  EPERM: 'Run it as a user who may do that, usually root.',
  ENOENT: 'Make it first, or name another path.',
  ENOTDIR: 'Name a path of which everything but the last part is a folder.',
  EISDIR: 'Name a file.',
  ELOOP: 'Name a path without links that lead to each other.',
  ENAMETOOLONG: 'Name a shorter path: a name has at most 255 bytes, a path 4095.',
  EMFILE: 'Raise the number of files that it may open (ulimit -n).',
  ENFILE: 'Raise the number of files that the host may open (sysctl fs.file-max).',
};

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';

/**
 * What Node.js says of a file that cannot be read or written, as an error with a code and a remedy; others stay as they are.
 * For what no command expects, such as a full disk: what one expects it tells in words of its own.
 */
export function fileError(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const { code: errno, syscall, path } = error;
  const named = path === undefined || error.message.includes(path);
  const remedy = remedies[errno];
  return new BerthError('OCI_FILE_FAILED', {
    message: named ? error.message : `${error.message} '${path}'`,
    details: { errno, call: syscall, ...(path !== undefined && { path }) },
    cause: error,
    ...(remedy !== undefined && { remedy }),
  });
}
