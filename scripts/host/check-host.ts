import type { CheckContext } from '../../checks/context.ts';
import { hostContext } from '../../checks/host-context.ts';
import type { OwnProgram } from '../../checks/own-program.ts';
import { Launcher } from '../../runtime/syscall/launcher.ts';
import { berthProgram } from '../program/self.ts';
import { runCommand } from './commands.ts';

/** Where the engine will keep its data and listen, as far as checks care. */
export type CheckTarget = Pick<CheckContext, 'dataRoot' | 'apiSocket' | 'download' | 'engine'>;

/** Gives `work` what checks need of this machine, a launcher for their probes among it, and clears that away. */
export async function withCheckContext<T>(
  target: CheckTarget,
  work: (context: CheckContext) => Promise<T>,
): Promise<T> {
  const programs = await Launcher.start();
  try {
    return await work(
      hostContext({
        ...target,
        programs,
        run: runCommand,
        program: ownProgram(),
      }),
    );
  } finally {
    await programs.stop();
  }
}

/** With the version, install.sh tells `berth up` by it that it has just proven that bundle. */
const provenVariable = 'BERTH_PROVEN_BUNDLE';

function ownProgram(): OwnProgram {
  const program = berthProgram();
  const { kind, root, version } = program;
  const isProven = kind === 'bundle' && process.env[provenVariable] === version;
  return {
    kind,
    root,
    versionCommand: program.argv('cli', ['--version']),
    ...(isProven ? { justProven: true } : {}),
  };
}
