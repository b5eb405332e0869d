import { ociVersion } from '../../spec/oci-version.ts';
import type { HookKind } from '../../spec/hook-kinds.ts';
import { decimal } from '../../syscall/decimal.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { HookState } from './hooks-plan.ts';

/**
 * What a container is while its hooks run. `creating` is the name of step 2 of the lifecycle alone, and the hooks of
 * create are its steps 3 to 5 (runtime.md, "State" and "Lifecycle"): crun and the specification's own validation suite
 * read it so as well, runc says `creating`.
 */
const statuses: Readonly<Record<HookKind, string>> = {
  prestart: 'created',
  createRuntime: 'created',
  createContainer: 'created',
  startContainer: 'created',
  poststart: 'running',
  poststop: 'stopped',
};

/** A text in a program's memory, in pieces. */
export interface StateText {
  /** struct iovec[] for writev(2). */
  readonly vector: Address;
  readonly pieces: number;
  /** Bytes of the pieces that are known when the program is built. */
  readonly knownSize: number;
}

/** Adds the steps that put the state's JSON together. `pid` is known at run time only; absent for a container that has ended. */
export function stateText(
  p: ProgramBuilder,
  {
    state,
    kind,
    pid,
  }: { readonly state: HookState; readonly kind: HookKind; readonly pid: Value | undefined },
): StateText {
  const { id, bundle, annotations } = state;
  // What is the same for all kinds comes first, and so is in the program only once.
  const head = JSON.stringify({ ociVersion, id, bundle, annotations }).slice(0, -1);
  const status = `,"status":${JSON.stringify(statuses[kind])}`;
  const texts = pid === undefined ? [head, `${status}}`] : [head, `${status},"pid":`];
  const pieces: readonly Piece[] = [
    ...texts.map((text) => ({ start: p.string(text), length: Buffer.byteLength(text) })),
    ...(pid === undefined ? [] : [decimal(p, pid), { start: p.string('}'), length: 1 }]),
  ];
  return {
    vector: gather(p, pieces),
    pieces: pieces.length,
    knownSize: pieces.reduce(
      (sum, { length }) => sum + (typeof length === 'number' ? length : 0),
      0,
    ),
  };
}

/** Memory that is part of a text. */
export interface Piece {
  readonly start: Address | Ref;
  readonly length: number | Ref;
}

/** Adds a struct iovec[] and the steps that fill it in (readv(2)). */
export function gather(p: ProgramBuilder, pieces: readonly Piece[]): Address {
  const vector = p.reserve(16 * pieces.length);
  for (const [i, { start, length }] of pieces.entries()) {
    p.set(vector.at(16 * i), start);
    p.set(vector.at(16 * i + 8), length);
  }
  return vector;
}
