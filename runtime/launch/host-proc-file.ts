import {
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_WRONLY,
  PROC_SUPER_MAGIC,
  STATFS_SIZE,
} from '../syscall/constants/fs.ts';
import { errnoNumber } from '../syscall/errno.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

/** What is written to a file of the host's procfs. */
export interface HostProcWrite {
  readonly label: string;
  /** The host's procfs: absolute while its tree is the root, then relative to the current folder, which is its root. */
  readonly proc: '/proc' | 'proc';
  /** Names of the file below it, the newest first: a kernel that does not know one has the next. */
  readonly files: readonly [string, ...string[]];
  readonly value: string;
}

/**
 * Writes to a file of procfs in one write(2), and makes sure that it is one.
 *
 * A label or a profile that is written to a file of the image instead is lost without a word (CVE-2019-16884), and one
 * that lands in another file of procfs does what its writer never wanted (CVE-2025-52881). So it is the host's /proc and
 * never the container's; both the folder and the file must be procfs; and a link in the file's place is refused.
 */
export function writeHostProcFile(p: ProgramBuilder, write: HostProcWrite): void {
  const { label, proc, files, value } = write;
  const folderFlags = O_DIRECTORY.or(O_NOFOLLOW).or(O_CLOEXEC);
  const folder = p.call(label, 'openat', [AT_FDCWD, p.string(proc), folderFlags, 0]);
  requireProcfs(p, folder, label);
  const fd = openFirst(p, { label, folder, files });
  requireProcfs(p, fd, label);
  p.call(label, 'write', [fd, p.string(value), Buffer.byteLength(value)]);
  p.call(label, 'close', [fd]);
  p.call(label, 'close', [folder]);
}

/** Opens the first file that can be opened; what is wrong with the last is the error. */
function openFirst(
  p: ProgramBuilder,
  {
    label,
    folder,
    files,
  }: { readonly label: string; readonly folder: Ref; readonly files: readonly string[] },
): Ref {
  const fd = p.value(p.reserve(8));
  const opened = p.label();
  for (const [index, file] of files.entries()) {
    const next = p.label();
    const onError = index === files.length - 1 ? 'fail' : next;
    const args = [folder, p.string(file), O_NOFOLLOW.or(O_WRONLY | O_CLOEXEC), 0];
    p.set(fd, p.call(label, 'openat', args, { onError }));
    p.jump(opened);
    p.place(next);
  }
  p.place(opened);
  return fd;
}

/** statfs(2): f_type comes first. */
function requireProcfs(p: ProgramBuilder, fd: Ref, label: string): void {
  const buffer = p.reserve(STATFS_SIZE);
  const isProcfs = p.label();
  p.call(label, 'fstatfs', [fd, buffer]);
  p.jumpIf('eq', p.value(buffer), PROC_SUPER_MAGIC, isProcfs);
  p.fail(`${label}: what is there is not procfs`, errnoNumber('EXDEV'));
  p.place(isProcfs);
}
