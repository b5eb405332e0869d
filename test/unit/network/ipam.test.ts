import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../../runtime/network/address/ip-address.ts';
import { contains, overlaps } from '../../../runtime/network/address/ip-prefix.ts';
import { defaultPools } from '../../../runtime/network/address/subnet-pools.ts';
import { chooseSubnets } from '../../../runtime/network/ipam/choose-subnets.ts';
import {
  NetworkAddresses,
  requireAddress,
  requirePrefix,
} from '../../../runtime/network/ipam/network-addresses.ts';
import { type SubnetRequest, verifySubnets } from '../../../runtime/network/ipam/verify-ipam.ts';
import { networkRecord } from './records.ts';

function request(subnet: string, more: Partial<SubnetRequest> = {}): SubnetRequest {
  return { subnet, range: '', gateway: '', auxiliary: {}, ...more };
}

describe('what a client wants of addresses', () => {
  // The words and rules of api/types/network/ipam.go.
  test.each<[SubnetRequest, string]>([
    [request('10.1.0.0'), 'invalid subnet 10.1.0.0: invalid CIDR block notation'],
    [request('10.1.0.0/33'), 'invalid subnet 10.1.0.0/33: invalid CIDR block notation'],
    [request('10.1.0.5/16'), 'invalid subnet 10.1.0.5/16: it should be 10.1.0.0/16'],
    [
      request('10.1.0.0/16', { range: '10.1.0.0' }),
      'invalid ip-range 10.1.0.0: invalid CIDR block notation',
    ],
    [
      request('10.1.0.0/16', { range: 'fd00::/64' }),
      'invalid ip-range fd00::/64: parent subnet is an IPv4 block',
    ],
    [
      request('10.1.0.0/16', { range: '10.0.0.0/8' }),
      'invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.1.0.0/16',
    ],
    [
      request('10.1.0.0/16', { range: '10.2.0.0/24' }),
      "invalid ip-range 10.2.0.0/24: parent subnet 10.1.0.0/16 doesn't contain ip-range",
    ],
    [
      request('10.1.0.0/16', { range: '10.1.0.9/24' }),
      'invalid ip-range 10.1.0.9/24: it should be 10.1.0.0/24',
    ],
    [request('10.1.0.0/16', { gateway: 'x' }), 'invalid gateway x: invalid address'],
    [
      request('10.1.0.0/16', { gateway: '10.2.0.1' }),
      "invalid gateway 10.2.0.1: parent subnet 10.1.0.0/16 doesn't contain this address",
    ],
    [
      request('10.1.0.0/16', { auxiliary: { router: 'fd00::1' } }),
      'invalid auxiliary address router: parent subnet is an IPv4 block',
    ],
  ])('%j: %s', (wanted, message) => {
    expect(() => {
      verifySubnets([wanted], true);
    }).toThrow(`invalid network config:\n${message}`);
  });

  test('is named with all that is wrong, and IPv6 does no harm where there is none', () => {
    const all = [request('a'), request('10.1.0.0/16', { gateway: 'b' }), request('fd00::1/64')];
    expect(() => {
      verifySubnets(all, false);
    }).toThrow(
      'invalid network config:\n* invalid subnet a: invalid CIDR block notation\n* invalid gateway b: invalid address',
    );
    verifySubnets([request('10.1.0.0/16', { range: '10.1.2.0/24', gateway: '10.1.0.1' })], false);
  });
});

