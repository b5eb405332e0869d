import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressRange } from '../../../runtime/network/address/address-range.ts';
import {
  formatAddress,
  type IpAddress,
  parseAddress,
} from '../../../runtime/network/address/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../../../runtime/network/address/ip-prefix.ts';

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function takeAll(range: AddressRange): readonly string[] {
  const all: string[] = [];
  for (let next = range.take(); next !== undefined && all.length < 100; next = range.take())
    all.push(formatAddress(next));
  return all;
}

describe('the addresses of a subnet', () => {
  test.each([
    ['10.0.0.0/29', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']],
    ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2']],
    ['10.0.0.0/31', ['10.0.0.0', '10.0.0.1']],
    ['10.0.0.7/32', ['10.0.0.7']],
    ['fd00::/126', ['fd00::1', 'fd00::2', 'fd00::3']],
    ['fd00::/127', ['fd00::', 'fd00::1']],
  ])('of %s are %j', (subnet, all) => {
    expect(takeAll(new AddressRange(prefix(subnet)))).toEqual(all);
  });

  test('are chosen from a part of it, and may be claimed from all', () => {
    const range = new AddressRange(prefix('10.0.0.0/24'), prefix('10.0.0.128/30'));
    expect(range.claim(address('10.0.0.1'))).toBe('claimed');
    expect(range.claim(address('10.0.0.129'))).toBe('claimed');
    expect(takeAll(range)).toEqual(['10.0.0.128', '10.0.0.130', '10.0.0.131']);
    expect(range.take()).toBeUndefined();
  });

  test('are refused by what is wrong with them', () => {
    const range = new AddressRange(prefix('10.0.0.0/24'));
    expect(range.claim(address('10.0.0.9'))).toBe('claimed');
    expect(range.claim(address('10.0.0.9'))).toBe('in-use');
    for (const text of ['10.0.1.1', '10.0.0.0', '10.0.0.255', '::1']) {
      expect(range.claim(address(text))).toBe('outside');
    }
  });

  test('are the lowest free ones, whatever was taken and given back', () => {
    const subnet = prefix('10.0.0.0/28');
    const moves = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('take' as const), at: fc.constant(0) }),
        fc.record({
          kind: fc.constantFrom('claim' as const, 'release' as const),
          at: fc.integer({ min: 0, max: 15 }),
        }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, (list) => {
        const range = new AddressRange(subnet);
        const used = new Set<number>();
        for (const { kind, at } of list) {
          const asked = { family: 4, value: 0x0a000000n + BigInt(at) } as const;
          if (kind === 'take') {
            const lowest = Array.from({ length: 14 }, (_, i) => i + 1).find((i) => !used.has(i));
            const taken = range.take();
            expect(taken && Number(taken.value - 0x0a000000n)).toBe(lowest);
            if (lowest !== undefined) used.add(lowest);
          } else if (kind === 'release') {
            range.release(asked);
            used.delete(at);
          } else {
            const isOutside = at === 0 || at === 15;
            const answer = isOutside ? 'outside' : used.has(at) ? 'in-use' : 'claimed';
            expect(range.claim(asked)).toBe(answer);
            if (answer === 'claimed') used.add(at);
          }
        }
      }),
    );
  });
});
