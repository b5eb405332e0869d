import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { startFailureOf, type StartFailure } from '../lifecycle/exit-status.ts';

const prefix = 'OCI runtime exec failed: exec failed: unable to start container process';

/** Docker's for everything but a program that is not there. */
const notExecuted = 126;

/** Judges what kept a program from being executed, in Docker's words and with its exit code. */
export function execFailureOf(thrown: unknown, program: string): StartFailure {
  const failure = startFailureOf(thrown, { program, prefix });
  const { exitCode, message } = failure;
  if (exitCode === 127 || exitCode === notExecuted) return failure;
  if (!isBerthError(thrown, 'EXEC_FAILED')) return { ...failure, exitCode: notExecuted };
  const { remedy, details } = thrown;
  const error = new BerthError('EXEC_FAILED', {
    ...{ message, details, cause: thrown },
    ...(remedy === undefined ? {} : { remedy }),
  });
  return { exitCode: notExecuted, message, error };
}
