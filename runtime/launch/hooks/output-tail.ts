import type { Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Piece } from './state-text.ts';

/** Bytes of each of the two halves: what a hook has said last is kept from one half on, to two. */
const halfSize = 2048;

/** Most bytes that are kept. */
export const maxTailSize = 2 * halfSize;

/** Keeps the last few kilobytes of what is read from a descriptor, without ever moving them: two buffers take turns. */
export class OutputTail {
  readonly #p: ProgramBuilder;
  readonly #older: Ref;
  readonly #olderSize: Ref;
  readonly #newer: Ref;
  readonly #newerSize: Ref;

  constructor(p: ProgramBuilder) {
    const word = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    [this.#older, this.#olderSize, this.#newer, this.#newerSize] = [word(), word(), word(), word()];
    p.set(this.#older, p.reserve(halfSize));
    p.set(this.#newer, p.reserve(halfSize));
  }

  /** Forgets what was read. */
  clear(): void {
    this.#p.set(this.#olderSize, 0);
    this.#p.set(this.#newerSize, 0);
  }

  /** Reads once from a non-blocking descriptor; goes on at `nothing` when it has nothing, and at `ended` at its end. */
  read(fd: Ref, { nothing, ended }: { readonly nothing: Label; readonly ended: Label }): void {
    const p = this.#p;
    const room = p.label();
    p.jumpIf('lt', this.#newerSize, halfSize, room);
    const other = p.compute('add', this.#older, 0);
    p.set(this.#older, this.#newer);
    p.set(this.#olderSize, halfSize);
    p.set(this.#newer, other);
    p.set(this.#newerSize, 0);
    p.place(room);
    const to = p.compute('add', this.#newer, this.#newerSize);
    const space = p.compute('sub', halfSize, this.#newerSize);
    const count = p.call('read what the hook says', 'read', [fd, to, space], { onError: nothing });
    p.jumpIf('eq', count, 0, ended);
    p.set(this.#newerSize, p.compute('add', this.#newerSize, count));
  }

  /** Bytes that are kept. */
  get size(): Ref {
    return this.#p.compute('add', this.#olderSize, this.#newerSize);
  }

  /** What is kept, in order. */
  get pieces(): readonly Piece[] {
    return [
      { start: this.#older, length: this.#olderSize },
      { start: this.#newer, length: this.#newerSize },
    ];
  }
}
