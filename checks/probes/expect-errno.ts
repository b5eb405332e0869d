import { errnoNumber } from '../../runtime/syscall/errno.ts';
import type { Value } from '../../runtime/syscall/program.ts';
import type { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';

/** A call that has to fail. */
export interface ExpectedFailure {
  /** What it proves, for example `whiteout hides the file below`. */
  readonly label: string;
  readonly call: string;
  readonly args: readonly Value[];
  /** Name of the error that is wanted. */
  readonly errno: string;
}

/**
 * Adds a call that has to fail with one error. The program ends with EPROTO when it succeeds or fails otherwise: no
 * call of a probe gives that, so it says that the kernel took the call and did something else.
 */
export function expectErrno(program: ProgramBuilder, expected: ExpectedFailure): void {
  const { label, call, args, errno } = expected;
  const asWanted = program.label();
  const result = program.call(label, call, args, { onError: 'ignore' });
  program.jumpIf('eq', result, -errnoNumber(errno), asWanted);
  program.fail(label, errnoNumber('EPROTO'));
  program.place(asWanted);
}
