import { hostname } from 'node:os';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../api/raw-http.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

/** What `docker events` would show of one thing. */
interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

const Image = 'bb';
const sleep = ['sleep', '1000'];

describe('clients that people use, with networks', () => {
  let daemon: NetworkedDaemon;
  let docker: Docker;
  beforeAll(async () => {
    daemon = await NetworkedDaemon.start();
    docker = new Docker({ socketPath: daemon.berthd.socket });
  });
  afterAll(() => daemon.stop());

  /** What a program in a container prints, by an attached stream of dockerode. */
  async function output(container: Docker.Container, ...Cmd: string[]): Promise<string> {
    const exec = await container.exec({ Cmd, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('latin1');
  }

  test('dockerode makes, connects, shows, disconnects and prunes networks, and hears of all of it', async () => {
    const listening = (await docker.getEvents({
      filters: { type: ['network'] },
    })) as NodeJS.ReadableStream & { destroy(): void };
    const events: Event[] = [];
    listening.on('data', (chunk: Buffer) => {
      for (const line of chunk
        .toString()
        .split('\n')
        .filter((each) => each !== ''))
        events.push(JSON.parse(line) as Event);
    });
    const network = await docker.createNetwork({
      ...{ Name: 'app', CheckDuplicate: true, Driver: 'bridge', Labels: { of: 'a-test' } },
      IPAM: { Driver: 'default', Config: [{ Subnet: '10.77.0.0/24', Gateway: '10.77.0.254' }] },
    });
    const server = await docker.createContainer({
      ...{ name: 'server', Image, Cmd: sleep, ExposedPorts: { '80/tcp': {} } },
      HostConfig: { NetworkMode: 'app', PortBindings: { '80/tcp': [{ HostPort: '' }] } },
      NetworkingConfig: { EndpointsConfig: { app: { Aliases: ['db'] } } },
    });
    await server.start();
    const client = await docker.createContainer({ name: 'client', Image, Cmd: sleep });
    await client.start();
    const EndpointConfig = { Aliases: ['asker'], IPAMConfig: { IPv4Address: '10.77.0.77' } };
    await network.connect({ Container: 'client', EndpointConfig });
    const shown = await network.inspect();
    expect(Object.values(shown.Containers ?? {})).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Name: 'client', IPv4Address: '10.77.0.77/24' }),
      ]),
    );
    const { NetworkSettings } = await server.inspect();
    expect(NetworkSettings.Ports['80/tcp']?.[0]?.HostPort).toMatch(/^\d+$/);
    expect(NetworkSettings.Networks['app']).toMatchObject({
      Aliases: ['db'],
      Gateway: '10.77.0.254',
    });
    expect(await output(client, 'cat', '/etc/hosts')).toContain('10.77.0.77');
    const stats = await client.stats({ stream: false });
    expect(Object.keys(stats.networks).sort()).toEqual(['eth0', 'eth1']);
    await network.disconnect({ Container: 'client', Force: false });
    expect(Object.keys((await client.inspect()).NetworkSettings.Networks)).toEqual(['bridge']);
    await expect(network.remove()).rejects.toMatchObject({ statusCode: 403 });
    await Promise.all([server.remove({ force: true }), client.remove({ force: true })]);
    const filters = { label: { 'of=a-test': true } };
    expect(await docker.pruneNetworks({ filters })).toEqual({ NetworksDeleted: ['app'] });
    await expect(network.inspect()).rejects.toMatchObject({ statusCode: 404 });
    await expect
      .poll(() => events.some(({ Action }) => Action === 'prune'), { timeout: 10_000 })
      .toBe(true);
    listening.destroy();
    const ofApp = events.filter(({ Actor }) => Actor.Attributes['name'] === 'app');
    const actions = ofApp.map(({ Action }) => Action);
    expect(actions[0]).toBe('create');
    expect(actions.at(-1)).toBe('destroy');
    expect(actions.filter((action) => action === 'connect')).toHaveLength(2);
    expect(actions.filter((action) => action === 'disconnect')).toHaveLength(2);
  });

  test('docker shows and says of containers what dockerd does', async () => {
    const { socket } = daemon.berthd;
    const shown = async (name: string, version = '1.51'): Promise<Docker.ContainerInspectInfo> => {
      const { body } = await ask(socket, { path: `/v${version}/containers/${name}/json` });
      return JSON.parse(body) as Docker.ContainerInspectInfo;
    };
    const paths = ({
      HostsPath,
      HostnamePath,
      ResolvConfPath,
      LogPath,
    }: Docker.ContainerInspectInfo) =>
      [HostsPath, HostnamePath, ResolvConfPath, LogPath].map((path) => path !== '');
    const host = ['--network', 'host', '-p', '80:80', '--ipc', 'host', '--name', 'of-host'];
    const { stderr } = await daemon.tryDocker('create', ...host, 'bb', 'hostname');
    expect(stderr).toBe('WARNING: Published ports are discarded when using host network mode\n');
    const ofHost = await shown('of-host');
    expect(ofHost).toMatchObject({
      Config: { Hostname: hostname() },
      HostConfig: { SecurityOpt: ['label=disable'] },
    });
    expect(paths(ofHost)).toEqual([false, false, false, false]);
    expect(await daemon.docker('start', '-a', 'of-host')).toBe(hostname());
    expect(paths(await shown('of-host'))).toEqual([true, true, true, true]);
    await daemon.docker('network', 'create', 'net');
    const own = ['--network', 'net', '--network-alias', 'db', '--name', 'own'];
    const id = await daemon.docker('run', '-d', '-h', 'named', ...own, 'bb', ...sleep);
    const aliasesFor = async (version: string): Promise<unknown> =>
      (await shown('own', version)).NetworkSettings.Networks['net']?.['Aliases'];
    expect(await aliasesFor('1.45')).toEqual(['db']);
    expect(await aliasesFor('1.44')).toEqual(['db', id.slice(0, 12), 'named']);
    const fails = async (...args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr: said } = await daemon.tryDocker(...args);
      expect(status).not.toBe(0);
      return (said + stdout).trim();
    };
    expect(await fails('exec', '-w', '/nowhere', 'own', 'true')).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/nowhere") set in config.json failed: no such file or directory',
    );
    const allocating = 'Error response from daemon: Error when allocating new name: ';
    expect(await fails('rename', 'own', 'b@d')).toContain(
      `${allocating}Invalid container name (/b@d), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    );
    expect(await fails('rename', 'own', 'of-host')).toContain(
      `${allocating}Conflict. The container name "/of-host"`,
    );
    // The client waits for the removal of what could not be started: that it is gone is no error.
    expect(await fails('run', '--rm', 'bb', 'nosuch')).not.toContain('Error waiting for container');
    await daemon.docker('rm', '-f', 'own', 'of-host');
    await daemon.docker('network', 'rm', 'net');
  });

  /** What Testcontainers' Ryuk does with one line that it was told: all that has all of its labels goes. */
  async function reap(labels: readonly string[]): Promise<void> {
    const call = async (method: string, path: string, more: object = {}): Promise<unknown> => {
      const wanted = { label: Object.fromEntries(labels.map((label) => [label, true])), ...more };
      const query = `filters=${encodeURIComponent(JSON.stringify(wanted))}`;
      const { status, body } = await ask(daemon.berthd.socket, {
        ...{ method, path: `/v1.44${path}${path.includes('?') ? '&' : '?'}${query}` },
      });
      expect({ path, status, body }).toMatchObject({ status: 200 });
      return JSON.parse(body);
    };
    const found = (await call('GET', '/containers/json?all=1')) as readonly { Id: string }[];
    for (const { Id } of found) await docker.getContainer(Id).remove({ force: true, v: true });
    await call('POST', '/networks/prune');
    await call('POST', '/volumes/prune', { all: { true: true } });
    await call('POST', '/images/prune', { dangling: { false: true } });
  }

  test('what a session of Testcontainers has left is removed by its labels, line for line, and nothing else', async () => {
    const session = (name: string): Record<string, string> => ({
      'org.testcontainers': 'true',
      'org.testcontainers.sessionId': name,
    });
    const sessions = ['one', 'two', 'three'];
    for (const name of sessions) {
      const Labels = session(name);
      await docker.createNetwork({ Name: `net-${name}`, Labels });
      await docker.createVolume({ Name: `vol-${name}`, Labels });
      const HostConfig = { NetworkMode: `net-${name}`, Binds: [`vol-${name}:/data`] };
      const container = await docker.createContainer({
        name: `box-${name}`,
        Image,
        Cmd: sleep,
        Labels,
        HostConfig,
      });
      await container.start();
      await container.commit({ repo: `made-${name}`, tag: '1' });
    }
    await reap(['org.testcontainers=true', 'org.testcontainers.sessionId=one']);
    // Of another session, although it has one of the labels.
    await reap(['org.testcontainers=false', 'org.testcontainers.sessionId=two']);
    const left = async (): Promise<object> => ({
      containers: (await docker.listContainers({ all: true })).flatMap(({ Names }) => Names).sort(),
      networks: (await docker.listNetworks())
        .map(({ Name }) => Name)
        .filter((name) => name.startsWith('net-'))
        .sort(),
      volumes: (await docker.listVolumes()).Volumes.map(({ Name }) => Name).sort(),
      images: (await docker.listImages())
        .flatMap(({ RepoTags }) => RepoTags ?? [])
        .filter((name) => name !== 'hello-world:latest')
        .sort(),
    });
    expect(await left()).toEqual({
      ...{ containers: ['/box-three', '/box-two'], networks: ['net-three', 'net-two'] },
      ...{ volumes: ['vol-three', 'vol-two'], images: ['bb:latest', 'made-three:1', 'made-two:1'] },
    });
    for (const name of ['two', 'three'])
      await reap(Object.entries(session(name)).map(([key, value]) => `${key}=${value}`));
    expect(await left()).toEqual({
      containers: [],
      networks: [],
      volumes: [],
      images: ['bb:latest'],
    });
  });
});
