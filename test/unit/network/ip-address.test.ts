import fc from 'fast-check';
import { SocketAddress } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  addressBytes,
  addressOf,
  formatAddress,
  parseAddress,
} from '../../../runtime/network/address/ip-address.ts';

describe('an address', () => {
  test('is read and written', () => {
    expect(parseAddress('172.17.0.1')).toEqual({ family: 4, value: 0xac110001n });
    expect(parseAddress('::')).toEqual({ family: 6, value: 0n });
    expect(parseAddress('2001:db8::1')).toEqual({ family: 6, value: (0x20010db8n << 96n) | 1n });
    expect(parseAddress('::ffff:10.1.2.3')).toEqual({ family: 6, value: 0xffff0a010203n });
  });

  test.each([
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    ':::',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  // RFC 5952, section 4.
  test.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:0:0:0:0:0:10', '::10'],
  ])('%s is written %s', (text, canonical) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(canonical);
  });

  test('is written as the C library writes it, and survives that', () => {
    const value = fc.oneof(
      fc.bigInt({ min: 1n << 48n, max: (1n << 128n) - 1n }),
      // With runs of zeros.
      fc
        .array(fc.constantFrom(0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 })
        .map((groups) => groups.reduce<bigint>((sum, group) => (sum << 16n) | group, 0n))
        .filter((sum) => sum >= 1n << 48n),
    );
    fc.assert(
      fc.property(value, (bits) => {
        const text = formatAddress({ family: 6, value: bits });
        expect(text).toBe(new SocketAddress({ family: 'ipv6', address: text }).address);
        expect(parseAddress(text)).toEqual({ family: 6, value: bits });
      }),
    );
  });

  test('is the bytes of packets', () => {
    const address = { family: 4, value: 0x0a000102n } as const;
    expect([...addressBytes(address)]).toEqual([10, 0, 1, 2]);
    expect(addressOf(addressBytes(address))).toEqual(address);
    expect(addressBytes({ family: 6, value: 1n })).toHaveLength(16);
    expect(addressOf(Uint8Array.of(1, 2))).toBeUndefined();
  });
});
