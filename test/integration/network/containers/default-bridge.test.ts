import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon, wire } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
});
afterAll(() => daemon.stop());

interface Settings {
  readonly SandboxKey: string;
  readonly Networks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function settingsOf(name: string): Promise<Settings> {
  return JSON.parse(
    await daemon.docker('inspect', '-f', '{{json .NetworkSettings}}', name),
  ) as Settings;
}

function sh(name: string, script: string): Promise<string> {
  return daemon.docker('exec', name, 'busybox', 'sh', '-c', script);
}

test('until somebody wants the default bridge, the host has none, and no rules', async () => {
  expect(daemon.links('host').toSorted()).toEqual(['lo', 'wan0']);
  expect(await daemon.rules()).toBe('');
  await daemon.docker('run', '--rm', '--network', 'none', 'bb', 'true');
  await daemon.docker('run', '--rm', '--network', 'host', 'bb', 'true');
  expect(daemon.links('host').toSorted()).toEqual(['lo', 'wan0']);
});

test('containers of the default bridge have addresses, and reach each other and the outside', async () => {
  await daemon.serve('outside', 8000, 'from outside');
  await daemon.docker('run', '-d', '--name', 'web', 'bb', 'sleep', '1000');
  await daemon.docker('run', '-d', '--name', 'database', 'bb', 'sleep', '1000');
  const [web, database] = [await settingsOf('web'), await settingsOf('database')];
  const [first, second] = [web, database].map(({ Networks }) => Networks['bridge']);
  expect(first).toMatchObject({
    ...{ IPAddress: '172.17.0.2', IPPrefixLen: 16, Gateway: '172.17.0.1' },
    ...{ MacAddress: '02:42:ac:11:00:02', DNSNames: null },
  });
  expect(second).toMatchObject({ IPAddress: '172.17.0.3' });
  expect(await sh('web', 'busybox ping -c 1 -W 10 172.17.0.3')).toContain('1 packets received');
  expect(await sh('web', `busybox wget -qO- http://${wire.outside.ipv4}:8000/`)).toBe(
    'from outside',
  );
  expect(await sh('web', 'grep "$(hostname)" /etc/hosts')).toMatch(/^172\.17\.0\.2\t[0-9a-f]{12}$/);
  expect(await daemon.docker('inspect', '-f', '{{.HostConfig.NetworkMode}}', 'web')).toBe('bridge');
});

test('a container of the host’s network, or of none, shows an endpoint and where its namespace is', async () => {
  for (const mode of ['host', 'none']) {
    await daemon.docker('run', '-d', '--name', mode, '--network', mode, 'bb', 'sleep', '1000');
    const settings = await settingsOf(mode);
    const { EndpointID } = settings.Networks[mode] ?? {};
    expect(EndpointID).toMatch(/^[0-9a-f]{64}$/);
    expect(settings).toMatchObject({
      SandboxID: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(settings.SandboxKey).toMatch(/^\/proc\/\d+\/ns\/net$/);
    if (mode === 'none')
      expect(readlinkSync(settings.SandboxKey)).toBe(await sh(mode, 'readlink /proc/self/ns/net'));
    const [network] = await daemon.inspect('network', 'inspect', mode);
    expect(Object.values(network?.['Containers'] ?? {})).toMatchObject([
      { Name: mode, EndpointID },
    ]);
    await daemon.docker('stop', '-t', '0', mode);
    expect(await settingsOf(mode)).toMatchObject({
      ...{ SandboxID: '', SandboxKey: '', Networks: { [mode]: { EndpointID: '' } } },
    });
  }
  const shared = [
    'run',
    '-d',
    '--name',
    'shared',
    '--network',
    'container:web',
    'bb',
    'sleep',
    '9',
  ];
  await daemon.docker(...shared);
  expect(await settingsOf('shared')).toMatchObject({ SandboxID: '', Ports: {}, Networks: {} });
  await daemon.docker('rm', '-f', 'shared');
});

test('a container has the network of another one, with its names', async () => {
  const of = ['--rm', '--network', 'container:web', 'bb', 'busybox', 'sh', '-c'];
  const script = 'cat /sys/class/net/eth0/address; cat /etc/hosts; echo x >> /etc/hosts';
  const said = await daemon.docker('run', ...of, script);
  expect(said).toContain('02:42:ac:11:00:02');
  expect(said).toContain('172.17.0.2\t');
  expect(await sh('web', 'tail -n 1 /etc/hosts')).toBe('x');
  const none = await daemon.tryDocker('run', '--rm', '--network', 'container:nobody', 'bb', 'true');
  expect(none.stderr).toContain('No such container: nobody');
  const named = await daemon.tryDocker('create', '--network', 'container:web', '-h', 'x', 'bb');
  expect(named.stderr).toContain('conflicting options: hostname and the network mode');
});

test('what containers have survives berthd, and goes with them', async () => {
  const before = await settingsOf('web');
  await daemon.restart('SIGKILL');
  expect(await settingsOf('web')).toEqual(before);
  expect(await sh('web', 'busybox ping -c 1 -W 10 172.17.0.3')).toContain('1 packets received');
  // Nobody gets an address that somebody has.
  await daemon.docker('run', '-d', '--name', 'third', 'bb', 'sleep', '1000');
  expect((await settingsOf('third')).Networks['bridge']).toMatchObject({ IPAddress: '172.17.0.4' });
  await daemon.docker('stop', '-t', '0', 'web');
  const stopped = await settingsOf('web');
  expect(stopped.SandboxKey).toBe('');
  expect(stopped.Networks['bridge']).toMatchObject({ IPAddress: '', EndpointID: '' });
  await daemon.docker('start', 'web');
  expect((await settingsOf('web')).Networks['bridge']).toMatchObject({ IPAddress: '172.17.0.2' });
});

test('a container whose end no berthd saw leaves nothing', async () => {
  await daemon.docker('run', '-d', '--name', 'short', 'bb', 'sleep', '1000');
  const pid = Number(await daemon.docker('inspect', '-f', '{{.State.Pid}}', 'short'));
  const links = daemon.links('host').length;
  await daemon.berthd.end('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await daemon.berthd.run();
  await expect.poll(() => daemon.links('host').length, { timeout: 10_000 }).toBe(links - 1);
  expect((await settingsOf('short')).Networks['bridge']).toMatchObject({ IPAddress: '' });
});

test('a bridge that somebody has deleted is made again, with the containers that were connected', async () => {
  await daemon.run('host', 'ip', 'link', 'delete', 'berth0');
  await daemon.docker('run', '-d', '--name', 'later', 'bb', 'sleep', '1000');
  const { IPAddress } = (await settingsOf('later')).Networks['bridge'] ?? {};
  expect(await sh('web', `busybox ping -c 1 -W 10 ${String(IPAddress)}`)).toContain(
    '1 packets received',
  );
});
