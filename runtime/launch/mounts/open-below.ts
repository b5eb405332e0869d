import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  S_IFLNK,
  S_IFMT,
} from '../../syscall/constants/fs.ts';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';

/** What the steps of `openBelow` are called. */
export function belowLabel(folder: string, path: string): string {
  return `open ${path} in ${folder} of the host`;
}

/** What the kernel says of a path with a link that leads out of the folder, or is not followed. */
const escapes: readonly unknown[] = ['EXDEV', 'ELOOP'];

/** What the failure of `openBelow` means, in Docker's words; any other error as it is. */
export function belowError(error: unknown): unknown {
  if (!isBerthError(error, 'SYSCALL_FAILED') || !escapes.includes(error.details['errno']))
    return error;
  const [, path, folder] =
    /^open (.*) in (.*) of the host$/s.exec(String(error.details['step'])) ?? [];
  if (path === undefined || folder === undefined) return error;
  return new BerthError('MOUNT_SOURCE_ESCAPES', {
    message: `path concatenation escapes the base directory, base: ${folder}, subpath: ${path}: a link of it leads out; wanted a path within`,
    remedy: 'Name what is to be mounted without links, or with relative ones that stay within.',
    details: { source: folder, path },
    cause: error,
  });
}

/**
 * Opens (O_PATH) what is at a relative path in a folder of the host, where others may change what they like at the same time:
 * no link leads out of the folder (openat2(2), RESOLVE_BENEATH); before Linux 5.6 none is followed at all.
 */
export function openBelow(
  p: ProgramBuilder,
  { folder, path }: { readonly folder: string; readonly path: string },
): Ref {
  const label = belowLabel(folder, path);
  const [opened, walk] = [p.label(), p.label()];
  const fd = p.value(p.reserve(8));
  const root = p.call(label, 'openat', [AT_FDCWD, p.string(folder), O_PATH | O_CLOEXEC, 0]);
  const resolve = BigInt(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  const how = Buffer.from(BigUint64Array.of(BigInt(O_PATH | O_CLOEXEC), 0n, resolve).buffer);
  const args = [root, p.string(path), p.bytes(how), how.length];
  p.set(fd, p.call(label, 'openat2', args, { onError: 'ignore' }));
  p.jumpIf('ge', fd, 0, opened);
  // Where there is no openat2, or a filter around berth forbids it.
  for (const errno of ['ENOSYS', 'EPERM']) p.jumpIf('eq', fd, -errnoNumber(errno), walk);
  p.fail(label, p.compute('sub', 0, fd));

  p.place(walk);
  const names = path.split('/');
  if (names.includes('..')) p.fail(label, errnoNumber('EXDEV'));
  p.set(fd, p.call(label, 'dup', [root]));
  const status = p.reserve(statSize);
  for (const name of names) {
    const isFine = p.label();
    const next = p.call(label, 'openat', [
      fd,
      p.string(name),
      O_NOFOLLOW.or(O_PATH | O_CLOEXEC),
      0,
    ]);
    p.call(label, 'close', [fd]);
    p.set(fd, next);
    p.call(label, 'newfstatat', [fd, p.string(''), status, AT_EMPTY_PATH]);
    const mode = p.load(32, p.compute('add', status, statMode));
    p.jumpIf('ne', p.compute('and', mode, S_IFMT), S_IFLNK, isFine);
    p.fail(label, errnoNumber('ELOOP'));
    p.place(isFine);
  }
  p.place(opened);
  p.call(label, 'close', [root]);
  return fd;
}
