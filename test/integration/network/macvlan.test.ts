import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Network } from '../../../runtime/network/lifecycle/network.ts';
import type { Networks } from '../../../runtime/network/networks.ts';
import type { SandboxRecord } from '../../../runtime/network/model/sandbox-record.ts';
import { sysctlsKey } from '../../../runtime/network/sandboxes/endpoint-request.ts';
import {
  containerId,
  defaultRoutes,
  endpointRequest,
  inside,
  ipInside,
  networkRequest,
  ping,
  subnets,
  TestHost,
} from './test-host.ts';

let host: TestHost;
let networks: Networks;

beforeAll(async () => {
  host = await TestHost.make();
  // The wire: the host's card at one end, the router of a LAN at the other.
  const outside = host.namespaces.path('outside');
  run(`ip link add card0 mtu 1400 type veth peer name lan netns ${outside}`);
  run('ip link set card0 up');
  const router = ['10.9.0.1/24 dev lan', 'fd09::1/64 dev lan nodad', '10.200.0.1/32 dev lo'];
  for (const address of router)
    host.namespaces.execute('outside', 'ip', 'address', 'add', ...address.split(' '));
  host.namespaces.execute('outside', 'ip', 'link', 'set', 'lan', 'up');
  networks = await host.open();
});
afterAll(async () => {
  await networks.close();
  await host.close();
});

function run(command: string): string {
  return host.namespaces.execute('host', ...command.split(' '));
}

async function join(container: string, network: string, more = {}): Promise<SandboxRecord> {
  const endpoints = [endpointRequest(network, more)];
  const { sandbox, connected } = await networks.join({ container, endpoints });
  await connected;
  return sandbox;
}

function create(
  name: string,
  driver: string,
  options: Readonly<Record<string, string>>,
  more: Parameters<typeof networkRequest>[0] = { name },
): Promise<Network> {
  return networks.create(networkRequest({ ...more, name, driver, options }));
}

