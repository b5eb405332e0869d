import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiClient } from '../../../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../../../runtime/cli/client/endpoint.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

test('what the host has of networks can be taken back, and is made again', async () => {
  const daemon = await NetworkedDaemon.start();
  try {
    const client = new ApiClient(parseEndpoint(`unix://${daemon.berthd.socket}`));
    const withdraw = (): Promise<string> =>
      client.text({ method: 'POST', path: '/berth/networks/withdraw' });
    const noted = (): readonly string[] => readdirSync(join(daemon.berthd.root, 'run/networks'));
    await withdraw();
    expect(noted()).toEqual([]);
    await daemon.docker('network', 'create', 'mine');
    await daemon.docker('run', '-d', '--name', 'web', '-p', '8080:80', 'bb', 'sleep', '1000');
    expect(noted()).toContain('on-host');
    await expect(withdraw()).rejects.toThrow('1 containers run in networks');
    await daemon.docker('stop', '-t', '0', 'web');
    await withdraw();
    expect(daemon.links('host').toSorted()).toEqual(['lo', 'wan0']);
    expect(await daemon.rules()).toBe('');
    expect(noted()).toEqual([]);
    await daemon.docker('start', 'web');
    await daemon.docker('run', '--rm', '--network', 'mine', 'bb', 'true');
    expect(daemon.links('host')).toContain('berth0');
  } finally {
    await daemon.stop();
  }
});

test('forwarding that berthd has switched on is put back with all that follows it, unless others came', async () => {
  const daemon = await NetworkedDaemon.start();
  try {
    const client = new ApiClient(parseEndpoint(`unix://${daemon.berthd.socket}`));
    const withdraw = (): Promise<string> =>
      client.text({ method: 'POST', path: '/berth/networks/withdraw' });
    const host = async (script: string): Promise<string> => {
      const { status, stdout, stderr } = await daemon.run('host', 'sh', '-ec', script);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout;
    };
    const settings = (): Promise<string> =>
      host('cd /proc/sys/net; grep -r . ipv4/ip_forward ipv4/conf ipv6/conf 2>&1 | sort');
    // An administrator's: one interface forwards, and redirects are nobody's business.
    await host('ip link add two0 type veth peer name two1; ip link set two0 up');
    await host('cd /proc/sys/net/ipv4/conf; echo 1 >wan0/forwarding; echo 0 >all/accept_redirects');
    await host('echo 1 >/proc/sys/net/ipv6/conf/two1/forwarding');
    const before = await settings();
    const use = async (): Promise<void> => {
      await daemon.docker('network', 'create', '--ipv6', '--subnet', 'fd00:5::/64', 'six');
      await daemon.docker('run', '--rm', '--network', 'six', 'bb', 'true');
    };
    /** Interfaces between which nothing is forwarded, of IPv4 and IPv6. */
    const unrouted = async (): Promise<readonly string[]> =>
      [...(await daemon.rules()).matchAll(/iifname \{ (.*) \} oifname .* jump unrouted/g)].map(
        ([, names = '']) => names.split(', ').toSorted().join(' '),
      );
    const theirs = '"two0" "two1" "wan0"';
    await use();
    expect(await settings()).toContain('ipv6/conf/all/forwarding:1');
    expect(await unrouted()).toEqual([theirs, theirs]);
    const again = async (): Promise<readonly string[]> => {
      await daemon.restart('SIGKILL');
      await daemon.docker('run', '--rm', '--network', 'six', 'bb', 'true');
      return unrouted();
    };
    daemon.berthd.write({ bridge: undefined, 'ip-forward-no-drop': true });
    expect(await again()).toEqual([]);
    daemon.berthd.write({ bridge: undefined });
    expect(await again()).toEqual([theirs, theirs]);
    await withdraw();
    expect(await settings()).toBe(before);
    await daemon.docker('network', 'rm', 'six');

    await use();
    await host('ip link add other0 type bridge; ip link set other0 up');
    await withdraw();
    expect(await host('cat /proc/sys/net/ipv4/ip_forward')).toBe('1\n');
    const said = daemon.berthd.log.filter(({ msg }) => String(msg).includes('stays on'));
    expect(said.map(({ interfaces }) => interfaces)).toEqual([['other0'], ['other0']]);
  } finally {
    await daemon.run('host', 'sh', '-c', 'ip link del other0; ip link del two0');
    await daemon.stop();
  }
});
