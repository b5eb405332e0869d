import { hookKinds, type HookKind } from '../../spec/hook-kinds.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { OutputTail } from './output-tail.ts';
import { maxPathSize, record } from './report.ts';
import { gather, type Piece } from './state-text.ts';

/** What happens when a hook fails. */
export type OnHookFailure =
  | {
      /** The program ends: it answers with a 64-bit zero and the record of the hook. */
      readonly then: 'stop';
      /** Adds steps that are carried out before the answer: who is told finds everything put away. */
      readonly cleanUp: () => void;
    }
  | {
      /** The next hook is run; the record is written to a descriptor. */
      readonly then: 'goOn';
      readonly report: Value;
    };

/** The hook that a failure is told of. */
interface NamedHook {
  readonly kind: HookKind;
  readonly index: number;
  readonly path: string;
}

/** How a hook has failed, in a program's memory: report.ts has the layout. */
export class FailedHook {
  readonly #p: ProgramBuilder;
  readonly #hook: NamedHook;
  readonly #tail: OutputTail;
  readonly #end: Ref;
  readonly #value: Ref;

  constructor(p: ProgramBuilder, hook: NamedHook, tail: OutputTail) {
    this.#p = p;
    this.#hook = hook;
    this.#tail = tail;
    this.#end = p.value(p.reserve(8));
    this.#value = p.value(p.reserve(8));
  }

  /** Remembers how it has ended: one of `hookEnd`. */
  set(end: Value, value: Value): void {
    this.#p.set(this.#end, end);
    this.#p.set(this.#value, value);
  }

  /** Adds the steps that tell of it. */
  tell(onFailure: OnHookFailure): void {
    const p = this.#p;
    const label = `tell of the hook ${this.#hook.path}`;
    if (onFailure.then === 'goOn') {
      const pieces = this.#record();
      const args = [onFailure.report, gather(p, pieces), pieces.length];
      p.call(label, 'writev', args, { onError: 'ignore' });
      return;
    }
    onFailure.cleanUp();
    const header = p.replyHeader();
    const pieces = [
      { start: header, length: 16 },
      { start: p.reserve(8), length: 8 },
      ...this.#record(),
    ];
    const size = pieces
      .slice(1)
      .reduce<Value>((sum, { length }) => p.compute('add', sum, length), 0);
    p.store(32, header.at(4), size);
    p.call(label, 'writev', [p.value(p.replyFd), gather(p, pieces), pieces.length]);
    p.exit(1);
  }

  #record(): readonly Piece[] {
    const p = this.#p;
    const { kind, index } = this.#hook;
    const path = Buffer.from(this.#hook.path).subarray(0, maxPathSize);
    const known = Buffer.alloc(record.size);
    known.writeUInt32LE(hookKinds.indexOf(kind), record.kind);
    known.writeUInt32LE(index, record.index);
    known.writeUInt32LE(path.length, record.pathLength);
    const start = p.bytes(known);
    p.store(32, start.at(record.end), this.#end);
    p.store(32, start.at(record.value), this.#value);
    p.store(32, start.at(record.outputLength), this.#tail.size);
    return [
      { start, length: record.size },
      { start: p.bytes(path), length: path.length },
      ...this.#tail.pieces,
    ];
  }
}
