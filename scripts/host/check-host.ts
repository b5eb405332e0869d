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

function ownProgram(): OwnProgram {
  const program = berthProgram();
  return {
    kind: program.kind,
    root: program.root,
    versionCommand: program.argv('cli', ['--version']),
  };
}
