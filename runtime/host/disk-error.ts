import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import { hasErrno } from './files.ts';

/** What the kernel answers where nothing can be written, in the words of Docker's messages, and what to do. */
const reasons = {
  ENOSPC: {
    words: 'no space left on device',
    remedy:
      'Free space, or inodes, on that file system ("docker system prune" removes what nothing needs), then try again.',
  },
  EDQUOT: {
    words: 'disk quota exceeded',
    remedy: 'Free space below the quota, or raise it, then try again.',
  },
  EROFS: {
    words: 'read-only file system',
    remedy:
      'See "dmesg": a file system becomes read-only after a fault of its disk. Mount it so that it can be written, then try again.',
  },
} as const;

type Errno = keyof typeof reasons;

/**
 * Turns what Node.js threw because nothing can be written any more into an error that says so, DISK_UNWRITABLE; anything else stays as
 * it is.
 */
export function toDiskError(thrown: unknown): unknown {
  if (thrown instanceof BerthError) return thrown;
  const errno = (Object.keys(reasons) as Errno[]).find((name) => hasErrno(thrown, name));
  if (errno === undefined) return thrown;
  const { syscall, path } = thrown as { readonly syscall?: string; readonly path?: string };
  return diskError({ errno, call: syscall ?? 'write', path }, thrown);
}

/** What could not be written. */
interface FailedWrite {
  /** Such as `ENOSPC`. */
  readonly errno: string;
  /** The system call, such as `write`. */
  readonly call: string;
  /** `undefined`: not known. */
  readonly path?: string | undefined;
}

/** DISK_UNWRITABLE for a call that has failed; just the cause when its errno is none of a file system that takes nothing more. */
export function diskError({ errno, call, path }: FailedWrite, cause: unknown): unknown {
  if (!isReason(errno)) return cause;
  const { words, remedy } = reasons[errno];
  const what = path === undefined ? call : `${call} ${path}`;
  return new BerthError('DISK_UNWRITABLE', {
    message: `${what}: ${words}`,
    remedy,
    details: { errno, reason: messageOf(cause), ...(path === undefined ? {} : { path }) },
    cause,
  });
}

function isReason(errno: string): errno is Errno {
  return Object.hasOwn(reasons, errno);
}

/** Makes sure that something can be written, for calls that answer a read-only file system with an errno that says nothing. @throws DISK_UNWRITABLE */
export async function requireWritable(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw toDiskError(error);
  }
}
