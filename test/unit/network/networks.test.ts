import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../runtime/host/clock.ts';
import { defaultPools } from '../../../runtime/network/address/subnet-pools.ts';
import type { Firewall } from '../../../runtime/network/firewall/firewall.ts';
import type { NetworkRequest } from '../../../runtime/network/lifecycle/create-network.ts';
import type { NetworkSettings } from '../../../runtime/network/network-ports.ts';
import { Networks } from '../../../runtime/network/networks.ts';
import { SandboxStore } from '../../../runtime/network/store/sandbox-store.ts';
import type { ProgramRunner } from '../../../runtime/syscall/run-image.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
let problems: unknown[];
/** Names of the programs that were to run, and of what the firewall was told. */
let done: string[];
let nowMs = 0;
/** Programs that fail. */
let failing: string;

/** A host without routes, whose kernel does all that it is asked. */
const runner: ProgramRunner = {
  run: ({ name }) => {
    if (name === 'make a network namespace') return new Promise(() => undefined);
    done.push(name.replace(/[0-9a-f]{12}/, 'ID'));
    if (failing !== '' && name.includes(failing)) return Promise.reject(new Error(`no ${name}`));
    return Promise.resolve({ data: Buffer.alloc(8) } as Awaited<ReturnType<ProgramRunner['run']>>);
  },
};

const nothing = (): Promise<void> => Promise.resolve();
const firewall: Firewall = {
  ...{ restore: nothing, publish: nothing, unpublish: nothing, link: nothing, unlink: nothing },
  ...{ remove: nothing, removeNetwork: nothing },
  addNetwork: ({ bridge }) => {
    done.push(`firewall ${bridge.replace(/[0-9a-f]{12}/, 'ID')}`);
    return nothing();
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-networks-'));
  [problems, done, failing] = [[], [], ''];
});
afterEach(() => {
  removeTree(folder);
});

async function open(settings: Partial<NetworkSettings> = {}): Promise<Networks> {
  const networks = await Networks.open({
    ...{ runner, firewall },
    clock: { now: () => (nowMs += 1) } as Clock,
    paths: {
      dataFolder: join(folder, 'data'),
      sandboxFolder: join(folder, 'sandboxes'),
      namespaceFolder: join(folder, 'netns'),
    },
    settings: {
      defaultBridge: undefined,
      pools: defaultPools,
      defaultOptions: {},
      relays: false,
      hostGateways: [],
      ...settings,
    },
    report: (problem) => problems.push(problem),
    notice: () => undefined,
  });
  // What begins with its start is over then.
  await networks.close();
  return networks;
}

function request(more: Partial<NetworkRequest>): NetworkRequest {
  return {
    ...{ name: 'front', driver: '', internal: false, attachable: false, configOnly: false },
    ...{ configFrom: '', ipam: undefined, options: {}, labels: {}, ...more },
  };
}

function ipam(subnet: string, more = {}): NetworkRequest['ipam'] {
  const item = { subnet, range: '', gateway: '', auxiliary: {}, ...more };
  return { driver: '', options: null, subnets: [item] };
}

describe('a network that is made', () => {
  test('is there for the next berthd, as it was', async () => {
    const first = await open({
      defaultOptions: { bridge: { 'com.docker.network.driver.mtu': '1400' } },
    });
    const made = await first.create(
      request({ labels: { a: 'b' }, ipv6: true, ipam: ipam('fd00::/64') }),
    );
    expect(made.record).toMatchObject({
      ...{ driver: 'bridge', ipv4: true, ipv6: true, labels: { a: 'b' } },
      options: { 'com.docker.network.driver.mtu': '1400' },
      subnets: [
        { subnet: '172.17.0.0/16', gateway: '172.17.0.1', origin: 'pool' },
        { subnet: 'fd00::/64', gateway: 'fd00::1', origin: 'asked' },
      ],
    });
    expect(done).toEqual(['list the routes', 'set up br-ID', 'firewall br-ID']);
    const next = await open();
    expect(next.all().map(({ record }) => record)).toEqual(first.all().map(({ record }) => record));
    expect(next.find(made.id.slice(0, 20)).name).toBe('front');
    await next.remove('front');
    expect((await open()).all().map(({ name }) => name)).toEqual(['host', 'none']);
    expect(problems).toEqual([]);
  });

  test('is not there at all when the host cannot have it', async () => {
    const networks = await open();
    failing = 'set up br-';
    await expect(networks.create(request({}))).rejects.toThrow('no set up br-');
    expect(done.at(-1)).toBe('remove br-ID');
    expect(networks.findIfThere('front')).toBeUndefined();
    expect(readdirSync(join(folder, 'data'))).toHaveLength(2);
    failing = '';
    await networks.create(request({}));
  });

  test.each<[string, Partial<NetworkRequest>, string, string]>([
    ['predefined', { name: 'none' }, 'NETWORK_PREDEFINED', 'predefined none network'],
    ['without a name', { name: ' ' }, 'NETWORK_NAME_INVALID', 'name is empty'],
    ['known', { name: 'known' }, 'NETWORK_NAME_IN_USE', 'network with name known already exists'],
    ['another host', { driver: 'host' }, 'NETWORK_CONFIG_REFUSED', 'only one instance of "host"'],
    ['a plugin', { driver: 'weave' }, 'NETWORK_DRIVER_UNKNOWN', 'plugin "weave" not found'],
    ['no family', { ipv4: false }, 'NETWORK_CONFIG_INVALID', 'IPv4 or IPv6 must be enabled'],
    [
      'of a strange kind',
      { options: { toString: '1' } },
      'NETWORK_OPTION_INVALID',
      'has no option',
    ],
    ['overlapping', { ipam: ipam('10.1.2.0/24') }, 'NETWORK_SUBNET_OVERLAPS', 'Pool overlaps'],
    ['nonsense', { ipam: ipam('10.1.2.0') }, 'NETWORK_CONFIG_INVALID', 'invalid CIDR block'],
    ['of no source', { configFrom: 'known' }, 'NETWORK_NOT_FOUND', '"known" not found'],
    ['both', { configOnly: true, configFrom: 'lent' }, 'NETWORK_CONFIG_REFUSED', 'cannot depend'],
    [
      'more than lent',
      { configFrom: 'lent', ipam: ipam('10.9.0.0/24') },
      'NETWORK_CONFIG_REFUSED',
      'user specified',
    ],
    [
      'with its own options',
      { configFrom: 'lent', options: { a: 'b' } },
      'NETWORK_CONFIG_REFUSED',
      'driver options are not',
    ],
    [
      'lent and internal',
      { configOnly: true, internal: true },
      'NETWORK_CONFIG_REFUSED',
      'can only contain network specific',
    ],
  ])('is refused: %s', async (_, more, code, message) => {
    const networks = await open();
    await networks.create(request({ name: 'known', ipam: ipam('10.1.0.0/16') }));
    await networks.create(request({ name: 'lent', configOnly: true, ipam: ipam('10.7.0.0/16') }));
    const before = readdirSync(join(folder, 'data'));
    await expect(networks.create(request(more))).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(message) as unknown },
    });
    expect(readdirSync(join(folder, 'data'))).toEqual(before);
  });

  test('has the configuration of another, which stays while it is used', async () => {
    const networks = await open();
    await networks.create(
      request({
        ...{ name: 'lent', configOnly: true, labels: { a: '1', b: '1' } },
        ipam: ipam('10.7.0.0/16', { range: '10.7.1.0/24' }),
      }),
    );
    expect(done).toEqual([]);
    const { record } = await networks.create(request({ configFrom: 'lent', labels: { b: '2' } }));
    expect(record).toMatchObject({
      ...{ configFrom: 'lent', labels: { a: '1', b: '2' } },
      subnets: [{ subnet: '10.7.0.0/16', range: '10.7.1.0/24', gateway: '10.7.1.0' }],
    });
    await expect(networks.remove('lent')).rejects.toThrow('configuration network "lent" is in use');
    await networks.remove('front');
    await networks.remove('lent');
  });
});

