import type { Ref, Value } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** Adds the steps that copy a NUL-terminated text, with its end, from one absolute address to another. */
export function copyText(p: ProgramBuilder, from: Value, to: Value): void {
  const [source, target] = [variable(p, from), variable(p, to)];
  const again = p.label();
  p.place(again);
  const letter = p.load(8, source);
  p.store(8, target, letter);
  step(p, source, target);
  p.jumpIf('ne', letter, 0, again);
}

/** Adds the steps that copy so many bytes; the places must not overlap. */
export function copyBytes(
  p: ProgramBuilder,
  { from, to, length }: { readonly from: Value; readonly to: Value; readonly length: Value },
): void {
  const [source, target] = [variable(p, from), variable(p, to)];
  const [again, done] = [p.label(), p.label()];
  const end = p.compute('add', source, length);
  p.place(again);
  p.jumpIf('ge', source, end, done);
  p.store(8, target, p.load(8, source));
  step(p, source, target);
  p.jump(again);
  p.place(done);
}

function variable(p: ProgramBuilder, value: Value): Ref {
  const place = p.value(p.reserve(8));
  p.set(place, value);
  return place;
}

function step(p: ProgramBuilder, ...cursors: readonly Ref[]): void {
  for (const cursor of cursors) p.set(cursor, p.compute('add', cursor, 1));
}
