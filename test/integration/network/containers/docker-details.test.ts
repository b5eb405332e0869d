import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon } from '../networked-daemon.ts';

// What Docker's own integration tests and docker-py's look at (moby 28.5.2, docker-py 5.0.3), and berth had otherwise.
let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
});
afterAll(() => daemon.stop());

/** Asks the API itself; gives status and JSON. */
async function api(method: string, path: string, body?: object): Promise<[number, unknown]> {
  const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const args = ['-s', '-X', method, '-w', '\n%{http_code}', ...(body === undefined ? [] : json)];
  const url = `http://localhost/v1.51${path}`;
  const { stdout } = await daemon.berthd.command('curl', [
    ...['--unix-socket', daemon.berthd.socket, ...args, url],
  ]);
  const [text = '', status = ''] = stdout.split(/\n(?=\d+$)/);
  return [Number(status), text.trim() === '' ? undefined : JSON.parse(text)];
}

async function field(name: string, template: string): Promise<unknown> {
  return JSON.parse(await daemon.docker('inspect', '-f', `{{json ${template}}}`, name)) as unknown;
}

test('an exposed port with an empty list of bindings is published at any port; traffic is counted', async () => {
  const [status] = await api('POST', '/containers/create?name=web', {
    Image: 'bb',
    Cmd: ['busybox', 'httpd', '-f', '-p', '80', '-h', '/etc'],
    Hostname: 'web',
    WorkingDir: '/tmp/',
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [], '81/tcp': [] }, Tmpfs: { '/scratch': '' } },
    NetworkingConfig: { EndpointsConfig: { bridge: { MacAddress: '02:42:ac:11:00:42' } } },
  });
  expect(status).toBe(201);
  await daemon.docker('start', 'web');
  const ports = await field('web', '.NetworkSettings.Ports');
  const [port = '', ...others] = (await daemon.docker('port', 'web', '80/tcp')).split('\n');
  expect(ports).toMatchObject({ '81/tcp': null });
  expect(others).toHaveLength(1);
  const address = port.replace('0.0.0.0', '127.0.0.1');
  expect(await daemon.fetch('host', `http://${address}/hostname`)).toBe('web\n');
  const [, stats] = await api('GET', '/containers/web/stats?stream=false&one-shot=true');
  const { networks } = stats as { networks: Record<string, Record<string, number>> };
  expect(Object.keys(networks)).toEqual(['eth0']);
  expect(networks['eth0']?.['rx_packets']).toBeGreaterThan(3);
  expect(networks['eth0']?.['tx_bytes']).toBeGreaterThan(100);
  expect(await field('web', '.Config')).toMatchObject({
    ...{ WorkingDir: '/tmp', MacAddress: '02:42:ac:11:00:42' },
  });
  expect(await field('web', '.Mounts')).toEqual([]);
  const [code, error] = await api('GET', '/containers/web/archive?path=/etc/passwd/');
  expect([code, (error as { message: string }).message]).toEqual([
    400,
    '/etc/passwd/: not a directory',
  ]);
  expect((await api('GET', '/networks/'))[0]).toBe(200);
  await daemon.docker('rm', '-f', 'web');
});

test('in the host’s network its names hold, and those of the container’s own where it asks for some', async () => {
  const run = (...more: readonly string[]): Promise<string> =>
    daemon.docker('run', '--rm', '--network', 'host', ...more, 'bb', 'cat', '/etc/hosts');
  expect(await run()).toBe(readFileSync('/etc/hosts', 'utf8').trimEnd());
  expect(await run('--add-host', 'there:192.0.2.9')).toContain('192.0.2.9\tthere');
});

test('of a routed family no port of the host is taken, and none is shown', async () => {
  const routed = ['-o', 'com.docker.network.bridge.gateway_mode_ipv4=routed'];
  const subnets = ['--subnet', '10.77.0.0/24', '--ipv6', '--subnet', 'fd77::/64'];
  await daemon.docker('network', 'create', ...routed, ...subnets, 'routed');
  const web = ['-p', '8088:80', '--network', 'routed', 'bb', 'busybox', 'httpd', '-f', '-p', '80'];
  await daemon.docker('run', '-d', '--name', 'one', ...web, '-h', '/etc');
  expect(await field('one', '.NetworkSettings.Ports')).toEqual({
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '' },
      { HostIp: '::', HostPort: '8088' },
    ],
  });
  const own = await daemon.run('host', 'ss', '-Hltn', 'sport = :8088');
  expect(own.stdout).toContain('[::]:8088');
  expect(own.stdout).not.toContain('0.0.0.0:8088');
  await daemon.run('outside', 'ip', 'route', 'replace', '10.77.0.0/24', 'via', '192.0.2.1');
  expect(await daemon.fetch('outside', 'http://10.77.0.2/hostname')).not.toBe('');
  expect(await daemon.docker('ps', '--format', '{{.Ports}}')).toContain('[::]:8088->80/tcp');
  await daemon.docker('rm', '-f', 'one');
});

