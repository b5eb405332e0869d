import { messageOf } from '../../messages/error-words.ts';
import { isBerthError, type BerthError } from '../../runtime/errors/berth-error.ts';
import type { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import type { CheckContext } from '../context.ts';

/** Time that a probe's program may take, in milliseconds. The kernel needs a few; loading a module takes longer. */
const programTimeoutMs = 15_000;

/** The step of a probe that the kernel refused. */
export interface SyscallFailure {
  /** Label of the step, for example `mount overlay`. */
  readonly step: string;
  /** For example `EPERM`. */
  readonly errno: string;
  /** Both, in one sentence. */
  readonly message: string;
}

/** What a program sent back, or the step at which it ended. */
export type ProbeResult =
  | { readonly kind: 'done'; readonly data: Uint8Array }
  | { readonly kind: 'refused'; readonly failure: SyscallFailure };

/**
 * Runs a probe's program. That the kernel refuses a step is a result; whatever else goes wrong (a launcher that
 * died, a time limit) is thrown.
 */
export async function runProbe(
  { programs }: Pick<CheckContext, 'programs'>,
  program: ProgramBuilder,
): Promise<ProbeResult> {
  try {
    const { data } = await programs.run(program, { timeoutMs: programTimeoutMs });
    return { kind: 'done', data };
  } catch (error) {
    if (!isBerthError(error, 'SYSCALL_FAILED')) throw error;
    return { kind: 'refused', failure: failureOf(error) };
  }
}

function failureOf(error: BerthError): SyscallFailure {
  const { step, errno } = error.details;
  return { step: String(step), errno: String(errno), message: messageOf(error) };
}
