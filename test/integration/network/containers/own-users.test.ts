import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon, wire } from '../networked-daemon.ts';

/** Containers of an engine with `userns-remap`. */
let daemon: NetworkedDaemon;

beforeAll(async () => {
  const ids = 'dockremap:200000:65536';
  daemon = await NetworkedDaemon.start({ 'userns-remap': 'default' }, { ids });
});
afterAll(() => daemon.stop());

const map = '0 200000 65536';
const reached = '1 packets received';

function run(...args: readonly string[]): Promise<string> {
  return daemon.docker('run', ...args);
}

async function sh(name: string, script: string, ...options: readonly string[]): Promise<string> {
  const said = await daemon.docker('exec', ...options, name, 'busybox', 'sh', '-c', script);
  return said.replaceAll(/^ +| +(?= )/gm, '');
}

/** What a container says whose whole life is a script. */
function once(script: string, ...options: readonly string[]): Promise<string> {
  return run('--rm', ...options, 'bb', 'busybox', 'sh', '-c', script);
}

test('they have an address, and reach the outside and each other; what they have of the network is theirs', async () => {
  await daemon.serve('outside', 8000, 'from outside');
  const options = ['--name', 'web', '--cap-add', 'NET_ADMIN', '-p', '8080:80'];
  await run('-d', ...options, '--device', '/dev/zero:/dev/mine', 'bb', 'sleep', '1000');
  expect(await sh('web', 'cat /proc/self/uid_map /proc/self/gid_map')).toBe(`${map}\n${map}`);
  expect(await sh('web', 'ip -4 addr show eth0')).toContain('172.17.0.2/16');
  expect(await sh('web', `wget -qO- http://${wire.outside.ipv4}:8000/`)).toBe('from outside');
  expect(await once('busybox ping -c 1 -W 10 172.17.0.2')).toContain(reached);
  // Root of the container is that of its network, too.
  expect(
    await sh('web', 'ls /sys/class/net; ip link set lo down; cat /sys/class/net/lo/flags'),
  ).toBe('eth0\nlo\n0x8');
  await sh('web', 'ip link set lo up && ip addr add 10.0.0.1/32 dev lo');
  const down = ['bb', 'busybox', 'ip', 'link', 'set', 'lo', 'down'];
  const without = await daemon.tryDocker('run', '--rm', ...down);
  expect(without.stderr).toContain('Operation not permitted');
  expect(await sh('web', 'stat -c %u /dev/mine; head -c 1 /dev/mine | wc -c')).toBe('0\n1');
  const forward = ['--sysctl', 'net.ipv4.ip_forward=1', '-t'];
  expect(await once('tty; cat /proc/sys/net/ipv4/ip_forward', ...forward)).toMatch(
    /^\/dev\/\S+\s+1$/,
  );
  const sysctls = ['ip_unprivileged_port_start', 'ping_group_range'];
  const files = sysctls.map((name) => `/proc/sys/net/ipv4/${name}`).join(' ');
  expect(await sh('web', `cat ${files}`)).toBe('0\n0\t65535');
});

test('their ports are published, and survive berthd; a restart gives them others', async () => {
  const serve = 'echo served > /tmp/index.html; busybox httpd -p 80 -h /tmp';
  await sh('web', serve);
  const url = `http://${wire.host.ipv4}:8080/`;
  expect(await daemon.fetch('outside', url)).toBe('served\n');
  await daemon.restart('SIGKILL');
  expect(await daemon.fetch('outside', url)).toBe('served\n');
  expect(await sh('web', 'id -u; cat /proc/self/uid_map')).toBe(`0\n${map}`);
  await daemon.docker('restart', '-t', '0', 'web');
  expect(await sh('web', `${serve}; cat /proc/self/uid_map`)).toBe(map);
  expect(await daemon.fetch('outside', url)).toBe('served\n');
  expect(await sh('web', 'ip -4 addr show eth0')).toContain('172.17.0.2/16');
});

