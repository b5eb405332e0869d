import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatPrefix,
  type IpPrefix,
  networkOf,
  overlaps,
  parsePrefix,
} from '../../../runtime/network/address/ip-prefix.ts';
import { chooseSubnet, defaultPools } from '../../../runtime/network/address/subnet-pools.ts';

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function chosen(
  taken: readonly string[],
  pools: readonly (readonly [string, number])[] = [['10.8.0.0/14', 16]],
): string | undefined {
  const found = chooseSubnet(
    pools.map(([base, size]) => ({ base: prefix(base), size })),
    { family: 4, taken: taken.map(prefix) },
  );
  return found && formatPrefix(found);
}

describe('a subnet', () => {
  test('is the first of the pools', () => {
    expect(chosen([])).toBe('10.8.0.0/16');
    expect(chosen(['10.8.0.0/16'])).toBe('10.9.0.0/16');
    expect(chosen(['10.9.0.0/16'])).toBe('10.8.0.0/16');
  });

  test('meets nothing that is taken, be it larger or smaller', () => {
    expect(chosen(['10.8.200.7/32', '10.9.0.0/24'])).toBe('10.10.0.0/16');
    expect(chosen(['10.8.0.0/15'])).toBe('10.10.0.0/16');
    expect(chosen(['10.0.0.0/8'])).toBeUndefined();
    expect(chosen(['10.10.0.0/15', '10.8.0.0/16', '10.9.1.0/24'])).toBeUndefined();
  });

  test('comes from the next pool when one is used up', () => {
    const pools = [
      ['10.8.0.0/16', 16],
      ['10.20.0.0/16', 24],
    ] as const;
    expect(chosen(['10.8.1.0/24'], pools)).toBe('10.20.0.0/24');
    expect(chosen(['10.0.0.0/12', '10.20.0.0/25'], pools)).toBe('10.20.1.0/24');
  });

  test('is of the family that is asked for', () => {
    const pools = [...defaultPools, { base: prefix('fd00::/48'), size: 64 }];
    const taken = [prefix('fd00::/64'), prefix('172.17.0.0/16')];
    const found = [4, 6].map((family) => chooseSubnet(pools, { family: family as 4 | 6, taken }));
    expect(found.map((subnet) => subnet && formatPrefix(subnet))).toEqual([
      '172.18.0.0/16',
      'fd00:0:0:1::/64',
    ]);
  });

  test("is there 31 times from Docker's pools", () => {
    const taken: IpPrefix[] = [];
    for (;;) {
      const subnet = chooseSubnet(defaultPools, { family: 4, taken });
      if (subnet === undefined) break;
      taken.push(subnet);
    }
    expect(taken).toHaveLength(15 + 16);
    expect(taken.map(formatPrefix).slice(-1)).toEqual(['192.168.240.0/20']);
  });

  test('is the lowest that meets nothing, whatever is taken', () => {
    const taken = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 18, max: 32 })),
      { maxLength: 12 },
    );
    const base = prefix('10.7.0.0/16');
    fc.assert(
      fc.property(taken, fc.integer({ min: 16, max: 24 }), (items, size) => {
        const others = items.map(([low, length]) =>
          networkOf({ address: { family: 4, value: 0x0a070000n + BigInt(low) }, length }),
        );
        const all = Array.from({ length: 2 ** (size - 16) }, (_, i) => ({
          address: { family: 4 as const, value: 0x0a070000n + BigInt(i * 2 ** (32 - size)) },
          length: size,
        }));
        const lowest = all.find((subnet) => !others.some((other) => overlaps(subnet, other)));
        expect(chooseSubnet([{ base, size }], { family: 4, taken: others })).toEqual(lowest);
      }),
    );
  });
});