describe('the networks that are always there', () => {
  const bridge = { name: 'docker0', ipv6: false, options: {} };

  test('are those of Docker, and nobody removes them', async () => {
    const networks = await open({ defaultBridge: bridge });
    expect(networks.all().map(({ name, record }) => [name, record.driver])).toEqual([
      ...[
        ['host', 'host'],
        ['none', 'null'],
        ['bridge', 'bridge'],
      ],
    ]);
    for (const name of ['bridge', 'host', 'none'])
      await expect(networks.remove(name)).rejects.toMatchObject({ code: 'NETWORK_PREDEFINED' });
  });

  test('keep their ids while daemon.json says the same, and only then', async () => {
    const idOf = async (more: object): Promise<string> =>
      (await open({ defaultBridge: { ...bridge, ...more } })).find('bridge').id;
    const first = await idOf({});
    expect(await idOf({})).toBe(first);
    const asked = { address4: '10.8.0.1/24', range4: '10.8.0.128/25', gateway4: '10.8.0.254' };
    const second = await idOf(asked);
    expect(second).not.toBe(first);
    expect(await idOf(asked)).toBe(second);
    const found = (await open({ defaultBridge: { ...bridge, ...asked } })).find('bridge').record;
    expect(found.subnets).toEqual([
      {
        ...{ subnet: '10.8.0.0/24', range: '10.8.0.128/25', gateway: '10.8.0.1', origin: 'asked' },
        auxiliary: { DefaultGatewayIPv4: '10.8.0.254' },
      },
    ]);
    for (const other of [
      { gateway4: '10.8.0.253' },
      { range4: undefined },
      { options: { [`com.docker.network.driver.mtu`]: '1300' } },
    ]) {
      const known = await idOf(asked);
      expect(await idOf({ ...asked, ...other })).not.toBe(known);
    }
    expect((await open()).findIfThere('bridge')).toBeUndefined();
  });
});

describe('what cannot be read', () => {
  test('of a network is reported and left alone', async () => {
    await open();
    const path = join(folder, 'data', `${'c'.repeat(64)}.json`);
    writeFileSync(path, '{"version":2}');
    const networks = await open();
    expect(networks.all().map(({ name }) => name)).toEqual(['host', 'none']);
    expect(problems).toMatchObject([{ code: 'NETWORK_RECORD_INVALID', details: { path } }]);
    expect(readFileSync(path, 'utf8')).toBe('{"version":2}');
  });

  test('of a sandbox is reported and forgotten: its namespace is nobody’s', async () => {
    const store = new SandboxStore(join(folder, 'sandboxes'));
    await store.readAll(() => undefined);
    const record = { version: 1 as const, id: 'a', namespace: '/n', endpoints: [], ports: [] };
    await store.save({ ...record, container: 'one' });
    writeFileSync(join(folder, 'sandboxes', 'two.json'), '{');
    expect(await store.readAll((problem) => problems.push(problem))).toEqual([
      { ...record, container: 'one' },
    ]);
    expect(problems).toHaveLength(1);
    expect(readdirSync(join(folder, 'sandboxes'))).toEqual(['one.json']);
    await store.erase('one');
    await store.erase('one');
    expect(readdirSync(join(folder, 'sandboxes'))).toEqual([]);
  });
});