test('in networks of their own they find each other by names, and are connected and disconnected', async () => {
  await daemon.docker('network', 'create', '--ipv6', 'back');
  await daemon.docker('network', 'create', 'front');
  await run('-d', '--name', 'one', '--network', 'back', 'bb', 'sleep', '1000');
  await run('-d', '--name', 'two', '--network', 'back', '--userns', 'host', 'bb', 'sleep', '1000');
  expect(await sh('two', 'cat /proc/self/uid_map')).toBe('0 0 4294967295');
  for (const [name, other] of [
    ['one', 'two'],
    ['two', 'one'],
  ] as const)
    for (const family of ['-4', '-6'])
      expect(await sh(name, `ping ${family} -c 1 -W 10 ${other}`)).toContain(reached);
  await daemon.docker('network', 'connect', 'front', 'one');
  expect(await sh('one', 'ls /sys/class/net')).toBe('eth0\neth1\nlo');
  await daemon.docker('network', 'disconnect', 'back', 'one');
  expect(await sh('one', 'ls /sys/class/net')).toBe('eth1\nlo');
});

test('they share namespaces with another one, and its users with them', async () => {
  const same = 'cat /proc/self/uid_map; busybox readlink /proc/self/ns/user';
  const users = await sh('web', same);
  expect(await once(`${same}; ls /sys/class/net`, '--network', 'container:web')).toContain('eth0');
  expect((await once(same, '--network', 'container:web')).replaceAll(/^ +| +(?= )/gm, '')).toBe(
    users,
  );
  // A network of its own belongs to the other one's users.
  const beside = 'busybox ps -o args && busybox ip link set lo down && ls /sys/class/net';
  const said = await once(beside, '--pid', 'container:web', '--cap-add', 'NET_ADMIN');
  expect(said).toContain('sleep 1000');
  expect(said).toContain('eth0');
  expect(await once('busybox ps -o args', '--pid', 'container:web', '--network', 'none')).toContain(
    'sleep 1000',
  );
});

test('they share memory, and have files of images', async () => {
  await run('-d', '--name', 'lender', '--ipc', 'shareable', 'bb', 'sleep', '1000');
  await sh('lender', 'echo lent > /dev/shm/it');
  const look = 'cat /dev/shm/it; stat -c "%u %a" /dev/shm /dev/shm/it; echo more > /dev/shm/it';
  expect(await once(look, '--ipc', 'container:lender')).toBe('lent\n0 1777\n0 644');
  // One of several layers, and one of a single one.
  await sh('lender', 'mkdir -p /data; echo x > /data/file; chown 7:8 /data/file; rm /bin/wc');
  await daemon.docker('commit', 'lender', 'several');
  const mount = (source: string): readonly string[] => [
    ...['--mount', `type=image,source=${source},target=/${source}`],
  ];
  const mounts = [...mount('bb'), ...mount('several')];
  await daemon.docker('create', '--name', 'reader', ...mounts, 'bb', 'sleep', '1000');
  const copied = await daemon.docker('cp', 'reader:/several/data/file', '-');
  expect(copied).toContain('file');
  await daemon.docker('start', 'reader');
  const owners = 'stat -c "%u %g" /bb /bb/bin/busybox /several/data/file; ls /several/bin/wc';
  expect(await sh('reader', `${owners}; touch /bb/x || echo no`)).toBe('0 0\n0 0\n7 8\nno');
});

test('but not with two that have different users, or with one that has those of the host', async () => {
  const mixed = await daemon.tryDocker(
    ...['run', '--rm', '--network', 'container:web', '--pid', 'container:one', 'bb', 'true'],
  );
  expect(mixed.stderr).toContain('do not have the same users');
  const host = await daemon.tryDocker('run', '--rm', '--network', 'container:two', 'bb', 'true');
  expect(host.stderr).toContain('it has the users of the host');
  expect(await once('ls /sys/class/net', '--network', 'container:two', '--userns', 'host')).toBe(
    'eth0\nlo',
  );
});
