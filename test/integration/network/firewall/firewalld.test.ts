import { afterAll, beforeAll, expect, test } from 'vitest';
import { runChecked } from '../../../../scripts/host/commands.ts';
import type { HostTools } from '../../../../runtime/network/firewall/host-tools.ts';
import { openFirewall } from '../../../../runtime/network/firewall/open-firewall.ts';
import { runProcess } from '../../../../runtime/host/run-process.ts';
import { privateNetwork, type PrivateNetwork } from '../../checks/private-network.ts';
import { TestNamespaces } from '../namespaces.ts';
import { Peers } from './peers.ts';
import { networks, published } from './town.ts';

type Place = 'web' | 'outside';

let host: PrivateNetwork;
let namespaces: TestNamespaces<Place>;
let peers: Peers<Place>;

beforeAll(async () => {
  [host, namespaces] = await Promise.all([privateNetwork(), TestNamespaces.make('web', 'outside')]);
  await must('dbus-daemon', '--system', '--fork', '--nopidfile');
  await startFirewalld();
  await must('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  await must('ip', 'link', 'add', 'br-a', 'type', 'bridge');
  await must('ip', 'link', 'add', 'br-b', 'type', 'bridge');
  connect('web', { port: 'port1', own: '10.1.0.2', gateway: '10.1.0.1' });
  connect('outside', { port: 'lan', own: '192.0.2.9', gateway: '192.0.2.1' });
  await must('ip', 'link', 'set', 'port1', 'master', 'br-a', 'up');
  await must('ip', 'address', 'add', '10.1.0.1/24', 'dev', 'br-a');
  await must('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'lan');
  for (const name of ['br-a', 'br-b', 'lan']) await must('ip', 'link', 'set', name, 'up');
  peers = await Peers.start(['web', 'outside'], (name) => namespaces.path(name));
});
afterAll(async () => {
  await peers.stop();
  await namespaces.close();
  await host.end();
});

function connect(
  name: Place,
  { port, own, gateway }: { readonly port: string; readonly own: string; readonly gateway: string },
): void {
  namespaces.execute(
    name,
    'sh',
    '-ec',
    `ip link add eth0 type veth peer name ${port} netns ${host.pid}
     ip address add ${own}/24 dev eth0; ip link set eth0 up; ip route add default via ${gateway}`,
  );
}

const must = (...argv: readonly [string, ...string[]]): Promise<string> =>
  runChecked(host.run, argv, { timeoutMs: 60_000 });

async function startFirewalld(): Promise<void> {
  await must('firewalld');
  await must('sh', '-c', 'until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done');
}

async function stopFirewalld(): Promise<void> {
  await must('sh', '-c', 'kill $(cat /run/firewalld.pid)');
  await must('sh', '-c', 'while firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done');
}

/** Of the host, with its D-Bus. */
const tools: HostTools = (program, args, input = '') => {
  const enter = ['--target', String(host.pid), '--net', '--mount', '--pid', '--'];
  const { env } = process;
  const all = [...enter, program, ...args];
  return runProcess({ program: 'nsenter', args: all, input, env, errors: 'collect' });
};

/** Who answers at the published port, and who thinks the other host that a container has asked. */
async function look(answer: 'expected' | 'unexpected'): Promise<readonly string[]> {
  return Promise.all([
    peers.ask('outside', 'tcp 192.0.2.1:8080', { answer }),
    peers.ask('web', 'tcp 192.0.2.9:80', { answer }),
  ]);
}

// firewalld is written in Python, as its command is.
test(
  'firewalld lets berth’s bridges through, after a reload too',
  { timeout: 240_000 },
  async () => {
    const before = await must('firewall-cmd', '--permanent', '--list-all-zones');
    const problems: unknown[] = [];
    const namespace = `/proc/${host.pid}/ns/net`;
    const { firewall } = await openFirewall({
      launcher: namespaces.launcher,
      namespace,
      tools,
      families: { 4: 'managed', 6: 'left-alone' },
      directAccess: 'protected',
      firewalld: 'asked',
      systemBus: `/proc/${host.pid}/root/run/dbus/system_bus_socket`,
      report: (problem) => problems.push(problem),
    });
    expect(await look('unexpected')).toEqual(['nobody', 'nobody']);
    const [first, second] = networks;
    const ports = [published('0.0.0.0', 8080, 'a1')];
    await firewall.restore({ networks: networks.slice(0, 1), ports, links: [] });
    const reached = ['web 192.0.2.9', 'outside 192.0.2.1'];
    expect(await look('expected')).toEqual(reached);
    if (first === undefined || second === undefined) throw new Error('no networks');
    await firewall.addNetwork(second);
    const bridges = (): Promise<string> =>
      must('firewall-cmd', '--zone=berth', '--list-interfaces');
    expect((await bridges()).trim().split(' ').toSorted()).toEqual(['br-a', 'br-b']);
    await must('firewall-cmd', '--reload');
    expect((await bridges()).trim().split(' ').toSorted()).toEqual(['br-a', 'br-b']);
    expect(await look('expected')).toEqual(reached);
    await firewall.removeNetwork(second.id);
    expect((await bridges()).trim()).toBe('br-a');
    // firewalld that knows nothing of berth, started while berth's networks are there.
    await stopFirewalld();
    await must('sh', '-c', 'rm -f /etc/firewalld/zones/berth* /etc/firewalld/policies/berth*');
    await startFirewalld();
    const zone =
      'until [ "$(firewall-cmd --zone=berth --list-interfaces 2>&1)" = br-a ]; do sleep 0.1; done';
    await must('sh', '-c', zone);
    expect(await look('expected')).toEqual(reached);
    expect(problems).toEqual([]);
    await firewall.remove();
    expect(await must('firewall-cmd', '--permanent', '--list-all-zones')).toBe(before);
    expect(await must('firewall-cmd', '--permanent', '--get-policies')).not.toContain('berth');
    expect(await look('unexpected')).toEqual(['nobody', 'nobody']);
  },
);
