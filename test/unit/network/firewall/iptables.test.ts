import { expect, test } from 'vitest';
import { foreignForwardText } from '../../../../runtime/network/firewall/iptables/foreign-forward.ts';
import { changeText } from '../../../../runtime/network/firewall/iptables/rule-change.ts';
import { tableRules } from '../../../../runtime/network/firewall/iptables/rules.ts';
import { removalText, restoreText } from '../../../../runtime/network/firewall/iptables/tables.ts';
import { address, network, port } from './rules.ts';

const wanted = {
  networks: [network],
  ports: [port, { ...port, hostAddress: address('127.0.0.1') }],
  links: [],
  family: 4,
  directAccess: 'protected',
  unrouted: [],
} as const;

test('rules of a network and its ports', () => {
  expect(tableRules(wanted)).toEqual({
    filter: [
      '-A BERTH-FORWARD -j BERTH-USER',
      '-A BERTH-FORWARD -o br-n1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A BERTH-FORWARD -i br-n1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A BERTH-FORWARD -j BERTH-WITHIN',
      '-A BERTH-FORWARD -j BERTH-INTERNAL',
      '-A BERTH-FORWARD -j BERTH-INTO',
      '-A BERTH-FORWARD -j BERTH-OUT',
      '-A BERTH-WITHIN -i br-n1 -o br-n1 -j BERTH-CLOSED',
      '-A BERTH-INTO -o br-n1 -m conntrack --ctstate DNAT -j ACCEPT',
      '-A BERTH-INTO -i eth7 -o br-n1 -j BERTH-PORTS',
      '-A BERTH-INTO -o br-n1 -j DROP',
      '-A BERTH-OUT -i br-n1 -j ACCEPT',
      '-A BERTH-PORTS -d 10.1.0.2 -p sctp --dport 80 -j ACCEPT',
      '-A BERTH-CLOSED -m conntrack --ctstate DNAT -j ACCEPT',
      '-A BERTH-CLOSED -j DROP',
    ],
    nat: [
      '-A BERTH-PUBLISH -p sctp --dport 8064:8127 -j BERTH-PUBLISH-sctp-8064',
      '-A BERTH-PUBLISH-sctp-8064 -d 127.0.0.1 -p sctp --dport 8080 -j DNAT --to-destination 10.1.0.2:80',
      '-A BERTH-PUBLISH-sctp-8064 -p sctp --dport 8080 -j DNAT --to-destination 10.1.0.2:80',
      '-A BERTH-MASQUERADE -s 127.0.0.0/8 -o br-n1 -j MASQUERADE',
      '-A BERTH-MASQUERADE -o br-n1 -m conntrack --ctstate DNAT -g BERTH-TRANSLATE',
      '-A BERTH-MASQUERADE -o br-n1 -j RETURN',
      '-A BERTH-MASQUERADE -g BERTH-TRANSLATE',
      '-A BERTH-TRANSLATE -s 10.1.0.0/24 -j MASQUERADE',
    ],
    raw: [
      '-A BERTH-RAW -i br-n1 -d 127.0.0.0/8 -j DROP',
      '-A BERTH-RAW -i br-n1 -s 127.0.0.0/8 -j DROP',
      '-A BERTH-RAW ! -i lo -d 127.0.0.1 -p sctp --dport 8080 -j DROP',
    ],
  });
});

test('interfaces that the host does not forward between may still be bridges', () => {
  const { filter } = tableRules({ ...wanted, unrouted: ['eth0', 'br0'] });
  expect(filter.filter((rule) => rule.includes('br0'))).toEqual([
    '-A BERTH-FORWARD -i br0 -j BERTH-UNROUTED',
    '-A BERTH-UNROUTED -i br0 -o br0 -j RETURN',
    '-A BERTH-UNROUTED -o br0 -j DROP',
  ]);
});

