import { constants } from 'node:os';
import { BerthError } from '../../errors/berth-error.ts';
import { catalogueEntry } from '../../errors/catalogue.ts';

/** Exit code of `docker run` when the daemon refuses, or cannot be reached. */
const daemonError = 125;
const notExecutable = 126;
const notFound = 127;

/** The signal's number, from the `details` of RUN_INTERRUPTED. */
function signalNumber(name: unknown): number {
  return (
    Object.entries(constants.signals).find(([signal]) => signal === name)?.[1] ??
    constants.signals.SIGINT
  );
}

/**
 * The exit code of a `berth run` that ended in `error`, as `docker run` has it: 127 for a program that is not
 * there, 126 for one that cannot be executed, 125 for all that the daemon refuses.
 */
export function runExitCode(error: unknown): number {
  if (!(error instanceof BerthError)) return daemonError;
  if (error.code === 'RUN_INTERRUPTED') return 128 + signalNumber(error.details['signal']);
  if (error.code === 'TERMINAL_MISSING') return 1;
  const { exit } = catalogueEntry(error.code);
  if (exit === notExecutable || exit === notFound) return exit;
  if (error.code !== 'API_ERROR') return daemonError;
  // Another engine than berth says it in words only; these are the ones that docker's client looks for.
  if (
    /executable file not found|no such file or directory|system cannot find the file/.test(
      error.message,
    )
  ) {
    return notFound;
  }
  return /permission denied|is a directory|exec format error/.test(error.message)
    ? notExecutable
    : daemonError;
}
