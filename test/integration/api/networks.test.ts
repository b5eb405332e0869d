import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliProcess } from '../cli/cli-process.ts';
import { NetworkedDaemon } from '../network/networked-daemon.ts';
import { until } from '../scripts/support/until.ts';

/** An event as `docker events --format '{{json .}}'` prints it. */
interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

describe('docker network, of an engine on a host of its own', () => {
  let daemon: NetworkedDaemon;
  const docker = (...args: readonly string[]): Promise<string> => daemon.docker(...args);
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await daemon.tryDocker(...args);
    expect(status, stdout).not.toBe(0);
    return stderr;
  };
  const names = async (...filters: readonly string[]): Promise<readonly string[]> => {
    const args = filters.flatMap((filter) => ['-f', filter]);
    const text = await docker('network', 'ls', '--format', '{{.Name}}', ...args);
    return text.split('\n').toSorted();
  };
  const api = async (method: string, path: string, body?: object): Promise<[number, string]> => {
    const data = body === undefined ? [] : ['-H', 'Content-Type: application/json'];
    const sent = body === undefined ? [] : ['-d', JSON.stringify(body)];
    const options = ['-s', '-w', '\n%{http_code}', '--unix-socket', daemon.berthd.socket];
    const args = [...options, '-X', method, ...data, ...sent, `http://d${path}`];
    const { stdout } = await daemon.berthd.command('curl', args);
    const at = stdout.lastIndexOf('\n');
    return [Number(stdout.slice(at + 1)), stdout.slice(0, at)];
  };

  beforeAll(async () => {
    daemon = await NetworkedDaemon.start({
      'default-address-pools': [{ base: '10.201.0.0/16', size: 24 }],
    });
  });
  afterAll(() => daemon.stop());

  test('a network with everything that docker can ask for', async () => {
    const id = await docker(
      ...['network', 'create', '--ipv6', '--internal', '--attachable', '--label', 'tier=back'],
      ...['--subnet', '10.77.0.0/16', '--ip-range', '10.77.5.0/24', '--gateway', '10.77.0.9'],
      ...['--aux-address', 'router=10.77.5.1', '--subnet', 'fd00:77::/64'],
      ...['-o', 'com.docker.network.bridge.name=br-whole', 'whole'],
    );
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(daemon.links('host')).toContain('br-whole');
    const [shown] = await daemon.inspect('network', 'inspect', '-v', 'whole');
    expect(shown).toEqual({
      ...{ Name: 'whole', Id: id, Scope: 'local', Driver: 'bridge' },
      ...{ EnableIPv4: true, EnableIPv6: true, Internal: true, Attachable: true, Ingress: false },
      Created: expect.stringMatching(/^20\d\d-/) as unknown,
      IPAM: {
        ...{ Driver: 'default', Options: {} },
        Config: [
          {
            ...{ Subnet: '10.77.0.0/16', IPRange: '10.77.5.0/24', Gateway: '10.77.0.9' },
            AuxiliaryAddresses: { router: '10.77.5.1' },
          },
          { Subnet: 'fd00:77::/64', Gateway: 'fd00:77::1' },
        ],
      },
      ...{ ConfigFrom: { Network: '' }, ConfigOnly: false, Containers: {} },
      Options: { 'com.docker.network.bridge.name': 'br-whole' },
      Labels: { tier: 'back' },
    });
    expect(await docker('network', 'rm', 'whole')).toBe('whole');
    expect(daemon.links('host')).not.toContain('br-whole');
  });

  test('those that are always there, and lists by filters', async () => {
    const [none] = await daemon.inspect('network', 'inspect', 'none');
    expect(none).toMatchObject({ Driver: 'null', IPAM: { Config: null }, Options: {} });
    const made = await docker('network', 'create', '--label', 'a=1', 'mine');
    expect(await names()).toEqual(['bridge', 'host', 'mine', 'none']);
    expect(await names('type=custom')).toEqual(['mine']);
    expect(await names('type=builtin')).toEqual(['bridge', 'host', 'none']);
    expect(await names('driver=bridge')).toEqual(['bridge', 'mine']);
    expect(await names('name=^m', 'label=a')).toEqual(['mine']);
    expect(await names(`id=${made.slice(0, 12)}`)).toEqual(['mine']);
    expect(await names('dangling=true')).toEqual(['mine']);
    expect(await names('scope=swarm')).toEqual(['']);
    expect(await refused('network', 'ls', '-f', 'odd=1')).toContain("invalid filter 'odd'");
    expect(await refused('network', 'ls', '-f', 'type=odd')).toContain(
      "invalid filter: 'type'='odd'",
    );
    expect(await refused('network', 'ls', '-f', 'dangling=odd')).toContain(
      `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`,
    );
    const twice = ['-f', 'dangling=true', '-f', 'dangling=false'];
    expect(await refused('network', 'ls', ...twice)).toContain(
      'got more than one value for filter',
    );
    // What asks for nothing leaves nobody out.
    const nothing = '{"name":[],"id":{},"driver":[],"scope":{},"label":[],"dangling":[]}';
    const list = (filters: string): ReturnType<typeof api> =>
      api('GET', `/v1.51/networks?filters=${encodeURIComponent(filters)}`);
    expect((await list(nothing))[1]).toBe((await list('{}'))[1]);
    expect(await list('{"type":[]}')).toEqual([200, '[]\n']);
    await docker('network', 'rm', made.slice(0, 12));
  });

  test('of several networks whose ids begin alike none is meant', async () => {
    const ids: string[] = [];
    let shared: string | undefined;
    // Sixteen digits: seventeen networks at most. These need nothing of the host.
    while (shared === undefined) {
      ids.push(await docker('network', 'create', '--config-only', `only${ids.length}`));
      const digits = ids.map((id) => id.charAt(0));
      shared = digits.find((digit, index) => digits.indexOf(digit) !== index);
    }
    const [status, text] = await api('GET', `/v1.51/networks/${shared}?verbose=1&scope=local`);
    expect(status).toBe(400);
    expect(text).toMatch(
      new RegExp(`"[0-9]+ matches found based on ID prefix: network ${shared} is ambiguous"`),
    );
    expect((await api('GET', `/v1.51/networks/${shared}?scope=swarm`))[0]).toBe(404);
    expect((await api('GET', `/v1.51/networks/only0?verbose=odd`))[1]).toContain(
      'invalid value for verbose: odd',
    );
    const rest = await refused('network', 'rm', shared);
    expect(rest).toMatch(/is ambiguous \([0-9]+ matches found based on ID prefix\)/);
    await docker('network', 'rm', ...ids);
  });

  test('what Docker refuses is refused in its words', async () => {
    await docker('network', 'create', '--subnet', '10.88.0.0/16', 'there');
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['create', 'there'], 'network with name there already exists'],
      [['create', 'host'], 'operation is not permitted on predefined host network'],
      [['rm', 'bridge'], 'bridge is a pre-defined network and cannot be removed'],
      [['rm', 'nosuch'], 'network nosuch not found'],
      [['inspect', 'nosuch'], 'network nosuch not found'],
      [['create', '-d', 'nosuch', 'x'], 'plugin "nosuch" not found'],
      [['create', '--subnet', '10.88.5.0/24', 'x'], 'Pool overlaps with other one'],
      [['create', '--subnet', '10.9.0.1/16', 'x'], 'it should be 10.9.0.0/16'],
      [['create', '--ipv4=false', 'x'], 'IPv4 or IPv6 must be enabled'],
      [['create', '--ingress', 'x'], 'Ingress'],
      [['create', '--scope', 'swarm', 'x'], 'Scope'],
      [['create', '--config-from', 'nosuch', 'x'], 'configuration network "nosuch" not found'],
      [['connect', 'there', 'nosuch'], 'No such container: nosuch'],
      [['disconnect', 'there', 'nosuch'], 'No such container: nosuch'],
      [['disconnect', '-f', 'there', 'nosuch'], 'endpoint nosuch not found'],
    ];
    for (const [args, message] of cases) {
      const said = await refused('network', ...args);
      expect(said, args.join(' ')).toContain(message);
    }
    expect((await api('POST', '/v1.51/networks/create', { Name: 'there' }))[0]).toBe(409);
    expect((await api('GET', '/v1.51/networks/there?scope=swarm'))[0]).toBe(404);
    expect((await api('GET', '/v1.51/networks/there?verbose=odd'))[0]).toBe(400);
    expect((await api('DELETE', '/v1.51/networks/host'))[0]).toBe(403);
    // Before 1.48 nobody can be without IPv4.
    const older = { Name: 'older', EnableIPv4: false, CheckDuplicate: true };
    const [status, text] = await api('POST', '/v1.47/networks/create', older);
    expect([status, JSON.parse(text)]).toMatchObject([201, { Warning: '' }]);
    expect((await daemon.inspect('network', 'inspect', 'older'))[0]).toMatchObject({
      EnableIPv4: true,
      IPAM: { Config: [{ Subnet: '10.201.1.0/24', Gateway: '10.201.1.1' }] },
    });
    await docker('network', 'rm', 'there', 'older');
  });

  test('containers of networks, and what is told of it', async () => {
    const events: Event[] = [];
    const listener = spawn(
      'docker',
      ['events', '--filter', 'type=network', '--format', '{{json .}}'],
      { env: { ...process.env, DOCKER_HOST: `unix://${daemon.berthd.socket}` } },
    );
    let rest = '';
    listener.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line) as Event));
    });
    // The first that is heard of says that it listens.
    await until('an event', async () => {
      await docker('network', 'create', 'first');
      await docker('network', 'rm', 'first');
      return events.length > 0 ? true : undefined;
    });
    await docker('network', 'create', '--subnet', '10.99.0.0/16', 'one');
    const two = await docker('network', 'create', 'two');
    const run = ['run', '-d', '--name', 'web', '--network', 'one', '--ip', '10.99.0.7'];
    const web = await docker(...run, 'bb', 'sleep', '1000');
    await docker('run', '-d', '--name', 'onhost', '--network', 'host', 'bb', 'sleep', '1000');
    await docker('network', 'connect', '--alias', 'w', 'two', 'web');
    const [one] = await daemon.inspect('network', 'inspect', 'one');
    expect(one?.['Containers']).toEqual({
      [web]: {
        ...{ Name: 'web', IPv4Address: '10.99.0.7/16', IPv6Address: '' },
        EndpointID: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        MacAddress: '02:42:0a:63:00:07',
      },
    });
    const [host] = await daemon.inspect('network', 'inspect', 'host');
    expect(Object.values(host?.['Containers'] ?? {})).toMatchObject([{ Name: 'onhost' }]);
    const listed = (await api('GET', '/v1.51/networks'))[1];
    expect(listed).toContain('"Containers":{}');
    expect(listed).not.toContain('10.99.0.7');
    expect((await api('GET', '/v1.27/networks'))[1]).toContain('10.99.0.7/16');

    expect(await docker('ps', '-q', '--no-trunc', '-f', 'network=two')).toBe(web);
    expect(await docker('ps', '-q', '--no-trunc', '-f', `network=${two.slice(0, 9)}`)).toBe(web);
    expect(await docker('ps', '--format', '{{.Names}}', '-f', 'network=host')).toBe('onhost');
    expect(await docker('ps', '-q', '-f', 'network=bridge')).toBe('');
    expect(await names('dangling=true')).toEqual(['']);
    expect(await refused('network', 'rm', 'two')).toContain('has active endpoints (name:"web"');
    expect(await refused('network', 'connect', 'two', 'web')).toContain(
      'already exists in network',
    );

    await docker('network', 'disconnect', 'two', 'web');
    expect(await refused('network', 'disconnect', 'two', 'web')).toContain('is not connected');
    await docker('rm', '-f', 'web', 'onhost');
    await docker('network', 'create', '--label', 'keep', 'kept');
    expect(await docker('network', 'prune', '-f', '--filter', 'label!=keep')).toMatch(
      /^Deleted Networks:\n(?:one\ntwo|two\none)$/,
    );
    expect(await docker('system', 'prune', '-f')).toContain('Deleted Networks:\nkept');
    await until('the last event', () =>
      events.filter(({ Action }) => Action === 'prune').length === 2 ? true : undefined,
    );
    listener.kill();
    await once(listener, 'exit');
    const ofTwo = events.filter(({ Actor }) => Actor.ID === two);
    expect(ofTwo.map(({ Action, Actor }) => [Action, Actor.Attributes])).toEqual([
      ['create', { name: 'two', type: 'bridge' }],
      ['connect', { container: web, name: 'two', type: 'bridge' }],
      ['disconnect', { container: web, name: 'two', type: 'bridge' }],
      ['destroy', { name: 'two', type: 'bridge' }],
    ]);
    expect(events.at(-1)).toMatchObject({ Actor: { ID: '', Attributes: { reclaimed: '0' } } });
    expect(events.every(({ Type }) => Type === 'network')).toBe(true);
  });

  test('berth network: the same by berth itself', async () => {
    const berth = (...args: readonly string[]) => CliProcess.berth(daemon.berthd.socket, args).exit;
    const options = ['--subnet', '10.55.0.0/16,fd00:55::/64', '--gateway', '10.55.0.9'];
    const aux = ['--aux-address', 'r=fd00:55::9', '--ipv6', '--label', 'by=berth'];
    const made = await berth('network', 'create', ...options, ...aux, 'ours');
    expect(made.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    const shown = JSON.parse((await berth('network', 'inspect', '-v', 'ours')).stdout) as object[];
    expect(shown).toMatchObject([
      {
        ...{ Name: 'ours', EnableIPv6: true, Labels: { by: 'berth' } },
        IPAM: {
          Config: [
            { Subnet: '10.55.0.0/16', Gateway: '10.55.0.9' },
            { Subnet: 'fd00:55::/64', AuxiliaryAddresses: { r: 'fd00:55::9' } },
          ],
        },
      },
    ]);
    expect((await berth('network', 'ls', '-f', 'name=ours')).stdout).toBe(
      await docker('network', 'ls', '-f', 'name=ours').then((text) => `${text}\n`),
    );
    await docker('run', '-d', '--name', 'web', '--network', 'none', 'bb', 'sleep', '1000');
    await docker('run', '-d', '--name', 'app', 'bb', 'sleep', '1000');
    const endpoint = ['--ip', '10.55.0.7', '--alias', 'a', '--gw-priority', '5'];
    expect(await berth('network', 'connect', ...endpoint, 'ours', 'app')).toMatchObject({
      ...{ exitCode: 0, stdout: '', stderr: '' },
    });
    const inside = await docker('exec', 'app', 'ip', '-4', '-o', 'address');
    expect(inside).toContain('10.55.0.7/16');
    expect((await berth('network', 'connect', 'ours', 'web')).stderr).toContain('private (none)');
    expect((await berth('network', 'rm', 'ours')).stderr).toContain('has active endpoints');
    expect((await berth('network', 'disconnect', 'ours', 'app')).exitCode).toBe(0);
    expect((await berth('network', 'prune', '-f')).stdout).toBe('Deleted Networks:\nours\n\n');
    expect((await berth('network', 'rm', '-f', 'ours')).exitCode).toBe(0);
    expect((await berth('network', 'rm', 'ours')).stderr).toContain('network ours not found');
    const wrong = ['network', 'create', '--subnet', '10.1.0.0/16', '--gateway', '10.2.0.1', 'x'];
    expect((await berth(...wrong)).stderr).toContain('no matching subnet for gateway 10.2.0.1');
    await docker('rm', '-f', 'web', 'app');
  });

  test('a configuration for others', async () => {
    const given = ['--subnet', '10.66.0.0/24', '--label', 'from=config'];
    await docker('network', 'create', '--config-only', ...given, 'config');
    await docker('network', 'create', '--config-from', 'config', 'user');
    const [user] = await daemon.inspect('network', 'inspect', 'user');
    expect(user).toMatchObject({
      ...{ ConfigFrom: { Network: 'config' }, ConfigOnly: false },
      ...{ IPAM: { Config: [{ Subnet: '10.66.0.0/24' }] }, Labels: { from: 'config' } },
    });
    expect(await refused('network', 'rm', 'config')).toContain('is in use');
    await docker('network', 'rm', 'user', 'config');
    const info = await docker('info', '-f', '{{json .Plugins.Network}}');
    expect(JSON.parse(info)).toEqual(['bridge', 'host', 'ipvlan', 'macvlan', 'null']);
  });
});