/** Whether the kernel has a kind of interfaces, which the file system does not say. */
function hasKind(kind: string): boolean {
  const add = `ip link add a type veth peer name b && ip link add link a name c type ${kind}`;
  try {
    execFileSync('unshare', ['--net', 'sh', '-c', add], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('containers of a macvlan are in the wire of their parent, by both protocols', async () => {
  const network = await create(
    'lan',
    'macvlan',
    { parent: 'card0' },
    {
      ...{ name: 'lan', ipv6: true, ipam: subnets('10.9.0.0/24', 'fd09::/64') },
    },
  );
  expect(network.record.subnets.map(({ gateway }) => gateway)).toEqual(['10.9.0.1', 'fd09::1']);
  const web = await join(containerId(1), 'lan', { macAddress: '02:42:00:00:00:01' });
  const database = await join(containerId(2), 'lan', { ipv4: '10.9.0.77' });
  const [eth0] = ipInside(web.namespace, 'address', 'show', 'eth0');
  expect(eth0).toMatchObject({
    ...{
      mtu: 1400,
      address: '02:42:00:00:00:01',
      flags: expect.arrayContaining(['UP']) as unknown,
    },
    linkinfo: { info_kind: 'macvlan', info_data: { mode: 'bridge' } },
  });
  expect(database.endpoints[0]?.macAddress).toMatch(/^02:42:(?!0a:09)/);
  expect(defaultRoutes(web.namespace)).toEqual(['10.9.0.1 eth0', 'fd09::1 eth0']);
  for (const to of ['10.9.0.77', '10.9.0.1', 'fd09::1', '10.200.0.1'])
    expect(ping(web.namespace, to)).toContain('1 packets received');
  expect(ping(host.namespaces.path('outside'), '10.9.0.77')).toContain('1 packets received');
  // Nothing of it is in the host.
  expect(host.links()).toEqual(['card0']);
  // The next one with these addresses has another hardware address, and whoever is in the wire hears of it.
  const own = ['10.9.0.2', 'fd09::2'];
  for (const to of own)
    expect(ping(host.namespaces.path('outside'), to)).toContain('1 packets received');
  await networks.leave(containerId(1));
  await join(containerId(1), 'lan', { ipv4: '10.9.0.2', ipv6: 'fd09::2' });
  const next = networks.sandboxOf(containerId(1))?.endpoints[0]?.macAddress;
  expect(next).not.toBe('02:42:00:00:00:01');
  for (const to of own)
    expect(host.namespaces.ip('outside', 'neighbour', 'show', 'to', to)).toMatchObject([
      { lladdr: next },
    ]);
  await networks.disconnect(containerId(2), network);
  expect(ipInside(database.namespace, 'link').map(({ ifname }) => ifname)).toEqual(['lo']);
  await networks.connect(containerId(2), endpointRequest('lan'));
  expect(ping(database.namespace, '10.9.0.1')).toContain('1 packets received');
  await networks.leave(containerId(1));
  await networks.leave(containerId(2));
  await networks.remove('lan');
  expect(host.links()).toEqual(['card0']);
});

test('a network without addresses is for containers that get theirs from elsewhere', async () => {
  const network = await create(
    'bare',
    'macvlan',
    { parent: 'card0' },
    { name: 'bare', ipv4: false },
  );
  expect(network.record.subnets).toEqual([]);
  const { namespace, endpoints } = await join(containerId(3), 'bare');
  expect(endpoints[0]?.addresses).toEqual([]);
  expect(ipInside(namespace, 'address', 'show', 'eth0')).toMatchObject([
    { flags: expect.arrayContaining(['UP']) as unknown, addr_info: [] },
  ]);
  // Such as a client of DHCP does it.
  inside(namespace, 'ip', 'address', 'add', '10.9.0.99/24', 'dev', 'eth0');
  expect(ping(namespace, '10.9.0.1')).toContain('1 packets received');
  await networks.leave(containerId(3));
  await networks.remove('bare');
});

test('modes are those of the options, and passthru has its parent alone', async () => {
  await create('private', 'macvlan', {
    ...{ parent: 'card0', macvlan_mode: 'private', 'com.docker.network.driver.mtu': '1300' },
  });
  const [one, other] = [
    await join(containerId(1), 'private'),
    await join(containerId(2), 'private'),
  ];
  const [eth0] = ipInside(one.namespace, 'link', 'show', 'eth0');
  expect(eth0).toMatchObject({ mtu: 1300, linkinfo: { info_data: { mode: 'private' } } });
  const [address = ''] = (other.endpoints[0]?.addresses[0] ?? '').split('/');
  expect(() => ping(one.namespace, address, 1)).toThrow();
  await expect(
    create('alone', 'macvlan', { parent: 'card0', macvlan_mode: 'passthru' }),
  ).rejects.toThrow(/cannot use mode passthru, macvlan network [0-9a-f]{64} is already using/);
  await networks.leave(containerId(1));
  await networks.leave(containerId(2));
  await networks.remove('private');
  await create('alone', 'macvlan', { parent: 'card0', macvlan_mode: 'passthru' });
  // One after the other, at once: the interface is gone when the container has left.
  for (const number of [1, 2, 3]) {
    await join(containerId(number), 'alone');
    await networks.leave(containerId(number));
  }
  await expect(create('another', 'macvlan', { parent: 'card0' })).rejects.toThrow(
    'in mode passthru',
  );
  await networks.remove('alone');
});

test('what fails half-way leaves nothing in the container', async () => {
  await create('lan', 'macvlan', { parent: 'card0' });
  const sandbox = await join(containerId(1), 'bridge');
  const options = { [sysctlsKey]: 'net.ipv4.conf.IFNAME.nonsense=1' };
  await expect(
    networks.connect(containerId(1), endpointRequest('lan', { options })),
  ).rejects.toThrow('set nonsense of eth1 to 1: ENOENT');
  const names = ipInside(sandbox.namespace, 'link').map(({ ifname }) => ifname);
  expect(names).toEqual(['lo', 'eth0']);
  await networks.connect(containerId(1), endpointRequest('lan'));
  await networks.leave(containerId(1));
  await networks.remove('lan');
});

test('what the kernel does not let a parent have is told with the reason', async () => {
  await create('lan', 'macvlan', { parent: 'card0' });
  const refused = (more = {}): Promise<unknown> =>
    join(containerId(1), 'lan', more).then(
      () => undefined,
      (error: unknown) => error,
    );
  run('ip link add br0 type bridge');
  run('ip link set card0 master br0');
  expect(await refused()).toMatchObject({
    code: 'NETWORK_DRIVER_REFUSED',
    message:
      'failed to create the macvlan port: device or resource busy (the parent interface "card0" is in use; wanted one that is no port of a bridge or a bond, and has no interfaces of ipvlan)',
    remedy: expect.stringContaining('-o parent') as unknown,
  });
  run('ip link del br0');
  run('ip link add alone link card0 type macvlan mode passthru');
  expect(await refused()).toMatchObject({
    code: 'NETWORK_DRIVER_REFUSED',
    message: expect.stringMatching(
      /^failed to create the macvlan port: invalid argument .*"passthru"/,
    ) as unknown,
  });
  run('ip link del alone');
  const macAddress = '02:42:00:00:00:07';
  await join(containerId(2), 'lan', { macAddress });
  expect(await refused({ macAddress })).toMatchObject({
    code: 'NETWORK_DRIVER_REFUSED',
    message: expect.stringContaining(
      `"${macAddress}" is the hardware address of another`,
    ) as unknown,
  });
  // Nothing is left of what was refused.
  await join(containerId(1), 'lan');
  for (const number of [1, 2]) await networks.leave(containerId(number));
  await networks.remove('lan');
});

test('a parent that is not there is refused in words that say which', async () => {
  const refused = (parent: string): Promise<unknown> =>
    create('lan', 'macvlan', { parent }).catch((error: unknown) => error);
  expect(await refused('card9')).toMatchObject({
    code: 'NETWORK_DRIVER_REFUSED',
    message: expect.stringContaining('the parent interface card9 was not found') as unknown,
  });
  expect(await refused('card9.10')).toMatchObject({
    message: '-o parent interface was not found on the host: card9',
  });
  expect(await refused('card0.4095')).toMatchObject({
    message: 'vlan id must be between 1-4094, received: 4095',
  });
  expect(await refused('card0.ten')).toMatchObject({
    message: 'unable to parse a valid vlan id from: ten (ex. eth0.10 for vlan 10)',
  });
  expect(await refused('card0.1.2')).toMatchObject({
    message: expect.stringContaining('required interface name format is: name.vlan_id') as unknown,
  });
  expect(networks.findIfThere('lan')).toBeUndefined();
});

test('the parent of a network is missing when berthd starts: all others work', async () => {
  await create('late', 'macvlan', { parent: 'card0' });
  await networks.close();
  run('ip link set card0 name card1');
  networks = await host.open();
  await join(containerId(1), 'bridge');
  await expect(networks.connect(containerId(1), endpointRequest('late'))).rejects.toThrow('card0');
  expect(host.problems.map(String).join('\n')).toContain(
    'the parent interface card0 was not found',
  );
  run('ip link set card1 down');
  run('ip link set card1 name card0');
  run('ip link set card0 up');
  await networks.connect(containerId(1), endpointRequest('late'));
  await networks.leave(containerId(1));
  await networks.remove('late');
});

test.runIf(hasKind('dummy'))(
  'without a parent a network is on an interface of its own',
  async () => {
    const network = await create('own', 'macvlan', {});
    const name = `dm-${network.id.slice(0, 12)}`;
    expect(host.links()).toContain(name);
    expect(network.record.subnets[0]?.gateway).toBeUndefined();
    const [one, other] = [await join(containerId(1), 'own'), await join(containerId(2), 'own')];
    const [address = ''] = (other.endpoints[0]?.addresses[0] ?? '').split('/');
    expect(ping(one.namespace, address)).toContain('1 packets received');
    expect(defaultRoutes(one.namespace)).toEqual([]);
    await networks.leave(containerId(1));
    await networks.leave(containerId(2));
    await networks.remove('own');
    expect(host.links()).not.toContain(name);
  },
);

test.runIf(!hasKind('dummy'))('a kernel without dummy interfaces is named', async () => {
  await expect(create('own', 'macvlan', {})).rejects.toMatchObject({
    code: 'NETWORK_DRIVER_REFUSED',
    message: expect.stringContaining('the kernel has no interfaces of the kind "dummy"') as unknown,
  });
  expect(networks.findIfThere('own')).toBeUndefined();
});

test.runIf(hasKind('vlan id 10'))(
  'a VLAN is made for its networks, and goes with the last',
  async () => {
    await create('ten', 'macvlan', { parent: 'card0.10' });
    await create('ten-too', 'macvlan', { parent: 'card0.10' });
    const [vlan] = host.ip('link', 'show', 'card0.10');
    expect(vlan).toMatchObject({ linkinfo: { info_kind: 'vlan', info_data: { id: 10 } } });
    await networks.remove('ten');
    expect(host.links()).toContain('card0.10');
    await networks.remove('ten-too');
    expect(host.links()).not.toContain('card0.10');
    // An administrator's stays.
    run('ip link add link card0 name card0.20 type vlan id 20');
    await create('twenty', 'macvlan', { parent: 'card0.20' });
    await networks.remove('twenty');
    expect(host.links()).toContain('card0.20');
  },
);

test.runIf(hasKind('ipvlan mode l2'))(
  'containers of an ipvlan have the address of their parent',
  async () => {
    await create(
      'two',
      'ipvlan',
      { parent: 'card0' },
      { name: 'two', ipam: subnets('10.9.0.0/24') },
    );
    await expect(create('three', 'ipvlan', { parent: 'card0' })).rejects.toThrow(
      'already using parent',
    );
    await expect(join(containerId(1), 'two', { macAddress: '02:42:00:00:00:01' })).rejects.toThrow(
      'ipvlan interfaces do not support custom mac address assignment',
    );
    const web = await join(containerId(1), 'two', { ipv4: '10.9.0.5' });
    expect(defaultRoutes(web.namespace)).toEqual(['10.9.0.1 eth0']);
    expect(ping(web.namespace, '10.200.0.1')).toContain('1 packets received');
    await networks.leave(containerId(1));
    await networks.remove('two');
    const three = await create('three', 'ipvlan', {
      ...{ parent: 'card0', ipvlan_mode: 'l3', ipvlan_flag: 'private' },
    });
    expect(three.record.subnets[0]?.gateway).toBeUndefined();
    const { namespace } = await join(containerId(1), 'three');
    expect(defaultRoutes(namespace)).toEqual([' eth0']);
    const [eth0] = ipInside(namespace, 'link', 'show', 'eth0');
    expect(eth0).toMatchObject({ linkinfo: { info_data: { mode: 'l3' } } });
    await networks.leave(containerId(1));
    await networks.remove('three');
  },
);
