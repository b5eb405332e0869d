import { appendFileSync } from 'node:fs';

import { random } from '../../../support/random.ts';

/**
 * How many crashes: `BERTH_TEST_CRASHES=50` for a longer look, `BERTH_TEST_CRASHES=all` for every call of every operation, which
 * takes an hour; `BERTH_TEST_SEED` for those of another run. `BERTH_TEST_SHARD=2/3` does the second third of all, for several that
 * run at once, and `BERTH_TEST_CRASH_LOG` names a file that gets a line of JSON for each crash.
 */
export const wanted = process.env['BERTH_TEST_CRASHES'] ?? '3';
export const dice = random(process.env['BERTH_TEST_SEED']);
const [shard = 1, shards = 1] = (process.env['BERTH_TEST_SHARD'] ?? '1/1').split('/').map(Number);
const log = process.env['BERTH_TEST_CRASH_LOG'];

/** One of them, by the seed. */
export function oneOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(dice.number() * all.length)];
  if (one === undefined) throw new Error('there is none');
  return one;
}

/** Those of this shard. */
export function oursOf<T>(all: readonly T[]): readonly T[] {
  return all.filter((_, number) => number % shards === shard - 1);
}

/** Writes down that a crash has been made, and what was seen. */
export function note(crash: object): void {
  if (log !== undefined) appendFileSync(log, `${JSON.stringify(crash)}\n`);
}
