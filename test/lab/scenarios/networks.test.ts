import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { daemonPid, docker, engineAnswers } from '../berth-on-machine.ts';
import { bundleTo, installLine, loadBusybox } from '../bundle-on-machine.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';
import { layWire, networkState, outside, sctp, withPerl } from '../wire.ts';

const slowMs = 1_200_000;

/* Networks with a kernel that has what small ones lack: SCTP, ipvlan, macvlan, VLANs, dummy interfaces. */
describe('networks on a machine with the kernel of Debian', () => {
  let machine: LabMachine;
  let before: Readonly<Record<string, string>>;

  beforeAll(async () => {
    machine = await LabMachine.start({ stock: 'bare' });
    await bundleTo(machine);
    // Before and after are compared by what it says.
    await machine.must('apt-get install -y -qq --no-install-recommends nftables');
    // What it loads is there, and an administrator who is careful.
    await machine.must('nft list ruleset');
    await machine.must('echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects');
    await layWire(machine);
    before = await networkState(machine);
    await machine.must(`${installLine} --yes`);
    await loadBusybox(machine, docker);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  /** Runs lines of a shell, the first failing one ends it; `docker`, `outside` and `ask` are there. Gives what they print. */
  const lines = async (script: string): Promise<readonly string[]> => {
    const words = [
      `docker() { command ${docker} "$@"; }`,
      `outside() { ${outside} "$@"; }`,
      `ask() { ${sctp} ask "$@"; }`,
      `box() { docker run --rm ${withPerl} "$@"; }`,
      `serve() { docker run -d ${withPerl} "$@" >/dev/null; }`,
      `image=${busyboxImage}`,
    ];
    const text = await machine.must(['set -e', ...words, script].join('\n'));
    return text.split('\n');
  };
  const link = (name: string) => `ip -br link show ${name} 2>/dev/null | wc -l`;

  test(
    'ports of SCTP are published: from outside, the host, other containers, in ranges and any',
    async () => {
      await lines(`
        docker network create --ipv6 --subnet 172.30.0.0/24 --subnet fd00:7::/64 six >/dev/null
        serve --name s4 --network six --ip 172.30.0.4 -p 5000:5000/sctp -p 127.0.0.1:5001:5000/sctp \\
          -p 5000/sctp -p 5100-5102:4999-5001/sctp --restart always $image ${sctp} serve 0.0.0.0 5000
        serve --name s6 --network six -p 5006:5000/sctp $image ${sctp} serve :: 5000
        until docker logs s4 | grep -q listening && docker logs s6 | grep -q listening; do sleep 0.2; done`);
      const [any = ''] = await lines(
        `docker port s4 5000/sctp | sed -n 's/^0.0.0.0:\\(3[0-9]*\\)$/\\1/p'`,
      );
      expect(
        await lines(`
          outside ${sctp} ask 192.0.2.1 5000
          outside ${sctp} ask fd00:2::1 5006
          outside ${sctp} ask 192.0.2.1 5101
          outside ${sctp} ask 192.0.2.1 ${any}
          outside ${sctp} ask 192.0.2.1 5001
          ask 127.0.0.1 5000
          ask 127.0.0.1 5001
          ask 192.0.2.1 5000
          ask fd00:2::1 5006
          box $image ${sctp} ask 192.0.2.1 5000
          docker exec s4 ${sctp} ask 192.0.2.1 5000
          docker exec s6 ${sctp} ask fd00:2::1 5006
          docker exec s6 ${sctp} ask 172.30.0.4 5000 | grep -c 172.30.0`),
      ).toEqual([
        ...['192.0.2.2', 'fd00:2::2', '192.0.2.2', '192.0.2.2', 'Connection refused'],
        ...['172.30.0.1', '172.30.0.1', '192.0.2.1', 'fd00:2::1'],
        ...['172.30.0.1', '172.30.0.1', 'fd00:7::1', '1'],
      ]);
      const taken = await machine.run(`${docker} run --rm -p 5000:1/sctp ${busyboxImage} true`);
      expect(taken.stderr).toContain('Bind for 0.0.0.0:5000 failed: port is already allocated');
      expect(await lines(`docker run --rm -p 5000:1/tcp $image echo other protocol`)).toEqual([
        'other protocol',
      ]);
    },
    slowMs,
  );

  /** Two containers in a network: the default route, who answers, and which interfaces the host had meanwhile. */
  const pair = async (options: string, ...peers: readonly string[]): Promise<readonly string[]> => {
    const ping = (to: string) =>
      `docker exec one busybox ping -c 1 -W 5 ${to} | grep -q ' 0%' && echo reached || echo no answer`;
    const seen = await lines(`
      docker network create ${options} pair >/dev/null
      docker run -d --name one --network pair $image sleep 1000 >/dev/null
      docker run -d --name two --network pair $image sleep 1000 >/dev/null
      docker exec one busybox ip route | sed -n 's/ *$//; /^default/p'
      ${['two', ...peers].map(ping).join('\n')}
      ip -br link | sed -n 's/^\\(d[im]-\\|wire0\\.[0-9]*\\).*/\\1/p'
      docker rm -f one two >/dev/null
      docker network rm pair >/dev/null
      ip -br link | sed -n 's/^\\(d[im]-\\|wire0\\.[0-9]*\\).*/left: \\1/p'`);
    return seen;
  };
  const at = (driver: string, parent: string, mode: string) =>
    `-d ${driver} -o parent=${parent} -o ${driver}_mode=${mode}`;

  test.for([
    [`${at('ipvlan', 'wire0', 'l2')} --subnet 10.9.0.0/24 --gateway 10.9.0.254`, 'l2'],
    [`${at('ipvlan', 'wire0.50', 'l2')} --subnet 10.50.0.0/24`, 'vlan'],
    [`${at('ipvlan', 'wire0', 'l3')} --subnet 10.60.0.0/24`, 'l3'],
    [`${at('ipvlan', 'wire0', 'l3s')} --subnet 10.60.0.0/24`, 'l3'],
    ['-d ipvlan', 'di-'],
    ['-d ipvlan -o ipvlan_mode=l3', 'di-'],
    [`-d ipvlan -o parent=wire0.50 --internal --subnet 10.50.0.0/24 --gateway 10.50.0.1`, 'closed'],
    [`${at('macvlan', 'wire0', 'bridge')} --subnet 10.9.0.0/24 --gateway 10.9.0.254`, 'l2'],
    [`${at('macvlan', 'wire0.50', 'bridge')} --subnet 10.50.0.0/24`, 'vlan'],
    [`${at('macvlan', 'wire0.50', 'private')} --subnet 10.50.0.0/24`, 'private'],
    ['-d macvlan', 'dm-'],
    [
      `-d macvlan -o parent=wire0.50 --internal --subnet 10.50.0.0/24 --gateway 10.50.0.1`,
      'closed',
    ],
  ] as const)('containers reach each other by name, and the wire: %s', async ([options, kind]) => {
    const beyond = '192.0.2.2';
    const [reached, not] = ['reached', 'no answer'];
    const seen = {
      l2: ['default via 10.9.0.254 dev eth0', reached, reached],
      vlan: ['default via 10.50.0.1 dev eth0', reached, reached, 'wire0.50'],
      l3: ['default dev eth0 scope link', reached, reached],
      private: ['default via 10.50.0.1 dev eth0', not, reached, 'wire0.50'],
      closed: [reached, not, 'wire0.50'],
      'di-': [reached, not, 'di-'],
      'dm-': [reached, not, 'dm-'],
    } as const;
    expect(await pair(options, beyond)).toEqual(seen[kind]);
  });

  test(
    'passthru has its parent alone; an address can be chosen; an administrator’s VLAN stays',
    async () => {
      await machine.must('ip link add link wire0 name wire0.60 type vlan id 60');
      const create = `${docker} network create -d macvlan --subnet`;
      const seen = await lines(`
        docker network create -o parent=wire0.50 -o macvlan_mode=passthru -d macvlan --subnet 10.50.0.0/24 alone >/dev/null
        docker run -d --name one --network alone --ip 10.50.0.77 $image sleep 1000 >/dev/null
        docker exec one busybox ip -o -4 address show eth0 | sed 's/.*inet \\([^ ]*\\).*/\\1/'
        docker exec one busybox ping -c 1 -W 5 10.50.0.1 | grep -c ' 0%'
        docker network create -d macvlan -o parent=wire0.60 --subnet 10.61.0.0/24 sixty >/dev/null
        docker network rm sixty`);
      expect(seen).toEqual(['10.50.0.77/24', '1', 'sixty']);
      const other = await machine.run(`${create} 10.51.0.0/24 -o parent=wire0.50 other`);
      expect(other.stderr).toContain('is already using parent interface wire0.50 in mode passthru');
      const used = await machine.run(`${docker} network rm alone`);
      expect(used.stderr).toContain('has active endpoints');
      expect(
        await lines(`
          docker rm -f one
          docker network rm alone
          ${link('wire0.50')}
          ${link('wire0.60')}
          ip link del wire0.60`),
      ).toEqual(['one', 'alone', '0', '1']);
    },
    slowMs,
  );

  const answers = () =>
    lines(`
      until docker logs s4 2>/dev/null | grep -q listening; do sleep 0.5; done
      outside ${sctp} ask 192.0.2.1 5000
      ask 127.0.0.1 5001
      docker exec kept busybox ping -c 1 -W 5 10.50.0.1 | grep -c ' 0%'
      docker exec kept busybox ping -c 1 -W 5 also | grep -c ' 0%'`);
  const reached = ['192.0.2.2', '172.30.0.1', '1', '1'];

  test(
    'what runs is reached while berthd is killed and after it, and ports are taken and given back',
    async () => {
      await lines(`
        docker network create -d macvlan -o parent=wire0.50 --subnet 10.50.0.0/24 kept >/dev/null
        for name in kept also; do
          docker run -d --restart always --name $name --network kept $image sleep 100000 >/dev/null
        done`);
      const pid = await daemonPid(machine);
      expect(
        await lines(`kill -KILL ${pid}; outside ${sctp} ask 192.0.2.1 5000; ask 127.0.0.1 5001`),
      ).toEqual(['192.0.2.2', '172.30.0.1']);
      await engineAnswers(machine);
      expect(await answers()).toEqual(reached);
      expect(
        await lines(`
          serve --name late -p 5200:5000/sctp $image ${sctp} serve 0.0.0.0 5000
          until docker logs late | grep -q listening; do sleep 0.2; done
          outside ${sctp} ask 192.0.2.1 5200
          docker rm -f late
          outside ${sctp} ask 192.0.2.1 5200`),
      ).toEqual(['192.0.2.2', 'late', 'Connection refused']);
    },
    slowMs,
  );

  test(
    'after a reboot networks, containers and their ports are there again',
    async () => {
      await machine.reboot();
      await machine.must('echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects');
      await layWire(machine);
      await engineAnswers(machine);
      // The wire, which is the parent of a network, came after berthd.
      await lines('docker start kept also');
      expect(await answers()).toEqual(reached);
    },
    slowMs,
  );

  test(
    'down leaves the networks of the machine as they were, also when berthd had to switch forwarding on',
    async () => {
      const switchedOn = await lines(`
        cd /proc/sys/net
        echo 0 >ipv4/ip_forward
        echo 0 >ipv6/conf/all/forwarding
        echo 0 >ipv4/conf/all/accept_redirects
        docker network create --internal inner >/dev/null
        docker network create -d ipvlan nowhere >/dev/null
        docker network create --ipv6 -o com.docker.network.bridge.enable_icc=false apart >/dev/null
        for name in inner nowhere apart; do
          docker run -d --name in-$name --network $name -p 80 $image sleep 1000 >/dev/null
        done
        cat ipv4/ip_forward ipv6/conf/all/forwarding
        nft list chain ip berth forward | grep -c unrouted`);
      expect(switchedOn).toEqual(['1', '1', '1']);
      await machine.must(`kill -KILL ${await daemonPid(machine)}`);
      await engineAnswers(machine);
      await machine.must('berth down --purge --yes --keep-packages');
      expect(await networkState(machine)).toEqual(before);
    },
    slowMs,
  );
});
