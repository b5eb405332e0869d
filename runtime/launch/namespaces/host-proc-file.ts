import {
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_WRONLY,
  PROC_ROOT_INO,
  PROC_SUPER_MAGIC,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_XDEV,
  ST_INO_OFFSET,
  STAT_SIZE,
  STATFS_SIZE,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { Address, type Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** The host's procfs: absolute while its tree is the root, then relative to the current folder, which is its root. */
export type HostProc = '/proc' | 'proc';

/** What is written to a file of procfs. */
export interface ProcWrite {
  readonly label: string;
  /**
   * Names of the file, from the root of procfs, the newest first: a kernel that does not know one has the next. One
   * that is known only when the program runs (a process id) is the address of its text.
   */
  readonly files: readonly [string | Address, ...(string | Address)[]];
  readonly value: string;
}

/** struct open_how of openat2(2), Linux 5.6: flags, mode and how the path is resolved, 64 bits each. */
function openHow(flags: number): Uint8Array {
  const resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return Buffer.from(BigUint64Array.of(BigInt(flags), 0n, BigInt(resolve)).buffer);
}

/**
 * Opens the host's procfs, and makes sure that it is one, from its root on.
 *
 * It is the host's /proc and never the container's: there a config may have mounted anything, a folder of the image
 * (CVE-2019-16884) or another file of procfs (CVE-2025-52881). What is below /proc/sys and /proc/self depends on who
 * opens it, not on which procfs it is looked up in: a process in a container's namespaces finds the container's.
 */
export function openHostProc(p: ProgramBuilder, proc: HostProc, label: string): Ref {
  const flags = O_DIRECTORY.or(O_NOFOLLOW).or(O_CLOEXEC);
  const folder = p.call(label, 'openat', [AT_FDCWD, p.string(proc), flags, 0]);
  requireProcfs(p, folder, label);
  const buffer = p.reserve(STAT_SIZE);
  const isRoot = p.label();
  p.call(label, 'fstat', [folder, buffer]);
  p.jumpIf('eq', p.value(buffer.at(ST_INO_OFFSET)), PROC_ROOT_INO, isRoot);
  p.fail(`${label}: what is there is not the root of procfs`, errnoNumber('EXDEV'));
  p.place(isRoot);
  return folder;
}

/**
 * Opens a file of an open procfs, and makes sure that it is the one that was meant.
 *
 * A label or a profile that is written to a file of the image instead is lost without a word, and one that lands in
 * another file of procfs does what its writer never wanted. So nothing may be mounted on the way, and the path must not
 * leave (openat2(2)); before Linux 5.6 a link in the file's place is refused, and that it is procfs is always looked at.
 *
 * @param file.access O_WRONLY or O_RDWR.
 */
export function openProcFile(
  p: ProgramBuilder,
  folder: Ref,
  { access, ...file }: Pick<ProcWrite, 'label' | 'files'> & { readonly access: number },
): Ref {
  const fd = openFirst(p, { ...file, folder, flags: access | O_CLOEXEC });
  requireProcfs(p, fd, file.label);
  return fd;
}

/** Writes to a file of an open procfs in one write(2): see `openProcFile`. */
export function writeProcFile(p: ProgramBuilder, folder: Ref, write: ProcWrite): void {
  const { label, value } = write;
  const fd = openProcFile(p, folder, { ...write, access: O_WRONLY });
  p.call(label, 'write', [fd, p.string(value), Buffer.byteLength(value)]);
  p.call(label, 'close', [fd]);
}

/** Writes to one file of the host's procfs: see `openHostProc` and `writeProcFile`. */
export function writeHostProcFile(
  p: ProgramBuilder,
  { proc, ...write }: ProcWrite & { readonly proc: HostProc },
): void {
  const folder = openHostProc(p, proc, write.label);
  writeProcFile(p, folder, write);
  p.call(write.label, 'close', [folder]);
}

/** Opens the first file that can be opened; what is wrong with the last is the error. */
function openFirst(
  p: ProgramBuilder,
  {
    label,
    files,
    folder,
    flags,
  }: Pick<ProcWrite, 'label' | 'files'> & { readonly folder: Ref; readonly flags: number },
): Ref {
  const fd = p.value(p.reserve(8));
  const opened = p.label();
  const openat2 = openHow(flags);
  const how = p.bytes(openat2);
  for (const [index, file] of files.entries()) {
    const [plain, next] = [p.label(), p.label()];
    const isLast = index === files.length - 1;
    const path = file instanceof Address ? file : p.string(file);
    const strict = [folder, path, how, openat2.length];
    p.set(fd, p.call(label, 'openat2', strict, { onError: 'ignore' }));
    p.jumpIf('ge', fd, 0, opened);
    // Where there is no openat2, or a filter around berth forbids it; whatever else it refuses stays refused.
    for (const errno of ['ENOSYS', 'EPERM']) p.jumpIf('eq', fd, -errnoNumber(errno), plain);
    if (isLast) p.fail(label, p.compute('sub', 0, fd));
    else p.jump(next);
    p.place(plain);
    const args = [folder, path, O_NOFOLLOW.or(flags), 0];
    p.set(fd, p.call(label, 'openat', args, { onError: isLast ? 'fail' : next }));
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
