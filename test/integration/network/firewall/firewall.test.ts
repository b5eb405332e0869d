import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Unrouted } from '../../../../runtime/network/firewall/family-rules.ts';
import { hostFirewall } from '../../../../runtime/network/firewall/host-firewall.ts';
import { hostTools, type HostTools } from '../../../../runtime/network/firewall/host-tools.ts';
import {
  networkElements,
  portElements,
} from '../../../../runtime/network/firewall/nft/rule-elements.ts';
import { rulesetText } from '../../../../runtime/network/firewall/nft/ruleset.ts';
import {
  openFirewall,
  type OpenedFirewall,
} from '../../../../runtime/network/firewall/open-firewall.ts';
import { address } from '../namespaces.ts';
import { networks, published, Town } from './town.ts';

let town: Town;
let before: string;

beforeAll(async () => {
  town = await Town.build();
  // Somebody else has rules, in tables of nft and in all chains of iptables that berth calls its own from.
  town.host('nft add table inet theirs');
  for (const [table, chain] of Object.entries(theirs)) {
    for (const tool of ['iptables', 'ip6tables']) {
      town.host(`${tool} -t ${table} -N THEIRS`);
      for (const from of chain) town.host(`${tool} -t ${table} -A ${from} -j THEIRS`);
    }
  }
  before = town.host('nft --stateless list ruleset');
});
afterAll(() => town.close());

