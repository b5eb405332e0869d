import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Endpoint, gatewayEndpoints } from '../../../runtime/network/model/sandbox-record.ts';
import { endpoint } from './records.ts';

const ipv4 = { gateways: ['10.0.0.1'] };
const ipv6 = { gateways: ['fd00::1'] };
const both = { gateways: ['10.0.0.1', 'fd00::1'] };

function chosen(...endpoints: readonly Endpoint[]): readonly (string | undefined)[] {
  const { 4: four, 6: six } = gatewayEndpoints(endpoints);
  return [four?.networkName, six?.networkName];
}

describe('the default routes of a container', () => {
  test.each<[string, readonly Endpoint[], readonly (string | undefined)[]]>([
    ['nobody leads out', [endpoint('a')], [undefined, undefined]],
    ['one of each family', [endpoint('a', ipv6), endpoint('b', ipv4)], ['b', 'a']],
    ['the name decides', [endpoint('b', ipv4), endpoint('a', ipv4)], ['a', undefined]],
    [
      'the priority decides before the name',
      [endpoint('a', ipv4), endpoint('b', { ...ipv4, gatewayPriority: 1 })],
      ['b', undefined],
    ],
    [
      'who has both comes before who has one',
      [endpoint('a', ipv4), endpoint('b', both)],
      ['b', 'b'],
    ],
    // As in Docker: selectGatewayEndpoint in libnetwork/default_gateway.go.
    [
      'who has both comes even before a higher priority',
      [endpoint('a', { ...ipv4, gatewayPriority: 9 }), endpoint('b', both)],
      ['b', 'b'],
    ],
    [
      'an internal network leads nowhere',
      [endpoint('a', { ...both, internal: true, gatewayPriority: 9 }), endpoint('b', ipv4)],
      ['b', undefined],
    ],
    [
      'where all is at the interface itself there is no router',
      [
        endpoint('a', ipv6),
        endpoint('b', { onLink: true, addresses: ['10.1.0.2/24', 'fd01::2/64'] }),
      ],
      ['b', 'b'],
    ],
    [
      'addresses alone lead nowhere',
      [endpoint('a', { addresses: ['10.1.0.2/24'] })],
      [undefined, undefined],
    ],
  ])('%s', (_, endpoints, expected) => {
    expect(chosen(...endpoints)).toEqual(expected);
  });

  test('do not depend on the order in which a container was connected', () => {
    const some = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        gateways: fc.constantFrom<readonly string[]>([], ['10.0.0.1'], ['fd00::1'], both.gateways),
        gatewayPriority: fc.integer({ min: -1, max: 1 }),
        internal: fc.boolean(),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (all, random) => {
        const endpoints = all.map(({ name, ...more }) => endpoint(name, more));
        const shuffled = endpoints
          .map((one) => ({ one, key: random.next().value as number }))
          .toSorted((left, right) => left.key - right.key)
          .map(({ one }) => one);
        expect(chosen(...shuffled)).toEqual(chosen(...endpoints));
        // The highest priority decides among those who have all families that anybody has.
        const { 4: four } = gatewayEndpoints(endpoints);
        const could = endpoints.some(
          ({ internal, gateways }) => !internal && gateways.includes('10.0.0.1'),
        );
        expect(four !== undefined).toBe(could);
      }),
    );
  });
});
