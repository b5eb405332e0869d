import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { startError } from '../start-error.ts';
import { forkLabel } from './fork-exec.ts';
import { joinLabel } from './join-target.ts';
import type { ExecProcessRequest } from './plan-exec.ts';

/** Errnos that say that the container has ended meanwhile: its folder in /proc or what is in it is gone. */
const gone = new Set(['ENOENT', 'ESRCH', 'EACCES']);

/** What the failure of an exec means to the user: see `startError`. */
export function execError(
  error: unknown,
  { id, process }: Pick<ExecProcessRequest, 'id' | 'process'>,
): unknown {
  if (isBerthError(error, 'SYSCALL_FAILED')) {
    const { step, errno } = error.details;
    const joining = String(step).startsWith(joinLabel) && gone.has(String(errno));
    // A pid namespace without its first process takes no more (pid_namespaces(7)).
    const forking = String(step).startsWith(forkLabel) && errno === 'ENOMEM';
    if (joining || forking) {
      return new BerthError('CONTAINER_NOT_RUNNING', {
        message: `container ${id} is not running`,
        remedy: 'Start it with "docker start".',
        details: { container: id },
        cause: error,
      });
    }
  }
  return startError(error, { program: process.args[0] ?? '', otherwise: 'EXEC_FAILED' });
}
