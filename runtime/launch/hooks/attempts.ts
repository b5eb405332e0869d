import type { Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Calls of which the first that fails ends what they are for, but not the program. */
export class Attempts {
  /** errno of the call that failed. */
  readonly errno: Ref;
  readonly #p: ProgramBuilder;
  readonly #name: string;
  readonly #failed: Label;

  /**
   * @param name what the calls are for: the beginning of their labels.
   * @param failed where to go on after a failure.
   */
  constructor(p: ProgramBuilder, name: string, failed: Label) {
    this.#p = p;
    this.#name = name;
    this.#failed = failed;
    this.errno = p.value(p.reserve(8));
  }

  /** Adds a call; gives its result. */
  call(what: string, call: string, args: readonly Value[]): Ref {
    const p = this.#p;
    const succeeded = p.label();
    const result = p.call(`${this.#name}: ${what}`, call, args, { onError: 'ignore' });
    p.jumpIf('ge', result, 0, succeeded);
    this.fail(p.compute('sub', 0, result));
    p.place(succeeded);
    return result;
  }

  /** Adds a failure of our own. */
  fail(errno: Value): void {
    this.#p.set(this.errno, errno);
    this.#p.jump(this.#failed);
  }
}
