import { AT_EMPTY_PATH } from './constants/fs.ts';
import {
  F_ADD_SEALS,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
} from './constants/memfd.ts';
import { loadAddress } from './elf.ts';
import { ProgramBuilder } from './program-builder.ts';

/**
 * The executor's first program: it goes on as a copy of itself in sealed memory, which nobody can change any more, and
 * reads the next program there. memfd_create(2), Linux 3.17; fcntl(2), "File Sealing".
 *
 * Processes with all of root's powers run this file in the namespaces of containers: whoever could open their
 * /proc/<pid>/exe and write to it would have the host (CVE-2019-5736). The kernel refuses that as long as the file is
 * executed (ETXTBSY), but not once that is over, and from Linux 6.11 to 6.12 not at all.
 *
 * Where there are no such memory files, or where they may not be executed (vm.memfd_noexec, SELinux), the next program
 * is run as before, from a file that has no name any more and no permission to write.
 *
 * @param size of the executor's ELF file in bytes: it is all in memory, from `loadAddress` on.
 */
export function sealedExecutorProgram(size: number): ProgramBuilder {
  const p = new ProgramBuilder('seal the executor');
  const [unsealed, olderKernel, made] = [p.label(), p.label(), p.label()];
  const name = p.string('berth-launcher');
  const file = p.value(p.reserve(8));
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const label = 'make a file in memory';
  p.set(file, p.call(label, 'memfd_create', [name, flags | MFD_EXEC], { onError: olderKernel }));
  p.jump(made);
  // Before Linux 6.3 the flag is unknown, and every such file can be executed.
  p.place(olderKernel);
  p.set(file, p.call(label, 'memfd_create', [name, flags], { onError: unsealed }));
  p.place(made);

  const written = p.call('copy the executor', 'write', [file, loadAddress, size], {
    onError: unsealed,
  });
  p.jumpIf('ne', written, size, unsealed);
  const seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  p.call('seal the copy', 'fcntl', [file, F_ADD_SEALS, seals], { onError: unsealed });
  const args = [file, p.string(''), p.stringArray(['berth-launcher']), p.stringArray([])];
  p.call('execute the copy', 'execveat', [...args, AT_EMPTY_PATH], { onError: 'ignore' });

  p.place(unsealed);
  p.run(p.receive('receive the next program', 0));
  return p;
}
