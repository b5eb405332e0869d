import { MFD_CLOEXEC, MFD_NOEXEC_SEAL } from './constants/memfd.ts';
import type { Ref } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** Makes a file in memory that nobody executes (memfd_create(2), Linux 3.17); gives its descriptor, or the negative errno. */
export function memoryFile(p: ProgramBuilder, name: string): Ref {
  const file = p.value(p.reserve(8));
  const made = p.label();
  const make = (flags: number): void => {
    const args = [p.string(name), flags];
    p.set(file, p.call('make a file in memory', 'memfd_create', args, { onError: 'ignore' }));
  };
  make(MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  p.jumpIf('ge', file, 0, made);
  // Before Linux 6.3 the flag is unknown.
  make(MFD_CLOEXEC);
  p.place(made);
  return file;
}