const theirs = {
  filter: ['FORWARD'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING'],
};

const ports = [
  published('0.0.0.0', 8080, 'a1'),
  published('0.0.0.0', 8080, 'a1', 'udp'),
  published('::', 8080, 'a1'),
  published('127.0.0.1', 8081, 'a1'),
  published('192.0.2.1', 8082, 'b1'),
  published('0.0.0.0', 8083, 'c2'),
  published('0.0.0.0', 0, 'r1'),
  published('::', 0, 'r1'),
  published('0.0.0.0', 8086, 'u1'),
  published('0.0.0.0', 8084, 'i1'),
];
const all = { networks, ports, links: [] };

async function see(expected: Parameters<Town['look']>[0]): Promise<void> {
  expect(await town.look(expected)).toEqual(expected);
}

/** As if nft(8) were not installed. */
const withoutNft =
  (tools: HostTools): HostTools =>
  (program, ...more) =>
    program === 'nft' ? Promise.resolve({ exitCode: 'missing' }) : tools(program, ...more);

/** Whether what goes from port to port of any bridge passes the rules of ip and ip6, besides those that a firewall asks it of. */
const bridgeFilter = { nft: 0, iptables: 1 };

describe.each(['nft', 'iptables'] as const)('rules made by %s', (wanted) => {
  let firewall: OpenedFirewall['firewall'];
  const nothing: Unrouted = { 4: [], 6: [] };
  let unrouted = nothing;
  beforeAll(async () => {
    for (const name of ['iptables', 'ip6tables']) {
      town.host(`echo ${bridgeFilter[wanted]} > /proc/sys/net/bridge/bridge-nf-call-${name}`);
    }
    const namespace = town.namespaces.path('host');
    const tools = hostTools(namespace);
    const opened = await openFirewall({
      launcher: town.namespaces.launcher,
      namespace,
      families: { 4: 'managed', 6: 'managed' },
      directAccess: 'protected',
      firewalld: 'left-alone',
      unrouted: () => unrouted,
      tools: wanted === 'nft' ? tools : withoutNft(tools),
    });
    expect(opened.tool).toBe(wanted);
    ({ firewall } = opened);
    await firewall.restore(all);
  });

  afterAll(async () => {
    await firewall.remove();
    // Everybody else's rules are as they were.
    expect(town.host('nft --stateless list ruleset')).toBe(before);
  });

  test('published ports are reached from everywhere, and from outside as who one is', async () => {
    await see([
      ['outside', 'tcp 192.0.2.1:8080', 'a1 192.0.2.9'],
      ['outside', 'udp 192.0.2.1:8080', 'a1 192.0.2.9'],
      ['outside', 'tcp [2001:db8::1]:8080', 'a1 2001:db8::9'],
      // The host itself: by 127.0.0.1, and by its own addresses.
      ['host', 'tcp 127.0.0.1:8080', 'a1 10.1.0.1'],
      ['host', 'udp 127.0.0.1:8080', 'a1 10.1.0.1'],
      ['host', 'tcp 127.0.0.1:8081', 'a1 10.1.0.1'],
      ['host', 'tcp 192.0.2.1:8080', 'a1 192.0.2.1'],
      ['host', 'tcp [2001:db8::1]:8080', 'a1 2001:db8::1'],
      // The container itself, its neighbours, and those of other networks.
      ['a1', 'tcp 192.0.2.1:8080', 'a1 10.1.0.1'],
      ['a1', 'tcp [fd01::1]:8080', 'a1 fd01::1'],
      ['a2', 'tcp 192.0.2.1:8080', 'a1 10.1.0.1'],
      ['a2', 'udp 10.1.0.1:8080', 'a1 10.1.0.1'],
      ['c1', 'tcp 192.0.2.1:8080', 'a1 10.1.0.1'],
      ['c1', 'tcp 192.0.2.1:8083', 'c2 10.3.0.1'],
      ['b1', 'tcp 192.0.2.1:8080', 'a1 192.0.2.2'],
      // At one address of the host, and at no other.
      ['outside', 'tcp 192.0.2.1:8082', 'b1 192.0.2.9'],
      ['outside', 'tcp 192.0.2.2:8082', 'nobody'],
      ['outside', 'tcp 192.0.2.1:8081', 'nobody'],
    ]);
  });

  test('between interfaces of the host nothing is forwarded where only berth needs it', async () => {
    const between = async (who: 'nobody' | 'outside'): Promise<void> =>
      see([
        ['trusted', 'tcp 192.0.2.9:81', who === 'nobody' ? who : 'outside 198.51.100.9'],
        ['trusted', 'tcp [2001:db8::9]:81', who === 'nobody' ? who : 'outside 2001:db8:1::9'],
      ]);
    await between('outside');
    const names = ['outside0', 'trusted0', 'not there'];
    unrouted = { 4: names, 6: names };
    await firewall.makeAnew();
    await between('nobody');
    await see([
      ['trusted', 'tcp 192.0.2.1:8080', 'a1 198.51.100.9'],
      ['a1', 'tcp 192.0.2.9:81', 'outside 192.0.2.1'],
      ['a1', 'tcp [2001:db8::9]:81', 'outside 2001:db8::1'],
      ['trusted', 'tcp 10.1.0.2:80', 'a1 198.51.100.9'],
    ]);
    unrouted = nothing;
    await firewall.makeAnew();
    await between('outside');
  });

  test('what is not published is reached by nobody but its network and the host', async () => {
    await see([
      ['a2', 'tcp 10.1.0.2:81', 'a1 10.1.0.3'],
      ['host', 'tcp 10.1.0.2:81', 'a1 10.1.0.1'],
      // Who routes packets to a container's own address, also for a port that is published.
      ['outside', 'tcp 10.1.0.2:80', 'nobody'],
      ['outside', 'udp 10.1.0.2:80', 'nobody'],
      ['outside', 'tcp 10.1.0.2:81', 'nobody'],
      ['outside', 'tcp [fd01::2]:80', 'nobody'],
      ['b1', 'tcp 10.1.0.2:80', 'nobody'],
      ['b1', 'tcp [fd01::2]:81', 'nobody'],
      ['trusted', 'tcp 10.1.0.2:80', 'a1 198.51.100.9'],
      ['trusted', 'tcp 10.1.0.2:81', 'nobody'],
      ['trusted', 'tcp 10.2.0.2:80', 'nobody'],
      // A host that sends packets for 127.0.0.1, to one that takes them: what is published there is not for it.
      ['outside', 'tcp 127.0.0.1:8080', 'a1 192.0.2.9'],
      ['outside', 'tcp 127.0.0.1:8081', 'nobody'],
      ['b1', 'tcp 127.0.0.1:81', 'nobody'],
      ['b1', 'tcp 10.2.0.1:81', 'host 10.2.0.2'],
    ]);
  });

  test('what leaves has an address of the host, or its own', async () => {
    await see([
      ['a1', 'tcp 192.0.2.9:80', 'outside 192.0.2.1'],
      ['a1', 'udp 198.51.100.9:80', 'trusted 198.51.100.1'],
      ['a1', 'tcp [2001:db8::9]:80', 'outside 2001:db8::1'],
      ['b1', 'tcp 192.0.2.9:80', 'outside 192.0.2.2'],
      ['c1', 'tcp 192.0.2.9:80', 'outside 192.0.2.1'],
      ['r1', 'tcp 192.0.2.9:80', 'outside 10.5.0.2'],
      ['u1', 'tcp 192.0.2.9:80', 'outside 10.6.0.2'],
    ]);
  });

  test('an internal network is one with the host only', async () => {
    await see([
      ['i1', 'tcp 10.4.0.3:81', 'i2 10.4.0.2'],
      ['i1', 'tcp 10.4.0.1:81', 'host 10.4.0.2'],
      ['host', 'tcp [fd04::2]:81', 'i1 fd04::1'],
      ['i1', 'tcp 192.0.2.9:80', 'nobody'],
      ['i1', 'tcp [2001:db8::9]:80', 'nobody'],
      ['i1', 'tcp 10.1.0.2:80', 'nobody'],
      ['i1', 'tcp 192.0.2.1:8080', 'nobody'],
      ['outside', 'tcp 10.4.0.2:80', 'nobody'],
      ['outside', 'tcp 192.0.2.1:8084', 'nobody'],
      ['a1', 'tcp 10.4.0.2:80', 'nobody'],
    ]);
  });

  test('gateway modes: routed is reached at published ports, unprotected at all', async () => {
    await see([
      ['outside', 'tcp 10.5.0.2:80', 'r1 192.0.2.9'],
      ['outside', 'tcp [fd05::2]:80', 'r1 2001:db8::9'],
      ['a1', 'tcp 10.5.0.2:80', 'r1 10.1.0.2'],
      ['outside', 'tcp 10.5.0.2:81', 'nobody'],
      ['outside', 'tcp 10.6.0.2:81', 'u1 192.0.2.9'],
      ['outside', 'tcp 192.0.2.1:8086', 'u1 192.0.2.9'],
      ['outside', 'tcp [fd06::2]:81', 'nobody'],
    ]);
    const ping = (to: string): string =>
      town.namespaces.execute('outside', 'busybox', 'ping', '-c', '1', '-W', '1', to);
    expect(ping('10.5.0.2')).toContain('1 packets received');
    expect(ping('fd05::2')).toContain('1 packets received');
    expect(() => ping('10.1.0.2')).toThrow();
  });

  test('containers that are not to reach each other do by links', async () => {
    const link = {
      network: 'c',
      from: address('10.3.0.2'),
      to: address('10.3.0.3'),
      protocol: 'tcp',
      port: 80,
    } as const;
    await see([
      ['c1', 'tcp 10.3.0.3:80', 'nobody'],
      ['c1', 'udp [fd03::3]:80', 'nobody'],
    ]);
    await firewall.link([link]);
    await see([
      ['c1', 'tcp 10.3.0.3:80', 'c2 10.3.0.2'],
      ['c1', 'tcp 10.3.0.3:81', 'nobody'],
      ['c2', 'tcp 10.3.0.2:80', 'nobody'],
    ]);
    await firewall.unlink([link]);
    await see([['c1', 'tcp 10.3.0.3:80', 'nobody']]);
  });

  test('ports, networks and connections come and go, each for itself', async () => {
    const more = [published('0.0.0.0', 9000, 'a2'), published('0.0.0.0', 9001, 'a2')];
    await firewall.publish(more);
    expect(await town.again('outside', 'tcp 192.0.2.1:9000', 'kept')).toBe('a2 192.0.2.9');
    await firewall.unpublish(more.slice(0, 1));
    await see([
      ['outside', 'tcp 192.0.2.1:9000', 'nobody'],
      // The same port of the container.
      ['outside', 'tcp 192.0.2.1:9001', 'a2 192.0.2.9'],
      ['trusted', 'tcp 10.1.0.3:80', 'a2 198.51.100.9'],
    ]);
    const taken = published('0.0.0.0', 9001, 'b1');
    await expect(firewall.publish([published('0.0.0.0', 9002, 'b1'), taken])).rejects.toMatchObject(
      {
        code: 'FIREWALL_PORT_INVALID',
      },
    );
    await firewall.restore(all);
    expect(await town.again('outside', 'tcp 192.0.2.1:9000', 'kept')).toBe('a2 192.0.2.9');
    await firewall.removeNetwork('b');
    await see([
      ['trusted', 'tcp 10.1.0.3:80', 'nobody'],
      ['outside', 'tcp 192.0.2.1:9001', 'nobody'],
      ['outside', 'tcp 192.0.2.1:9002', 'nobody'],
      ['outside', 'tcp 192.0.2.1:8082', 'nobody'],
      ['outside', 'tcp 192.0.2.1:8080', 'a1 192.0.2.9'],
    ]);
    await firewall.restore(all);
    await see([['outside', 'tcp 192.0.2.1:8082', 'b1 192.0.2.9']]);
  });

  test('an administrator’s rules come first and stay; berth’s come back when somebody removes them', async () => {
    const add = {
      nft: 'nft add rule ip berth BERTH-USER ip saddr 192.0.2.9 tcp dport 80 drop',
      iptables: 'iptables -A BERTH-USER -s 192.0.2.9 -p tcp --dport 80 -j DROP',
    };
    town.host(add[wanted]);
    await firewall.restore(all);
    await see([
      ['outside', 'tcp 192.0.2.1:8080', 'nobody'],
      ['outside', 'udp 192.0.2.1:8080', 'a1 192.0.2.9'],
    ]);
    const remove = {
      nft: 'nft delete table ip berth',
      iptables:
        'iptables -D FORWARD -j BERTH-FORWARD; iptables -F BERTH-USER; iptables -t nat -F BERTH-PUBLISH',
    };
    town.host(remove[wanted]);
    await firewall.publish([published('0.0.0.0', 9003, 'a2')]);
    await see([
      ['outside', 'tcp 192.0.2.1:8080', 'a1 192.0.2.9'],
      ['outside', 'tcp 192.0.2.1:9003', 'a2 192.0.2.9'],
    ]);
  });

  test('where other rules drop what nobody accepts, berth’s packets pass and no others', async () => {
    // With nft there may be two tables of iptables.
    const tools = wanted === 'nft' ? ['iptables', 'iptables-legacy'] : ['iptables'];
    for (const tool of tools) town.host(`${tool} -P FORWARD DROP`);
    town.host('iptables -A THEIRS -s 198.51.100.9 -p tcp -j DROP');
    await firewall.restore(all);
    await see([
      ['outside', 'tcp 192.0.2.1:8080', 'a1 192.0.2.9'],
      ['a1', 'tcp 192.0.2.9:80', 'outside 192.0.2.1'],
      ['outside', 'tcp 10.1.0.2:80', 'nobody'],
      ['outside', 'tcp 198.51.100.9:80', 'nobody'],
      // What somebody has forbidden stays so where berth's rules are apart.
      ['trusted', 'tcp 192.0.2.1:8080', wanted === 'nft' ? 'nobody' : 'a1 198.51.100.9'],
    ]);
    town.host('iptables -F THEIRS');
    for (const tool of tools) town.host(`${tool} -P FORWARD ACCEPT`);
    await firewall.restore(all);
    expect(town.host('iptables-legacy-save')).not.toContain('BERTH');
    await see([['outside', 'tcp 198.51.100.9:80', 'trusted 192.0.2.9']]);
  });
});

test('what is taken back while the firewall is still being opened is not there afterwards', async () => {
  const firewall = hostFirewall({
    launcher: town.namespaces.launcher,
    namespace: town.namespaces.path('host'),
    families: { 4: 'managed', 6: 'managed' },
    directAccess: 'protected',
    firewalld: 'left-alone',
    forwarding: {
      ...{ ipForward: 'left-alone', notice: () => undefined },
      // It is removed in the end.
      file: join(dirname(town.namespaces.path('host')), 'forwarding'),
      runner: town.namespaces.launcher,
    },
    othersForwarding: 'left-alone',
  });
  const restored = firewall.restore(all);
  await firewall.unpublish(ports.filter(({ hostPort }) => hostPort === 8081));
  await restored;
  const rules = town.host('nft --stateless list ruleset');
  await firewall.remove();
  expect(rules).toContain('8082');
  expect(rules).not.toContain('8081');
});

test('a host without /etc/protocols takes the rules too', () => {
  const elements = networks.flatMap((network) => networkElements(network, 4));
  const port = { ...published('0.0.0.0', 8080, 'a1'), protocol: 'sctp' } as const;
  const [a] = networks;
  const text = rulesetText([4, 6], {
    ...{ elements: [...elements, ...(a === undefined ? [] : portElements(port, a))] },
    ...{ directAccess: 'protected', unrouted: ['outside0', 'trusted0'] },
  });
  const hidden = '[ ! -e /etc/protocols ] || mount --bind /dev/null /etc/protocols';
  const script = `${hidden}; printf %s "$1" | nft --check -f -`;
  town.namespaces.execute('host', 'unshare', '--mount', 'sh', '-ec', script, 'sh', text);
});