test('two addresses are two containers, in a network that nobody is the router of', async () => {
  const alone = ['4', '6'].flatMap((family) => [
    ...['-o', `com.docker.network.bridge.gateway_mode_ipv${family}=isolated`],
  ]);
  const subnets = ['--subnet', '10.78.0.0/31', '--ipv6', '--subnet', 'fd78::/64'];
  await daemon.docker('network', 'create', '--internal', ...alone, ...subnets, 'pair');
  await daemon.docker('run', '-d', '--network', 'pair', '--name', 'first', 'bb', 'sleep', '1000');
  const ping = 'busybox ping -4 -c 1 -W 9 first && busybox ping -6 -c 1 -W 9 first';
  const pinged = await daemon.docker(
    ...['run', '--rm', '--network', 'pair', 'bb', 'sh', '-c', ping],
  );
  expect(pinged.match(/1 packets received/g)).toHaveLength(2);
  const [pair] = await daemon.inspect('network', 'inspect', 'pair');
  expect(pair).toMatchObject({
    IPAM: { Config: [{ Subnet: '10.78.0.0/31' }, { Subnet: 'fd78::/64' }] },
  });
});

test('a container that switches IPv6 off is found by IPv4 alone', async () => {
  await daemon.docker('network', 'create', '--ipv6', 'both');
  const off = ['--sysctl', 'net.ipv6.conf.all.disable_ipv6=1', '--network', 'both'];
  await daemon.docker('run', '-d', '--name', 'old', ...off, 'bb', 'sleep', '1000');
  expect(await field('old', '.NetworkSettings.Networks.both.GlobalIPv6Address')).toBe('');
  const look = ['busybox', 'nslookup', 'old'];
  const { stdout } = await daemon.tryDocker('run', '--rm', '--network', 'both', 'bb', ...look);
  expect(stdout).toMatch(/Address: [\d.]+$/m);
  expect(stdout).not.toMatch(/Address: f[cd]/);
});

test('an address that another container had is reached at once, whatever its hardware address', async () => {
  const subnets = ['--subnet', '10.83.0.0/24', '--ipv6', '--subnet', 'fd83::/64'];
  await daemon.docker('network', 'create', ...subnets, 'lived-in');
  const run = async (name: string, ...options: readonly string[]): Promise<void> => {
    const all = ['--network', 'lived-in', '--name', name, ...options];
    await daemon.docker('run', '-d', ...all, 'bb', 'sleep', '1000');
  };
  const own = ['10.83.0.50', 'fd83::50'];
  const fixed = ['--ip', '10.83.0.50', '--ip6', 'fd83::50', '--mac-address'];
  const ping = ['busybox', 'ping', '-c', '1', '-W', '9'];
  const reach = async (to: string): Promise<void> => {
    expect(await daemon.docker('exec', 'asker', ...ping, to)).toContain('1 packets received');
    expect((await daemon.run('host', ...ping, to)).stdout).toContain('1 packets received');
  };
  await run('asker');
  await run('old-tenant', ...fixed, '02:00:00:00:00:51');
  for (const to of own) await reach(to);
  await daemon.docker('rm', '-f', 'old-tenant');
  await run('new-tenant', ...fixed, '02:00:00:00:00:52');
  for (const to of own) await reach(to);
});

test('an option that the request of a network contradicts is not shown', async () => {
  const [four, six] = ['com.docker.network.enable_ipv4', 'com.docker.network.enable_ipv6'];
  const Options = { [four]: 'false', [six]: 'true' };
  const body = { Name: 'said', EnableIPv4: true, Options };
  expect((await api('POST', '/networks/create', body))[0]).toBe(201);
  const [said] = await daemon.inspect('network', 'inspect', 'said');
  expect(said).toMatchObject({ EnableIPv4: true, EnableIPv6: true });
  expect(said?.['Options']).toEqual({ [six]: 'true' });
});

test('rules of another berthd that is gone, with other networks of the same bridges, are replaced', async () => {
  await daemon.docker('rm', '-f', 'first', 'old');
  const front = ['--subnet', '10.79.0.0/24', '-o', 'com.docker.network.bridge.name=br-front'];
  await daemon.docker('network', 'create', ...front, 'front');
  expect(await daemon.rules()).toContain('10.79.0.0/24');
  await daemon.berthd.end('SIGKILL');
  // As after its data was removed by hand, and its interfaces.
  const bridges = daemon.links('host').filter((name) => name.startsWith('br-'));
  for (const name of bridges) await daemon.run('host', 'ip', 'link', 'delete', name);
  await daemon.run('host', 'rm', '-rf', `${daemon.berthd.root}/data/networks`);
  await daemon.berthd.run();
  const routed = ['-o', 'com.docker.network.bridge.gateway_mode_ipv4=routed'];
  await daemon.docker('network', 'create', ...front, ...routed, 'front');
  const [, info] = await api('GET', '/info');
  expect(info).toMatchObject({ FirewallBackend: { Driver: 'nftables' } });
});
