import { expect, test } from 'vitest';
import { KnownRules, noParts } from '../../../../runtime/network/firewall/known-rules.ts';
import { address, network, port } from './rules.ts';

test('what is known already is no news, and what is gone takes its parts along', () => {
  const known = new KnownRules();
  expect(known.add({ networks: [network], ports: [port], links: [] }).ports).toEqual([port]);
  expect(known.add({ networks: [network], ports: [port], links: [] })).toEqual(noParts);
  expect(known.remove({ ...noParts, networks: [network] })).toEqual({
    networks: [network],
    ports: [port],
    links: [],
  });
  expect(known.state).toEqual(noParts);
  expect(known.remove({ ...noParts, networks: [network] })).toEqual(noParts);
});

test('a port is refused with why, and nothing that came with it is taken', () => {
  const known = new KnownRules();
  known.add({ ...noParts, networks: [network] });
  const free = { ...port, hostPort: 1 };
  const refused = (wrong: Partial<typeof port>, why: string): void => {
    const ports = [free, { ...port, ...wrong }];
    expect(() => known.add({ ...noParts, ports })).toThrow(why);
    expect(known.state.ports).toEqual([]);
  };
  refused({ network: 'n2' }, 'wanted a network that is there, not "n2"');
  refused({ hostAddress: address('::') }, 'of one family');
  refused({ hostPort: 1, containerPort: 81 }, 'wanted a port of the host that is free');
  // Without translation no port of the host is taken, and its address does not matter.
  const routed = { ...port, containerAddress: address('fd01::2') };
  const other = { ...routed, containerAddress: address('fd01::3') };
  expect(known.add({ ...noParts, ports: [routed, other] }).ports).toHaveLength(2);
});

test.each(['br-\u00fc', 'a"; flush ruleset', 'br*', '', 'x'.repeat(16), '-j', 'a b'])(
  'no rule is made of the name "%s"',
  (bridge) => {
    const add = (more: object): unknown =>
      new KnownRules().add({ ...noParts, networks: [{ ...network, ...more }] });
    expect(() => add({ bridge })).toThrow('Network "n1" has the interface');
    expect(() => add({ trustedInterfaces: [bridge] })).toThrow('Network "n1" has the interface');
  },
);
