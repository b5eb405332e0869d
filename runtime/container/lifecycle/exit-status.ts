import { networkingPrefix } from '../networking/networking-failure.ts';
import { BerthError, isBerthError, messageOf } from '../../errors/berth-error.ts';
import { toDiskError } from '../../host/disk-error.ts';
import { errnoMessage } from '../../host/errno-message.ts';

/** Why a program could not be started, in Docker's words and with its exit status. */
export interface StartFailure {
  /** 126: cannot be executed; 127: not there; 128: anything else. */
  readonly exitCode: number;
  readonly message: string;
  readonly error: BerthError;
}

/** What the program is, and what Docker says before the reason. */
export interface StartAttempt {
  readonly program: string;
  readonly prefix: string;
}

/** What Docker's clients look for in the message to choose between exit status 125, 126 and 127. */
function reasonFor(code: 'EXEC_NOT_FOUND' | 'EXEC_NOT_EXECUTABLE', program: string): string {
  if (code === 'EXEC_NOT_EXECUTABLE') return `exec: "${program}": permission denied`;
  return program.includes('/')
    ? `exec: "${program}": stat ${program}: no such file or directory`
    : `exec: "${program}": executable file not found in $PATH`;
}

/** Judges what `ContainerRuntime.start` threw. */
export function startFailureOf(thrown: unknown, { program, prefix }: StartAttempt): StartFailure {
  for (const [code, exitCode] of [
    ['EXEC_NOT_FOUND', 127],
    ['EXEC_NOT_EXECUTABLE', 126],
  ] as const) {
    if (!isBerthError(thrown, code)) continue;
    const message = `${prefix}: ${reasonFor(code, program)}`;
    const { remedy, details } = thrown;
    const error = new BerthError(code, {
      message,
      ...(remedy === undefined ? {} : { remedy }),
      details,
      cause: thrown,
    });
    return { exitCode, message, error };
  }
  const found = toDiskError(thrown);
  const reason = folderReason(found) ?? messageOf(found);
  // Docker has no task before there is a network for it.
  const message = reason.startsWith(networkingPrefix) ? reason : `${prefix}: ${reason}`;
  const error =
    thrown instanceof BerthError && reason === thrown.message
      ? thrown
      : otherFailure(found, message);
  return { exitCode: 128, message, error };
}

/** What runc says of a working directory that cannot be entered; `undefined` for what failed elsewhere. */
function folderReason(found: unknown): string | undefined {
  if (!isBerthError(found)) return undefined;
  const { step, errno } = found.details;
  const folder = /^enter (\/.*)$/s.exec(String(step))?.[1];
  if (folder === undefined) return undefined;
  const why = errnoMessage(errno) ?? String(errno);
  return `chdir to cwd (${JSON.stringify(folder)}) set in config.json failed: ${why}`;
}

/** Of what Node.js does. */
function otherFailure(found: unknown, message: string): BerthError {
  if (!isBerthError(found)) return new BerthError('SYSCALL_FAILED', { message, cause: found });
  const { code, remedy, details } = found;
  return new BerthError(code, {
    ...{ message, details, cause: found },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
