import { expect, test } from 'vitest';
import { ElementLedger } from '../../../../runtime/network/firewall/nft/element-ledger.ts';
import { elementRequests } from '../../../../runtime/network/firewall/nft/element-message.ts';
import {
  dataText,
  type Element,
  keyText,
} from '../../../../runtime/network/firewall/nft/element.ts';
import {
  linkElement,
  networkElements,
  portElements,
} from '../../../../runtime/network/firewall/nft/rule-elements.ts';
import { removalText, rulesetText } from '../../../../runtime/network/firewall/nft/ruleset.ts';
import { encodeRequest } from '../../../../runtime/network/netlink/message.ts';
import { address, network, port } from './rules.ts';

const shown = (elements: readonly Element[]): readonly string[] =>
  elements.map((element) =>
    element.data === undefined
      ? `${element.set} ${keyText(element)}`
      : `${element.set} ${keyText(element)} : ${dataText(element.data)}`,
  );

test('a network is elements of sets, of each protocol', () => {
  expect(shown(networkElements(network, 4))).toEqual([
    'bridges "br-n1"',
    'within "br-n1" . "br-n1" : goto closed',
    'into "br-n1" : goto protected',
    'trusted "eth7" . "br-n1"',
    'masqueraded 10.1.0.0/24',
  ]);
  expect(shown(networkElements({ ...network, interContainer: 'open' }, 6))).toEqual([
    'bridges "br-n1"',
    'within "br-n1" . "br-n1" : accept',
    'into "br-n1" : goto routed',
  ]);
  // A protocol without a subnet does not leave.
  const only6 = { ...network, subnets: network.subnets.slice(1) };
  expect(shown(networkElements(only6, 4)).slice(2)).toEqual([
    'into "br-n1" : goto refused',
    'internal "br-n1"',
  ]);
  const hostAddresses = { 4: address('192.0.2.7') };
  expect(shown(networkElements({ ...network, hostAddresses }, 4)).at(-1)).toBe(
    'translated 10.1.0.0/24 : 192.0.2.7',
  );
});

test('a port is one of the container, and one of the host at any address or at one', () => {
  expect(shown(portElements(port, network))).toEqual([
    'container-ports 10.1.0.2 . sctp . 80',
    'ports-anywhere sctp . 8080 : 10.1.0.2 . 80',
  ]);
  const hostAddress = address('127.0.0.2');
  expect(shown(portElements({ ...port, hostAddress }, network)).slice(1)).toEqual([
    'ports-at 127.0.0.2 . sctp . 8080 : 10.1.0.2 . 80',
    'loopback-ports 127.0.0.2 . sctp . 8080',
  ]);
  const routed = { ...port, containerAddress: address('fd01::2') };
  expect(shown(portElements(routed, network))).toEqual(['container-ports fd01::2 . sctp . 80']);
  expect(portElements(port, { ...network, access: 'internal' })).toEqual([]);
  const link = { network: 'n1', protocol: 'udp', port: 53 } as const;
  const [from, to] = [address('10.1.0.2'), address('10.1.0.3')];
  expect(shown([linkElement({ ...link, from, to })])).toEqual([
    'links 10.1.0.2 . 10.1.0.3 . udp . 53',
  ]);
});

test('an element that two need goes with the second', () => {
  const ledger = new ElementLedger();
  const [first, second] = [port, { ...port, hostPort: 8081 }].map((one) =>
    portElements(one, network),
  );
  expect(ledger.add(first ?? [])).toHaveLength(2);
  expect(shown(ledger.add(second ?? []))).toEqual(['ports-anywhere sctp . 8081 : 10.1.0.2 . 80']);
  expect(shown(ledger.remove(first ?? []))).toEqual(['ports-anywhere sctp . 8080 : 10.1.0.2 . 80']);
  expect(ledger.remove(second ?? [])).toHaveLength(2);
  expect(ledger.remove(second ?? [])).toEqual([]);
});

test('there are as many rules for a thousand ports as for none, and none is of BERTH-USER', () => {
  const elements = Array.from({ length: 1000 }, (_, i) =>
    portElements({ ...port, hostPort: i + 1 }, network),
  ).flat();
  const rules = (text: string): readonly string[] =>
    text.split('\n').filter((line) => !line.startsWith('add element'));
  const options = { directAccess: 'protected', unrouted: [] } as const;
  const many = rules(rulesetText([4, 6], { ...options, elements }));
  expect(many).toEqual(rules(rulesetText([4, 6], { ...options, elements: [] })));
  expect(many.filter((line) => line.includes('BERTH-USER'))).toEqual(
    ['ip', 'ip6'].flatMap((family) => [
      `add chain ${family} berth BERTH-USER`,
      `add rule ${family} berth forward jump BERTH-USER`,
    ]),
  );
  expect(removalText([4])).toBe('add table ip berth\ndelete table ip berth\n');
});

test('interfaces that the host does not forward between may still be bridges', () => {
  const text = rulesetText([6], {
    ...{ directAccess: 'protected', elements: [], unrouted: ['eth0', 'br0'] },
  });
  const list = '{ "eth0", "br0" }';
  expect(text.split('\n').filter((line) => line.includes('br0'))).toEqual([
    `add rule ip6 berth forward iifname ${list} oifname ${list} jump unrouted`,
    'add rule ip6 berth unrouted iifname "br0" oifname "br0" return',
  ]);
  expect(text).toContain('add rule ip6 berth unrouted drop\n');
});

test('elements are messages of nf_tables, in one transaction', () => {
  const [element] = portElements(port, network).slice(1);
  if (element === undefined) throw new Error('no element');
  const [begin, change, end] = elementRequests([element], 'add').map((request) =>
    encodeRequest(request).toString('hex'),
  );
  expect(begin).toBe('14000000' + '10000100' + '0000000000000000' + '0000000a');
  expect(end).toBe('14000000' + '11000100' + '0000000000000000' + '0000000a');
  expect(change).toBe(
    // struct nlmsghdr: NFT_MSG_NEWSETELEM of nf_tables; request, acknowledge, create. struct nfgenmsg: AF_INET.
    ['5c000000', '0c0a0504', '0000000000000000', '02000000']
      // The table and the map.
      .concat([
        '0a000100',
        '626572746800',
        '0000',
        '13000200',
        '706f7274732d616e79776865726500',
        '00',
      ])
      // The list, an element, its key: 132 and 8080.
      .concat(['28000300', '24000100', '10000100', '0c000100', '84000000', '1f900000'])
      // Its data: 10.1.0.2 and 80.
      .concat(['10000200', '0c000100', '0a010002', '00500000'])
      .join(''),
  );
});

test('a subnet is where it begins and what comes behind it', () => {
  const element: Element = { family: 4, set: 'masqueraded', key: network.subnets[0] ?? [] };
  const text = elementRequests([element], 'remove')
    .map((request) => encodeRequest(request).toString('hex'))
    .join('');
  expect(text).toContain('0a010000');
  // NFTA_SET_ELEM_FLAGS: NFT_SET_ELEM_INTERVAL_END.
  expect(text).toContain('0a010100' + '0800030000000001');
});
