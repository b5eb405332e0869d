import type { Label, Ref } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

/**
 * Steps that several places of a program share: each call jumps there, and they jump back to where they were called from.
 * What they are given and what they give is memory that both know. They do not call themselves.
 */
export class Subroutine {
  readonly #p: ProgramBuilder;
  readonly #entry: Label;
  readonly #caller: Ref;
  readonly #returns: Label[] = [];

  constructor(p: ProgramBuilder) {
    this.#p = p;
    this.#entry = p.label();
    this.#caller = p.value(p.reserve(8));
  }

  /** Adds a call. */
  call(): void {
    const p = this.#p;
    const back = p.label();
    this.#returns.push(back);
    p.set(this.#caller, this.#returns.length);
    p.jump(this.#entry);
    p.place(back);
  }

  /** Adds the steps themselves, when there are no more calls; the program passes them by. */
  finish(steps: () => void): void {
    if (this.#returns.length === 0) return;
    const p = this.#p;
    const after = p.label();
    p.jump(after);
    p.place(this.#entry);
    steps();
    for (const [index, back] of this.#returns.entries()) {
      p.jumpIf('eq', this.#caller, index + 1, back);
    }
    p.place(after);
  }
}
