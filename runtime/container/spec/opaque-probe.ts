import type { Launcher } from '../../syscall/launcher.ts';
import { overlayAttribute } from '../../syscall/overlay-attributes.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { OpaqueProbe } from '../ports.ts';

/**
 * Makes a probe that asks the kernel, because Node cannot read extended attributes (getxattr(2)). A folder without the
 * attribute, or on a file system without any, is not opaque.
 */
export function opaqueProbe(runner: Pick<Launcher, 'run'>): OpaqueProbe {
  // What overlayfs sets on a folder that hides those below it.
  const attribute = overlayAttribute('opaque');
  return async (folder) => {
    const program = new ProgramBuilder('probe an opaque folder');
    const value = program.reserve(8);
    program.call(
      `read ${attribute} of ${folder}`,
      'lgetxattr',
      [program.string(folder), program.string(attribute), value, 8],
      { onError: 'ignore' },
    );
    program.reply(value, 1);
    const { data } = await runner.run(program);
    return data.toString('latin1', 0, 1) === 'y';
  };
}
