import { expect, test } from 'vitest';
import { forwardingPlan, readForwarding } from '../../../../runtime/network/firewall/forwarding.ts';
import { network } from './rules.ts';

const learned =
  '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth0';
const files: Readonly<Record<string, string>> = {
  '/proc/sys/net/ipv4/ip_forward': '0\n',
  '/proc/sys/net/ipv6/conf/all/forwarding': '0\n',
  '/proc/net/ipv6_route': `${learned}\n`,
  '/proc/sys/net/ipv6/conf/eth0/accept_ra': '1\n',
};
const only4 = { ...network, subnets: network.subnets.slice(0, 1) };

test('forwarding is switched on for what networks need, and no way out is lost by it', async () => {
  const now = await readForwarding((path) => Promise.resolve(files[path]));
  const plan = (networks: readonly (typeof network)[]): readonly string[] =>
    forwardingPlan(networks, { ipForward: 'on', now }).map(({ key, value }) => `${key}=${value}`);
  expect(plan([])).toEqual([]);
  expect(plan([{ ...network, access: 'internal' }])).toEqual([]);
  expect(plan([only4])).toEqual(['net/ipv4/ip_forward=1']);
  expect(plan([network])).toEqual([
    'net/ipv4/ip_forward=1',
    'net/ipv6/conf/eth0/accept_ra=2',
    'net/ipv6/conf/all/forwarding=1',
  ]);
  expect(forwardingPlan([network], { ipForward: 'left-alone', now })).toEqual([]);
  const done = { ipv4: '1', ipv6: undefined, learning: [] };
  expect(forwardingPlan([network], { ipForward: 'on', now: done })).toEqual([]);
});
