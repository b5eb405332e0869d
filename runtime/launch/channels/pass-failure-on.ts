import { launcherFd } from '../../syscall/launcher-program.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** The failure that the container's process has sent is a whole reply already: its id is that of this program. */
export function passFailureOn(
  p: ProgramBuilder,
  {
    child,
    buffer,
    length,
  }: { readonly child: Ref; readonly buffer: Address; readonly length: Ref },
): void {
  // Its cgroups can be removed only when it is gone.
  p.call('wait for the end of the container', 'wait4', [child, 0, 0, 0], { onError: 'ignore' });
  p.call('pass the failure on', 'write', [launcherFd, buffer, length]);
  p.exit(1);
}
