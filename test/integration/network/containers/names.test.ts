import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
  await daemon.docker('network', 'create', '--subnet', '10.90.0.0/24', 'front');
  await daemon.docker('network', 'create', '--internal', 'back');
});
afterAll(() => daemon.stop());

/** The addresses that a container finds for a name. */
async function lookUp(container: string, name: string): Promise<readonly string[]> {
  const { stdout } = await daemon.tryDocker('exec', container, 'busybox', 'nslookup', name);
  return [...stdout.matchAll(/^Address: (\S+)$/gm)].map(([, address]) => address ?? '').toSorted();
}

async function addressIn(container: string, network: string): Promise<string> {
  return daemon.docker(
    'inspect',
    '-f',
    `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`,
    container,
  );
}

test('containers find each other by name, alias, id and full name, each in its own networks', async () => {
  const sleep = ['bb', 'sleep', '1000'];
  await daemon.docker(
    'run',
    '-d',
    '--name',
    'web',
    '--network',
    'front',
    '--ip',
    '10.90.0.80',
    ...sleep,
  );
  await daemon.docker(
    'run',
    '-d',
    '--name',
    'db',
    '--network',
    'back',
    '--network-alias',
    'Store',
    ...sleep,
  );
  await daemon.docker('network', 'connect', 'back', 'web');
  const address = await addressIn('db', 'back');
  const id = (await daemon.docker('inspect', '-f', '{{.Id}}', 'db')).slice(0, 12);
  for (const name of ['db', 'DB', 'store', id, 'db.back'])
    expect(await lookUp('web', name)).toEqual([address]);
  expect(await lookUp('db', 'web')).toEqual([await addressIn('web', 'back')]);
  const reverse = await daemon.docker('exec', 'web', 'busybox', 'nslookup', address);
  expect(reverse).toContain('name = db.back');
  await daemon.docker('run', '-d', '--name', 'stranger', '--network', 'front', ...sleep);
  expect(await lookUp('stranger', 'db')).toEqual([]);
  expect(await lookUp('stranger', 'web')).toEqual(['10.90.0.80']);
});

test('several containers of one name take turns; a link is one container’s name for another', async () => {
  const shared = ['--network', 'front', '--network-alias', 'pool'];
  for (const name of ['p1', 'p2'])
    await daemon.docker('run', '-d', '--name', name, ...shared, 'bb', 'sleep', '1000');
  const both = [await addressIn('p1', 'front'), await addressIn('p2', 'front')].toSorted();
  expect(await lookUp('web', 'pool')).toEqual(both);
  await daemon.docker(
    'run',
    '-d',
    '--name',
    'linker',
    '--network',
    'front',
    '--link',
    'p1:first',
    'bb',
    'sleep',
    '1000',
  );
  expect(await lookUp('linker', 'first')).toEqual([await addressIn('p1', 'front')]);
  expect(await lookUp('web', 'first')).toEqual([]);
});

test('names follow containers: renamed, stopped, and when berthd was away', async () => {
  await daemon.docker('rename', 'p1', 'renamed');
  expect(await lookUp('web', 'renamed')).toEqual([await addressIn('renamed', 'front')]);
  expect(await lookUp('web', 'p1')).toEqual([]);
  await daemon.docker('stop', '-t', '0', 'p2');
  expect(await lookUp('web', 'p2')).toEqual([]);
  await daemon.restart('SIGKILL');
  expect(await lookUp('web', 'db')).toEqual([await addressIn('db', 'back')]);
});

test('the files of name services are Docker’s', async () => {
  const cat = await daemon.docker('exec', 'web', 'cat', '/etc/resolv.conf', '/etc/hosts');
  expect(cat).toContain('nameserver 127.0.0.11\n');
  expect(cat).toContain('options ndots:0\n');
  expect(cat).toMatch(/^10\.90\.0\.80\t[0-9a-f]{12}$/m);
  const gateway = ['--add-host', 'up:host-gateway', '--network', 'front'];
  const hosts = await daemon.docker('run', '--rm', ...gateway, 'bb', 'cat', '/etc/hosts');
  expect(hosts).toContain('172.17.0.1\tup\n');
});

test('a container of an internal network reaches its neighbours and nobody else', async () => {
  await daemon.serve('outside', 8000, 'outside');
  const wget = (name: string): Promise<string> =>
    daemon
      .tryDocker(
        'exec',
        name,
        'busybox',
        'timeout',
        '5',
        'busybox',
        'wget',
        '-qO-',
        'http://192.0.2.2:8000/',
      )
      .then(({ stdout }) => stdout);
  expect(await wget('web')).toBe('outside');
  expect(await wget('db')).toBe('');
  const ping = ['exec', 'db', 'busybox', 'ping', '-c', '1', '-W', '5', 'web'];
  expect(await daemon.docker(...ping)).toContain('1 packets received');
});

test('an interface has the link-local addresses that are asked for, and the container the runtime that is named', async () => {
  const asked = ['--link-local-ip', '169.254.8.8', '--link-local-ip', 'fe80::8'];
  const names = ['--name', 'near', '--runtime', 'io.containerd.runc.v2'];
  await daemon.docker('run', '-d', ...names, '--network', 'front', ...asked, 'bb', 'sleep', '1000');
  const shown = await daemon.docker('exec', 'near', 'busybox', 'ip', 'address', 'show', 'eth0');
  expect(shown).toMatch(/inet 169\.254\.8\.8\/16 /);
  expect(shown).toMatch(/inet6 fe80::8\/64 /);
  const [{ HostConfig, NetworkSettings } = {}] = await daemon.inspect('inspect', 'near');
  expect(HostConfig).toMatchObject({ Runtime: 'io.containerd.runc.v2' });
  expect(NetworkSettings).toMatchObject({
    Networks: { front: { IPAMConfig: { LinkLocalIPs: ['169.254.8.8', 'fe80::8'] } } },
  });
  await daemon.docker('rm', '-f', 'near');
});

test('what makes no sense is refused in Docker’s words, and leaves nothing', async () => {
  const refusals = [
    [
      ['--network', 'front', '--ip', '10.91.0.5'],
      'no configured subnet or ip-range contain the IP address 10.91.0.5',
    ],
    [['--network', 'front', '--ip', '10.90.0.80'], 'Address already in use'],
    [['--network', 'back', '--ip', '172.18.0.9'], 'user configured subnets'],
    [
      ['--ip', '172.17.0.9'],
      'user specified IP address is supported on user defined networks only',
    ],
    [['--network', 'nowhere'], 'network nowhere not found'],
    [
      ['--network', 'front', '--link-local-ip', '1.2.3.4'],
      'invalid link local IP address: 1.2.3.4',
    ],
    [['--runtime', 'runsc'], 'unknown or invalid runtime name: runsc'],
  ] as const;
  for (const [args, words] of refusals) {
    const { status, stderr } = await daemon.tryDocker('run', '--rm', ...args, 'bb', 'true');
    expect(status).toBe(125);
    expect(stderr).toContain(words);
  }
  const tiny = ['network', 'create', '--subnet', '10.92.0.0/30', 'tiny'];
  await daemon.docker(...tiny);
  await daemon.docker('run', '-d', '--name', 'only', '--network', 'tiny', 'bb', 'sleep', '1000');
  const full = await daemon.tryDocker('run', '--rm', '--network', 'tiny', 'bb', 'true');
  expect(full.stderr).toContain('no available IPv4 addresses');
  await daemon.docker('rm', '-f', 'only');
  await daemon.docker('run', '--rm', '--network', 'tiny', 'bb', 'true');
});
