import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  FirewallNetwork,
  PublishedPort,
} from '../../../../runtime/network/firewall/firewall.ts';
import { hostTools } from '../../../../runtime/network/firewall/host-tools.ts';
import { IptablesBackend } from '../../../../runtime/network/firewall/iptables/iptables-backend.ts';
import { ManagedFirewall } from '../../../../runtime/network/firewall/managed-firewall.ts';
import { address, prefix, TestNamespaces } from '../namespaces.ts';

const kinds = ['nft', 'legacy'] as const;
let namespaces: TestNamespaces<(typeof kinds)[number]>;
beforeAll(async () => {
  namespaces = await TestNamespaces.make(...kinds);
});
afterAll(() => namespaces.close());

/** Of IPv4 ports are translated; of IPv6 they are let through. */
const network = (number: number): FirewallNetwork => ({
  ...{ id: `n${number}`, bridge: `br-${number}`, access: 'open', interContainer: 'open' },
  subnets: [prefix(`10.${number}.0.0/24`), prefix(`fd0${number}::/64`)],
  gatewayModes: { 4: 'nat', 6: 'routed' },
  ...{ masquerade: 'on', hostAddresses: {}, trustedInterfaces: [] },
});

const port = (hostPort: number, at = '0.0.0.0'): PublishedPort => ({
  ...{ network: 'n1', protocol: 'tcp', hostAddress: address(at), hostPort },
  containerAddress: address(at === '::' ? 'fd01::2' : '10.1.0.2'),
  containerPort: hostPort,
});

describe.each(kinds)('changes of rules by iptables of %s', (kind) => {
  /** What was run since somebody looked. */
  let calls: string[] = [];
  let firewall: ManagedFirewall;
  const host = (line: string): string => namespaces.execute(kind, 'sh', '-c', line);
  const open = (): ManagedFirewall => {
    const inside = hostTools(namespaces.path(kind));
    const backend = new IptablesBackend({
      ...{ launcher: namespaces.launcher, namespace: namespaces.path(kind) },
      tools: (program, ...more) => {
        calls.push(program);
        return inside(program.replace('tables', `tables-${kind}`), ...more);
      },
      ...{ families: [4, 6], directAccess: 'protected' },
    });
    return new ManagedFirewall(backend);
  };
  const looked = (): readonly string[] => {
    const seen = calls;
    calls = [];
    return seen;
  };
  const rules = (): readonly string[] =>
    host(`iptables-${kind}-save; ip6tables-${kind}-save`)
      .split('\n')
      .filter((line) => /^[:-].*BERTH/.test(line))
      .map((line) => line.replace(/ \[.*\]$/, ''))
      .toSorted();
  /** What changed is as if somebody had made all of it who did not know what was there. */
  const expectWhole = async (...ports: readonly PublishedPort[]): Promise<void> => {
    const found = rules();
    await open().restore({ networks: [network(1)], ports, links: [] });
    expect(found).toEqual(rules());
    // The other one has changed rules: this one is to know that they are its own.
    await firewall.restore({ networks: [network(1)], ports, links: [] });
    looked();
  };

  beforeAll(async () => {
    for (const name of ['br-1', 'br-2']) host(`ip link add ${name} type bridge`);
    firewall = open();
    await firewall.restore({ networks: [network(1)], ports: [port(80)], links: [] });
    looked();
  });

  test('only what comes and goes is written, by one run for a protocol', async () => {
    await firewall.publish([port(81), port(80, '127.0.0.1'), port(9000)]);
    await firewall.publish([port(82, '::')]);
    await firewall.unpublish([port(80)]);
    expect(looked()).toEqual(['iptables-restore', 'ip6tables-restore', 'iptables-restore']);
    await expectWhole(port(81), port(80, '127.0.0.1'), port(9000), port(82, '::'));
    // A block of ports comes, and goes with its last one.
    await firewall.unpublish([port(9000), port(80, '127.0.0.1')]);
    await firewall.publish([port(20_000)]);
    expect(looked()).toEqual(['iptables-restore', 'iptables-restore']);
    expect(rules().join('\n')).not.toContain('9000');
    await expectWhole(port(81), port(82, '::'), port(20_000));
    await firewall.addNetwork(network(2));
    await firewall.removeNetwork('n2');
    expect(looked().filter((program) => program.endsWith('save'))).toEqual([]);
    await expectWhole(port(81), port(82, '::'), port(20_000));
  });

  test.each([
    'iptables -F BERTH-INTO',
    'ip6tables -F',
    'iptables -D FORWARD -j BERTH-FORWARD',
    'iptables -t nat -F BERTH-PUBLISH-tcp-64',
    'iptables -t nat -D BERTH-PUBLISH-tcp-64 1',
    'iptables -t nat -F; iptables -t nat -X; iptables -t raw -F',
  ])('rules come back with the next change: %s', async (line) => {
    const before = rules();
    host(line.replaceAll(/ip6?tables/g, `$&-${kind}`));
    expect(rules()).not.toEqual(before);
    await firewall.publish([port(83)]);
    await firewall.unpublish([port(83)]);
    expect(rules()).toEqual(before);
    expect(looked().filter((program) => program === 'iptables-save')).toHaveLength(1);
  });

  test('what a berthd has left that was killed goes with the start of the next one', async () => {
    await firewall.publish([port(30_000)]);
    await open().restore({ networks: [network(1)], ports: [port(81)], links: [] });
    expect(rules().join('\n')).not.toContain('30000');
    expect(rules().join('\n')).not.toContain('tcp-29952');
    await firewall.remove();
    expect(rules()).toEqual([]);
  });
});
