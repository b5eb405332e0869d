import { isBerthError } from '../../errors/berth-error.ts';
import { startFailureOf, type StartFailure } from '../lifecycle/exit-status.ts';

const prefix = 'OCI runtime exec failed: exec failed: unable to start container process';

/** Docker's for everything that goes wrong before the program is looked for. */
const beforeProgram = 126;

/** Judges what kept a program from being executed, in Docker's words and with its exit code. */
export function execFailureOf(thrown: unknown, program: string): StartFailure {
  const failure = startFailureOf(thrown, { program, prefix });
  if (isBerthError(thrown, 'EXEC_FAILED')) return failure;
  const { exitCode } = failure;
  return exitCode === 127 || exitCode === 126 ? failure : { ...failure, exitCode: beforeProgram };
}
