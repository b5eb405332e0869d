import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../../runtime/network/address/ip-address.ts';
import {
  contains,
  firstOf,
  formatPrefix,
  type IpPrefix,
  lastOf,
  networkOf,
  overlaps,
  parsePrefix,
  sizeOf,
} from '../../../runtime/network/address/ip-prefix.ts';

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
}

describe('a prefix', () => {
  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    'x/8',
    '::/129',
    '::/',
    '/8',
  ])('%j is none', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });

  test('has a first and a last address', () => {
    const network = prefix('172.17.5.9/16');
    expect(formatPrefix(network)).toBe('172.17.5.9/16');
    expect(formatPrefix(networkOf(network))).toBe('172.17.0.0/16');
    expect(formatAddress({ family: 4, value: firstOf(network) })).toBe('172.17.0.0');
    expect(formatAddress({ family: 4, value: lastOf(network) })).toBe('172.17.255.255');
    expect(sizeOf(network)).toBe(65_536n);
    expect(sizeOf(prefix('::/0'))).toBe(1n << 128n);
    expect(sizeOf(prefix('10.0.0.1/32'))).toBe(1n);
  });

  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/8', 'fdff::1', true],
  ])('%s contains %s: %s', (network, text, expected) => {
    const address = parseAddress(text);
    expect(address && contains(prefix(network), address)).toBe(expected);
  });

  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.1.0.0/16', '10.2.0.0/16', false],
    ['10.1.0.0/16', '::/0', false],
    ['10.0.0.0/24', '10.0.1.0/24', false],
  ])('%s overlaps %s: %s', (one, other, expected) => {
    expect(overlaps(prefix(one), prefix(other))).toBe(expected);
  });
});