const saved = `*filter
:FORWARD ACCEPT [0:0]
:BERTH-FORWARD - [0:0]
:BERTH-USER - [0:0]
-A FORWARD -j BERTH-FORWARD
-A FORWARD -j THEIRS
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j THEIRS
COMMIT
`;

test('what is there is not made again, and an administrator’s chain is not emptied', () => {
  const lines = restoreText(saved, tableRules(wanted)).split('\n');
  const made = lines.filter((line) => /^:BERTH-USER|^-I/.test(line));
  const call = '-m addrtype --dst-type LOCAL -j BERTH-PUBLISH';
  expect(made).toEqual([
    '-I PREROUTING 1 -j BERTH-RAW',
    `-I PREROUTING 1 ${call}`,
    `-I OUTPUT 1 ${call}`,
    '-I POSTROUTING 1 -j BERTH-MASQUERADE',
  ]);
  const anew = restoreText('', tableRules(wanted)).split('\n');
  expect(anew).toEqual(
    expect.arrayContaining([':BERTH-USER - [0:0]', '-I FORWARD 1 -j BERTH-FORWARD']),
  );
});

test('only what is berth’s is removed', () => {
  expect(removalText(saved)).toBe(
    ['*filter', '-D FORWARD -j BERTH-FORWARD', '-F BERTH-FORWARD', '-F BERTH-USER']
      .concat(['-X BERTH-FORWARD', '-X BERTH-USER', 'COMMIT', ''])
      .join('\n'),
  );
  expect(
    removalText('*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j THEIRS\nCOMMIT\n'),
  ).toBeUndefined();
});

test('another’s FORWARD chain is called from at its end, where it drops by default', () => {
  const table = (policy: string, ...rules: readonly string[]): string =>
    ['*filter', `:FORWARD ${policy} [0:0]`, ...rules, 'COMMIT', ''].join('\n');
  const made = (place: number): string =>
    ['*filter', ':BERTH-ACCEPT - [0:0]', '-A BERTH-ACCEPT -i br0 -j ACCEPT']
      .concat(['-A BERTH-ACCEPT -o br0 -j ACCEPT'])
      .concat([`-I FORWARD ${place} -m comment --comment berth -j BERTH-ACCEPT`, 'COMMIT', ''])
      .join('\n');
  expect(foreignForwardText(table('ACCEPT'), ['br0'])).toBeUndefined();
  expect(foreignForwardText('', ['br0'])).toBeUndefined();
  expect(foreignForwardText(table('DROP', '-A FORWARD -j THEIRS'), ['br0'])).toBe(made(2));
  // As Red Hat's rules end.
  const reject = '-A FORWARD -j REJECT --reject-with icmp-host-prohibited';
  expect(foreignForwardText(table('ACCEPT', '-A FORWARD -j THEIRS', reject), ['br0'])).toBe(
    made(2),
  );
  expect(foreignForwardText(table('DROP'), [])).toBeUndefined();
});

test('a change is what comes and goes, where it belongs; other places of rules are no change', () => {
  const rules = (...nat: readonly string[]) => ({ raw: [], nat, filter: [] });
  const a = ['-A A one', '-A A two', '-A A three'];
  expect(changeText(rules(...a), rules(...a))).toBe('');
  expect(changeText(rules(...a, '-A B x'), rules('-A A one', '-A A new', '-A A three'))).toBe(
    ['*nat', '-D A two', '-I A 2 new', '-F B', '-X B', 'COMMIT', ''].join('\n'),
  );
  expect(changeText(rules(), rules('-A BERTH-PUBLISH call', '-A B x', '-A B y'))).toBe(
    ['*nat', ':B - [0:0]', '-A BERTH-PUBLISH call', '-A B x', '-A B y', 'COMMIT', ''].join('\n'),
  );
  expect(changeText(rules(...a), rules(...a.toReversed()))).toBeUndefined();
  expect(changeText(rules('-A A one'), rules('-A A one', '-A A one'))).toBeUndefined();
});