describe('the subnets of a network', () => {
  const none = { networks: [], routes: [] };

  test('are those asked for, and others of the pools that nobody has', () => {
    const routes = [requirePrefix('0.0.0.0/0'), requirePrefix('172.17.0.0/24')];
    const networks = [{ name: 'front', prefix: requirePrefix('172.18.0.0/16') }];
    const wish = { families: [4 as const, 6 as const], gateways: [4 as const, 6 as const] };
    expect(
      chooseSubnets({ ...wish, requests: [request('fd00::/64')] }, defaultPools, {
        ...{ networks, routes },
      }),
    ).toEqual([
      { subnet: '172.19.0.0/16', gateway: '172.19.0.1', auxiliary: {}, origin: 'pool' },
      { subnet: 'fd00::/64', gateway: 'fd00::1', auxiliary: {}, origin: 'asked' },
    ]);
    // Who asks for what the host has a route to knows why; not for what a network has.
    const ask = (subnet: string): unknown =>
      chooseSubnets({ families: [4], gateways: [], requests: [request(subnet)] }, defaultPools, {
        ...{ networks, routes },
      });
    expect(ask('172.17.0.0/16')).toEqual([
      { subnet: '172.17.0.0/16', auxiliary: {}, origin: 'asked' },
    ]);
    expect(() => ask('172.18.5.0/24')).toThrow('Pool overlaps with other one');
  });

  test('do not overlap each other, and can be used up', () => {
    const twice = [request('10.1.0.0/16'), request('10.1.9.0/24')];
    const wish = { families: [4 as const], gateways: [4 as const] };
    expect(() => chooseSubnets({ ...wish, requests: twice }, [], none)).toThrow('Pool overlaps');
    expect(() => chooseSubnets({ ...wish, requests: [] }, [], none)).toThrow(
      'all predefined address pools have been fully subnetted',
    );
  });

  test('have a gateway that is the lowest free address of their range', () => {
    const gatewayOf = (more: Partial<SubnetRequest>): string | undefined =>
      chooseSubnets(
        { families: [4], gateways: [4], requests: [request('10.1.0.0/24', more)] },
        ...[[], none],
      )[0]?.gateway;
    expect(gatewayOf({})).toBe('10.1.0.1');
    expect(gatewayOf({ range: '10.1.0.128/25' })).toBe('10.1.0.128');
    expect(gatewayOf({ auxiliary: { a: '10.1.0.1', b: '10.1.0.2' } })).toBe('10.1.0.3');
    expect(gatewayOf({ gateway: '10.1.0.254' })).toBe('10.1.0.254');
  });

  test('of any pools and neighbours are apart from all of these', () => {
    const prefixes = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 16, max: 26 }))
      .map(([third, length]) => requirePrefix(`172.${16 + (third % 16)}.${third}.0/${length}`));
    fc.assert(
      fc.property(fc.array(prefixes, { maxLength: 12 }), (taken) => {
        const networks = taken.map((prefix) => ({ name: 'x', prefix }));
        const [chosen] = chooseSubnets(
          { families: [4], requests: [], gateways: [4] },
          ...[defaultPools, { networks, routes: [] }],
        );
        const subnet = requirePrefix(chosen?.subnet ?? '');
        expect(taken.filter((other) => overlaps(subnet, other))).toEqual([]);
        expect(contains(subnet, requireAddress(chosen?.gateway ?? ''))).toBe(true);
      }),
    );
  });
});

describe('the addresses of a network', () => {
  const record = networkRecord({
    subnets: [
      {
        ...{ subnet: '10.1.0.0/29', gateway: '10.1.0.1', auxiliary: { nas: '10.1.0.3' } },
        origin: 'asked',
      },
      { subnet: '10.2.0.0/30', gateway: '10.2.0.1', auxiliary: {}, origin: 'asked' },
      { subnet: 'fd00::/64', range: 'fd00::100/120', auxiliary: {}, origin: 'pool' },
    ],
  });

  test('are taken in order, without what the network itself has, from one subnet after the other', () => {
    const addresses = new NetworkAddresses(record);
    const take = (family: 4 | 6): string => formatAddress(addresses.take(family).address);
    expect(take(6)).toBe('fd00::100');
    expect([1, 2, 3, 4, 5].map(() => take(4))).toEqual([
      ...['10.1.0.2', '10.1.0.4', '10.1.0.5', '10.1.0.6', '10.2.0.2'],
    ]);
    expect(() => take(4)).toThrow(
      `no available IPv4 addresses on this network's address pools: ${record.name} (${record.id})`,
    );
    addresses.release(requireAddress('10.1.0.5'));
    addresses.release(requireAddress('192.0.2.1'));
    expect(take(4)).toBe('10.1.0.5');
  });

  test('are refused when they are somebody’s, or of nowhere', () => {
    const addresses = new NetworkAddresses(record);
    const take = (text: string): unknown => {
      const address = requireAddress(text);
      return addresses.take(address.family, address);
    };
    expect(take('10.2.0.2')).toEqual(requirePrefix('10.2.0.2/30'));
    expect(take('fd00::5')).toEqual(requirePrefix('fd00::5/64'));
    for (const text of ['10.2.0.2', '10.1.0.1', '10.1.0.3'])
      expect(() => take(text)).toThrow('Address already in use');
    for (const text of ['10.1.0.0', '10.1.0.7', '10.3.0.1', 'fd01::1'])
      expect(() => take(text)).toThrow('requested address is out of range');
  });

  test('are never two containers’, however they come and go', () => {
    const steps = fc.array(
      fc.oneof(
        fc.constant({ kind: 'take' as const }),
        fc.record({ kind: fc.constant('claim' as const), last: fc.integer({ min: 0, max: 8 }) }),
        fc.record({ kind: fc.constant('release' as const), at: fc.nat(8) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const addresses = new NetworkAddresses(record);
        const used: string[] = [];
        for (const step of all) {
          if (step.kind === 'release') {
            const [text] = used.splice(step.at, 1);
            if (text !== undefined) addresses.release(requireAddress(text));
            continue;
          }
          const wanted = step.kind === 'claim' ? requireAddress(`10.1.0.${step.last}`) : undefined;
          try {
            used.push(formatAddress(addresses.take(4, wanted).address));
          } catch {
            // Nobody has it then.
          }
        }
        expect(new Set(used).size).toBe(used.length);
        expect(used).not.toContain('10.1.0.1');
        expect(used).not.toContain('10.1.0.3');
      }),
    );
  });
});
