import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon, wire } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
});
afterAll(() => daemon.stop());

const server = ['bb', 'busybox', 'httpd', '-f', '-p', '80', '-h', '/etc'];

function hostname(place: 'host' | 'outside', address: string): Promise<string> {
  return daemon.fetch(place, `http://${address}/hostname`);
}

test('a published port leads to the container from everywhere, and nothing else does', async () => {
  const ports = ['-p', '8080:80', '-p', '127.0.0.1:9090:80', '-p', '5353:53/udp'];
  await daemon.docker('run', '-d', '--name', 'web', '-h', 'web', ...ports, ...server);
  const { ipv4, ipv6 } = wire.host;
  const places = ['127.0.0.1:8080', '[::1]:8080', '127.0.0.1:9090', `${ipv4}:8080`];
  for (const address of places) expect(await hostname('host', address)).toBe('web\n');
  expect(await hostname('outside', `${ipv4}:8080`)).toBe('web\n');
  expect(await hostname('outside', `[${ipv6}]:8080`)).toBe('web\n');
  // Loopback is the host's own, and what is not published is nobody's.
  expect(await hostname('outside', `${ipv4}:9090`)).toBe('');
  expect(await hostname('outside', `${ipv4}:80`)).toBe('');
  await daemon.run('outside', 'ip', 'route', 'add', '172.17.0.0/16', 'via', ipv4);
  expect(await hostname('outside', '172.17.0.2:80')).toBe('');
  const wget = ['busybox', 'wget', '-qO-', `http://${ipv4}:8080/hostname`];
  expect(await daemon.docker('run', '--rm', 'bb', ...wget)).toBe('web');
  expect(await daemon.docker('exec', 'web', ...wget)).toBe('web');
});

test('clients see where it is', async () => {
  expect((await daemon.docker('port', 'web')).split('\n')).toEqual([
    '53/udp -> 0.0.0.0:5353',
    '53/udp -> [::]:5353',
    '80/tcp -> 0.0.0.0:8080',
    '80/tcp -> 127.0.0.1:9090',
    '80/tcp -> [::]:8080',
  ]);
  expect(await daemon.docker('ps', '--format', '{{.Ports}}')).toContain('0.0.0.0:8080->80/tcp');
});

test('a port of the host is one container’s; another process is named', async () => {
  const second = await daemon.tryDocker('run', '--name', 'second', '-p', '8080:80', ...server);
  expect(second.status).toBe(125);
  expect(second.stderr).toContain('Bind for 0.0.0.0:8080 failed: port is already allocated');
  await daemon.docker('rm', 'second');
  await daemon.serve('host', 8081, 'mine');
  const third = await daemon.tryDocker('run', '--name', 'third', '-p', '8081:80', ...server);
  expect(third.stderr).toMatch(
    /failed to bind host port .*address already in use \(by process \d+, "/,
  );
  await daemon.docker('rm', 'third');
  expect(await daemon.fetch('host', 'http://127.0.0.1:8081/')).toBe('mine');
});

test('rules are as many as before, whatever is published', async () => {
  const count = async (): Promise<number> =>
    (await daemon.rules())
      .split('\n')
      .filter((line) => /\b(?:accept|drop|dnat|masquerade)\b/.test(line)).length;
  const before = await count();
  await daemon.docker(
    'run',
    '-d',
    '--name',
    'many',
    '-p',
    '7000-7020:7000-7020',
    'bb',
    'sleep',
    '1000',
  );
  expect(await count()).toBe(before);
  expect((await daemon.docker('port', 'many')).split('\n')).toHaveLength(42);
});

test('ports survive berthd, move with the networks, and go with the container', async () => {
  const { ipv4 } = wire.host;
  await daemon.restart('SIGKILL');
  expect(await hostname('outside', `${ipv4}:8080`)).toBe('web\n');
  await daemon.docker('network', 'create', 'other');
  await daemon.docker('network', 'connect', '--gw-priority', '1', 'other', 'web');
  expect(await hostname('outside', `${ipv4}:8080`)).toBe('web\n');
  await daemon.docker('network', 'disconnect', 'bridge', 'web');
  expect(await hostname('outside', `${ipv4}:8080`)).toBe('web\n');
  // By the relay, as [::1] always.
  expect(await hostname('host', '[::1]:8080')).toBe('web\n');
  await daemon.docker('stop', '-t', '0', 'web');
  await expect.poll(() => hostname('host', '127.0.0.1:8080'), { timeout: 10_000 }).toBe('');
  expect(await daemon.docker('port', 'web')).toBe('');
  await daemon.docker('run', '-d', '--name', 'heir', '-h', 'heir', '-p', '8080:80', ...server);
  expect(await hostname('outside', `${ipv4}:8080`)).toBe('heir\n');
  const start = await daemon.tryDocker('start', 'web');
  expect(start.stderr).toContain('port is already allocated');
});

test('-P publishes what the container offers at ports that are free', async () => {
  const exposed = ['--expose', '80', '-P'];
  await daemon.docker('run', '-d', '--name', 'any', '-h', 'any', ...exposed, ...server);
  const [first = ''] = (await daemon.docker('port', 'any', '80/tcp')).split('\n');
  expect(await hostname('outside', `${wire.host.ipv4}:${first.split(':')[1] ?? ''}`)).toBe('any\n');
});
