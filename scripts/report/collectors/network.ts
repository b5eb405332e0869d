import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { exists, removeFile } from '../../../runtime/host/files.ts';
import type { Collector, CollectorContext } from '../collector.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** Files that say how names are looked up and who is known by name. */
const files = [
  '/etc/resolv.conf',
  '/run/systemd/resolve/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/hostname',
  '/proc/net/dev',
  '/proc/sys/net/netfilter/nf_conntrack_count',
  '/proc/sys/net/netfilter/nf_conntrack_max',
];

/** Addresses, routes, the firewall's rules, sockets, names. */
export const networkCollector: Collector = {
  id: 'network',
  title: m.titleNetwork,
  holds: 'facts',
  timeoutMs: 40_000,
  async collect(context, evidence) {
    const { host, signal } = context;
    for (const path of files) await evidence.file(host, path);
    await addresses(context, evidence);
    await firewall(context, evidence);
    const listed = await evidence.command('sockets.txt', ['ss', '-tulpen'], {
      signal,
      trouble: 'ignore',
    });
    if (listed === 'failed') {
      for (const name of ['tcp', 'tcp6', 'udp', 'udp6'])
        await evidence.file(host, `/proc/net/${name}`);
    }
    await evidence.file(host, '/proc/net/unix', { limitBytes: 262_144 });
  },
};

async function addresses({ host, signal }: CollectorContext, evidence: Evidence): Promise<void> {
  const by = { signal };
  const told = await evidence.command('addresses.txt', ['ip', '-details', 'address'], by);
  if (told === 'failed') {
    // What iproute2 would have said, as far as the kernel writes it down itself.
    for (const name of ['fib_trie', 'route', 'ipv6_route', 'if_inet6']) {
      await evidence.file(host, `/proc/net/${name}`);
    }
    return;
  }
  await evidence.command('routes.txt', ['ip', 'route', 'show', 'table', 'all'], by);
  await evidence.command('rules.txt', ['ip', 'rule'], by);
  await evidence.command('neighbours.txt', ['ip', 'neighbour'], by);
  await evidence.command('bridges.txt', ['bridge', 'link'], { signal, trouble: 'ignore' });
}

async function firewall({ host, signal }: CollectorContext, evidence: Evidence): Promise<void> {
  const quiet = { signal, trouble: 'ignore' } as const;
  await evidence.command('nft.txt', ['nft', 'list', 'ruleset'], { signal });
  await evidence.command('iptables.txt', ['iptables-save'], quiet);
  await evidence.command('ip6tables.txt', ['ip6tables-save'], quiet);
  await evidence.command('firewalld.txt', ['firewall-cmd', '--list-all-zones'], quiet);
  // ufw(8) leaves its lock behind, also when it only reads.
  const lock = host.path('/run/ufw.lock');
  const wasThere = await exists(lock);
  await evidence.command('ufw.txt', ['ufw', 'status', 'verbose'], quiet);
  if (!wasThere) await removeFile(lock);
}
