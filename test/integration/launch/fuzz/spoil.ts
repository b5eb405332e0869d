import fc from 'fast-check';

/** What a field may hold that it should not. None of it names anything of the host. */
const garbage = fc.constantFrom<unknown>(
  ...[null, true, false, -1, 0, 1.5, 2 ** 53, 1e300, '', 'x', 'a\0b', [], {}, [null], { x: [] }],
  ...[[[]], 'y'.repeat(100_000), Number.NaN, -(2n ** 63n), 2n ** 64n, '\ud800', [1, 'x']],
);

/** A place in a config, as numbers that choose a field on every level, and what is put there. */
interface Spoiling {
  readonly way: readonly number[];
  readonly value: unknown;
}

/** How a config is spoilt: mostly not at all. */
export const spoilings: fc.Arbitrary<readonly Spoiling[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({ way: fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }), value: garbage }),
      { minLength: 1, maxLength: 2 },
    ),
  },
);

/** Replaces values of a config, in a copy. */
export function spoil(config: unknown, spoiled: readonly Spoiling[]): unknown {
  return spoiled.reduce((whole, { way, value }) => replaced(whole, way, value), config);
}

function replaced(whole: unknown, [choice, ...rest]: readonly number[], value: unknown): unknown {
  if (choice === undefined) return value;
  if (Array.isArray(whole)) {
    if (whole.length === 0) return value;
    const chosen = choice % whole.length;
    return whole.map((item: unknown, i) => (i === chosen ? replaced(item, rest, value) : item));
  }
  if (typeof whole !== 'object' || whole === null) return value;
  const entries = Object.entries(whole);
  if (entries.length === 0) return value;
  const chosen = choice % entries.length;
  return Object.fromEntries(
    entries.map(([key, item]: readonly [string, unknown], i) => [
      key,
      i === chosen ? replaced(item, rest, value) : item,
    ]),
  );
}
