import { randomInt } from 'node:crypto';

/** Numbers that look random and come again with the same seed. */
export interface Random {
  readonly seed: number;
  /** From 0 up to, not including, 1. */
  number(): number;
}

/** A generator (mulberry32) from a seed as text, else from one of its own, which a failed test's name shows. */
export function random(text: string | undefined): Random {
  const seed = text === undefined ? randomInt(2 ** 31) : Number(text);
  let state = seed;
  return {
    seed,
    number: () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
