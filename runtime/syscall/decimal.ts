import type { Address, Ref, Value } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

const digits = 20;

/** A decimal number in a program's memory. */
export interface Decimal {
  /** Absolute address of its first digit; a NUL follows the last. */
  readonly start: Ref;
  /** Digits, without the NUL. */
  readonly length: Ref;
}

/** Adds the steps that write an unsigned number in decimal, as the kernel's files want process ids. */
export function decimal(p: ProgramBuilder, value: Value): Decimal {
  const buffer = p.reserve(digits + 1);
  const end = p.compute('add', buffer, digits);
  const [cursor, rest] = [p.reserve(8), p.reserve(8)];
  const again = p.label();
  p.set(cursor, end);
  p.set(rest, value);
  p.place(again);
  p.set(cursor, p.compute('sub', p.value(cursor), 1));
  const digit = p.compute('rem', p.value(rest), 10);
  p.store(8, p.value(cursor), p.compute('add', digit, '0'.charCodeAt(0)));
  p.set(rest, p.compute('div', p.value(rest), 10));
  p.jumpIf('ne', p.value(rest), 0, again);
  return { start: p.value(cursor), length: p.compute('sub', end, p.value(cursor)) };
}

/** Adds the steps that build the string `<prefix><number><suffix>`; gives its address. */
export function numberedPath(
  p: ProgramBuilder,
  {
    prefix,
    number,
    suffix,
  }: { readonly prefix: string; readonly number: Value; readonly suffix: string },
): Address {
  const text = Buffer.from(prefix);
  const path = p.bytes(Buffer.concat([text, Buffer.alloc(digits + suffix.length + 1)]));
  const { start, length } = decimal(p, number);
  const cursor = p.reserve(8);
  const from = p.reserve(8);
  const again = p.label();
  p.set(cursor, p.compute('add', path, text.length));
  p.set(from, start);
  const end = p.compute('add', start, length);
  p.place(again);
  p.store(8, p.value(cursor), p.load(8, p.value(from)));
  p.set(cursor, p.compute('add', p.value(cursor), 1));
  p.set(from, p.compute('add', p.value(from), 1));
  p.jumpIf('lt', p.value(from), end, again);
  for (const letter of `${suffix}\0`) {
    p.store(8, p.value(cursor), letter.charCodeAt(0));
    p.set(cursor, p.compute('add', p.value(cursor), 1));
  }
  return path;
}
