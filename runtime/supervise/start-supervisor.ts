import { Launcher } from '../syscall/launcher.ts';
import { supervisorProgram } from './supervisor-program.ts';
import type { Supervision } from './supervision.ts';

/**
 * Starts a supervisor and leaves it to itself: it belongs to no terminal, session or parent of this process. Resolves
 * with its pid once its state file and log are open. Throws SYSCALL_FAILED naming the step, LAUNCHER_LOST.
 */
export async function startSupervisor(supervision: Supervision): Promise<number> {
  const launcher = await Launcher.start();
  try {
    const { pid } = await launcher.spawn(supervisorProgram(supervision), { timeoutMs: 10_000 });
    return pid;
  } finally {
    await launcher.stop();
  }
}
