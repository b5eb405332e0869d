import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statSize, statVersion } from '../../syscall/tree/stat.ts';

/** The step that fails when a file is another by now. */
export const unchangedLabel = 'see that files are as before';

/** Files of a container, and the struct stats that they had when they were read, one behind the other. */
export interface FilesAsBefore {
  readonly paths: readonly string[];
  readonly status: Address;
}

/** Fails with ESTALE when a file is no longer what it was (`statVersion`), in the root of whoever runs this. */
export function requireUnchanged(p: ProgramBuilder, { paths, status }: FilesAsBefore): void {
  const [changed, same] = [p.label(), p.label()];
  for (const [index, path] of paths.entries()) {
    const now = p.reserve(statSize);
    // Of what is missing it stays zero.
    p.call(unchangedLabel, 'newfstatat', [AT_FDCWD, p.string(path), now, 0], { onError: 'ignore' });
    for (const word of statVersion) {
      const before = p.value(status.at(statSize * index + word));
      p.jumpIf('ne', p.value(now.at(word)), before, changed);
    }
  }
  p.jump(same);
  p.place(changed);
  p.fail(unchangedLabel, errnoNumber('ESTALE'));
  p.place(same);
}
