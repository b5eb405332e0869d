import { O_CLOEXEC } from '../../syscall/constants/fs.ts';
import {
  F_ADD_SEALS,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
} from '../../syscall/constants/memfd.ts';
import { loadAddress } from '../../syscall/elf.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { initName } from './init-program.ts';

/**
 * Number of the descriptor, above those that a start uses and below `HostDescriptors`: known when the program is built,
 * so that its name under /proc is a plain string.
 */
export const executableFd = 90;

const everybodyExecutes = 0o555;

/**
 * Puts a copy of the executor, which runs this, into a sealed file in memory: it has no name, holds nothing else, and can
 * be written to by nobody. What a container finds at /proc/1/exe is neither a file of the host (CVE-2019-5736) nor that
 * of another container: even of a sealed one the mode could be changed, and then nobody could execute it any more.
 * memfd_create(2), fcntl(2), "File Sealing".
 *
 * To be done before the container's seccomp filter, which need not allow it.
 *
 * @param size of the executor's ELF file in bytes: it is all in memory, from `loadAddress` on.
 * @param label SELinux label of the file; `undefined` where there is none.
 */
export function makeInitExecutable(
  p: ProgramBuilder,
  { size, label }: { readonly size: number; readonly label: string | undefined },
): void {
  const file = p.value(p.reserve(8));
  createFile(p, file);
  p.call('write the init', 'write', [file, loadAddress, size]);
  p.call('let everybody execute the init', 'fchmod', [file, everybodyExecutes]);
  if (label !== undefined) {
    const value = p.string(label);
    const length = Buffer.byteLength(label) + 1;
    p.call('label the init', 'fsetxattr', [file, p.string('security.selinux'), value, length, 0]);
  }
  const seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  p.call('seal the init', 'fcntl', [file, F_ADD_SEALS, seals]);
  p.call('keep the init', 'dup3', [file, executableFd, O_CLOEXEC]);
  p.call('keep the init', 'close', [file]);
}

/** Since Linux 6.3 a file in memory must say that it is to be executed; before, it may not (EINVAL). */
function createFile(p: ProgramBuilder, file: Ref): void {
  const [refused, older, created] = [p.label(), p.label(), p.label()];
  const label = 'make a file in memory for the init (vm.memfd_noexec must not be 2)';
  const name = p.string(initName);
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const made = p.call(label, 'memfd_create', [name, flags | MFD_EXEC], { onError: refused });
  p.set(file, made);
  p.jump(created);
  p.place(refused);
  p.jumpIf('eq', made, -errnoNumber('EINVAL'), older);
  // EACCES: the wish of this host's administrator.
  p.fail(label, p.compute('sub', 0, made));
  p.place(older);
  p.set(file, p.call(label, 'memfd_create', [name, flags]));
  p.place(created);
}
