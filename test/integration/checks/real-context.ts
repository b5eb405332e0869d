import type { CheckContext } from '../../../checks/context.ts';
import { hostContext, type HostContextOptions } from '../../../checks/host-context.ts';
import { runCommand } from '../../../scripts/host/commands.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';

/** The context of this machine, with a data root and a socket of the test's own. */
export function realContext(
  programs: Pick<Launcher, 'run'>,
  places: Pick<HostContextOptions, 'dataRoot' | 'apiSocket'>,
): CheckContext {
  const program = {
    kind: 'source',
    root: process.cwd(),
    versionCommand: [process.execPath, '--version'],
  } as const;
  return hostContext({ run: runCommand, programs, program, download: 'none', ...places });
}
