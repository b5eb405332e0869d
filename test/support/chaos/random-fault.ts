import type { Fault, Place } from '../fault.ts';
import type { SeededRandom } from './seeded-random.ts';

type Make = (random: SeededRandom) => Fault;

const somewhere = (random: SeededRandom): Place =>
  random.happens(0.2) ? { bytes: random.below(100) } : { part: random.next() };

/** All that may go wrong with a request. */
const kinds: readonly [Make, ...Make[]] = [
  () => ({ kind: 'hang-up' }),
  () => ({ kind: 'stall' }),
  (random) => ({ kind: 'stall', at: somewhere(random) }),
  (random) => ({ kind: 'answer', status: random.pick([500, 502, 503, 404, 403, 429]) }),
  (random) => ({ kind: 'answer', status: random.pick([429, 503]), retryAfter: '1' }),
  (random) => ({ kind: 'cut', at: somewhere(random), how: 'reset' }),
  (random) => ({ kind: 'cut', at: somewhere(random), how: 'end' }),
  () => ({ kind: 'cut', at: { part: 0.5 }, how: 'end' }),
  (random) => ({ kind: 'corrupt', at: somewhere(random) }),
  (random) => ({ kind: 'slow', bytesPerSecond: 200_000 + random.below(2_000_000) }),
  (random) => ({ kind: 'truncate', at: somewhere(random) }),
  (random) => ({ kind: 'lie', byBytes: random.pick([-1, 1, -1000, 1000, 5_000_000]) }),
  (random) => ({ kind: 'duplicate', at: somewhere(random), bytes: 1 + random.below(5000) }),
];

/** Something that goes wrong. */
export function randomFault(random: SeededRandom): Fault {
  return random.pick(kinds)(random);
}
