import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatAddress } from '../../../runtime/network/address/ip-address.ts';
import type { Firewall } from '../../../runtime/network/firewall/firewall.ts';
import { readLinks } from '../../../runtime/network/netlink/read-links.ts';
import { portWishes } from '../../../runtime/network/ports/port-wishes.ts';
import { noFirewall } from './no-bridge.ts';
import type { Networks } from '../../../runtime/network/networks.ts';
import type { SandboxRecord } from '../../../runtime/network/model/sandbox-record.ts';
import type { NamespaceUsers } from '../../../runtime/network/sandboxes/namespace-pool.ts';
import type { EndpointRequest } from '../../../runtime/network/sandboxes/endpoint-request.ts';
import {
  containerId,
  defaultRoutes,
  defaultSettings,
  endpointRequest,
  ipInside,
  networkRequest,
  ownUsers,
  ping,
  subnets,
  TestHost,
} from './test-host.ts';

let host: TestHost;
let networks: Networks;

beforeEach(async () => {
  host = await TestHost.make();
  networks = await host.open();
});
afterEach(async () => {
  await networks.close();
  expect(host.problems).toEqual([]);
  await host.close();
});

async function join(
  container: number,
  ...endpoints: readonly EndpointRequest[]
): Promise<SandboxRecord> {
  const { sandbox, connected } = await networks.join({
    ...{ container: containerId(container), endpoints },
  });
  await connected;
  return sandbox;
}

test('a network namespace belongs to the users of its container, whose namespace is kept with it', async () => {
  await create('front', '10.1.0.0/24');
  const joined = async (number: number, users?: NamespaceUsers): Promise<SandboxRecord> => {
    const endpoints = [endpointRequest('front')];
    const container = containerId(number);
    const { sandbox, connected } = await networks.join({ container, endpoints, users });
    await connected;
    return sandbox;
  };
  const web = await joined(1, { maps: ownUsers });
  const { namespace, userNamespace = '' } = web;
  const as = (path: string, ...command: readonly string[]): string =>
    execFileSync('nsenter', [`--user=${userNamespace}`, `--net=${path}`, ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const maps = as(namespace, 'cat', '/proc/self/uid_map', '/proc/self/gid_map');
  expect(maps.replaceAll(/ +/g, ' ')).toBe(' 0 200000 65536\n 0 200000 65536\n');
  const beside = await joined(2, { path: userNamespace });
  expect(beside.userNamespace).toBeUndefined();
  // Who is root there may change it, and not those that belong to others.
  for (const one of [web, beside]) as(one.namespace, 'ip', 'link', 'set', 'eth0', 'down');
  const other = await joined(3);
  expect(() => as(other.namespace, 'ip', 'link', 'set', 'eth0', 'down')).toThrow('not permitted');
  await Promise.all([1, 2, 3].map((number) => networks.leave(containerId(number))));
  await networks.close();
  expect(host.keptNamespaces()).toEqual([]);
  networks = await host.open();
});

async function create(name: string, ...texts: readonly string[]): Promise<void> {
  const ipv6 = texts.some((text) => text.includes(':'));
  await networks.create(networkRequest({ name, ipv6, ipam: subnets(...texts) }));
}

function addressesOf({ endpoints }: SandboxRecord): readonly string[] {
  return endpoints.flatMap(({ addresses }) => addresses);
}

test('a container has its interfaces, addresses and routes, and leaves nothing', async () => {
  await create('front', '10.1.0.0/24', 'fd01::/64');
  await create('back', '10.2.0.0/24');
  const bridges = host.links();
  const heard: string[] = [];
  networks.events.add(({ action, attributes }) => {
    heard.push(`${action} ${attributes['name'] ?? ''} ${attributes['container']?.at(-1) ?? ''}`);
  });
  const web = await join(
    1,
    endpointRequest('back', { ipv4: '10.2.0.9', macAddress: '02:42:00:00:00:09' }),
    endpointRequest('front'),
    endpointRequest('bridge'),
  );
  const seen = ipInside(web.namespace, 'address').map(({ ifname, address, addr_info }) => [
    ...[ifname, address],
    (addr_info as { local: string; prefixlen: number; scope: string }[])
      .filter(({ scope }) => scope === 'global')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  ]);
  expect(seen).toEqual([
    ['lo', '00:00:00:00:00:00', []],
    ['eth0', '02:42:00:00:00:09', ['10.2.0.9/24']],
    ['eth1', '02:42:0a:01:00:02', ['10.1.0.2/24', 'fd01::2/64']],
    ['eth2', expect.any(String), ['172.17.0.2/16']],
  ]);
  // The only one that has both families has both routes, whatever the names are.
  expect(defaultRoutes(web.namespace)).toEqual(['10.1.0.1 eth1', 'fd01::1 eth1']);
  for (const to of ['10.2.0.1', 'fd01::1', '172.17.0.1'])
    expect(ping(web.namespace, to)).toContain('1 packets received');
  await expect(networks.remove('front')).rejects.toMatchObject({ code: 'NETWORK_IN_USE' });
  await networks.leave(containerId(1));
  await networks.leave(containerId(1));
  expect(host.links()).toEqual(bridges);
  expect(host.sandboxFiles()).toEqual([]);
  expect(host.keptNamespaces()).not.toContain(web.namespace);
  // What it had is free.
  expect(addressesOf(await join(2, endpointRequest('back', { ipv4: '10.2.0.9' })))).toEqual([
    '10.2.0.9/24',
  ]);
  await networks.leave(containerId(2));
  await networks.remove('front');
  await networks.remove('back');
  expect(host.links()).toEqual([]);
  expect(heard.toSorted()).toEqual(
    [
      ...['connect back 1', 'connect front 1', 'connect bridge 1', 'connect back 2'],
      ...['disconnect back 1', 'disconnect front 1', 'disconnect bridge 1', 'disconnect back 2'],
      ...['destroy front ', 'destroy back '],
    ].toSorted(),
  );
});

test('the default route follows priorities while a container runs', async () => {
  await create('front', '10.1.0.0/24');
  await create('back', '10.2.0.0/24');
  await create('both', '10.3.0.0/24', 'fd03::/64');
  const { namespace } = await join(1, endpointRequest('front'));
  expect(defaultRoutes(namespace)).toEqual(['10.1.0.1 eth0']);
  const id = containerId(1);
  // Of the same priority the name decides; of a higher one it.
  await networks.connect(id, endpointRequest('back'));
  expect(defaultRoutes(namespace)).toEqual(['10.2.0.1 eth1']);
  await networks.disconnect(id, networks.find('back'));
  expect(defaultRoutes(namespace)).toEqual(['10.1.0.1 eth0']);
  await networks.connect(id, endpointRequest('both', { gatewayPriority: 1 }));
  expect(defaultRoutes(namespace)).toEqual(['10.3.0.1 eth1', 'fd03::1 eth1']);
  await networks.disconnect(id, networks.find('front'));
  await networks.connect(id, endpointRequest('back', { gatewayPriority: -1 }));
  expect(networks.sandboxOf(id)?.endpoints.map(({ interfaceName }) => interfaceName)).toEqual([
    ...['eth1', 'eth0'],
  ]);
  await networks.disconnect(id, networks.find('both'));
  expect(defaultRoutes(namespace)).toEqual(['10.2.0.1 eth0']);
  await networks.disconnect(id, networks.find('back'));
  expect(defaultRoutes(namespace)).toEqual([]);
  await expect(networks.disconnect(id, networks.find('back'))).rejects.toMatchObject({
    code: 'ENDPOINT_NOT_FOUND',
  });
  // Two at once, of one container: each has an interface, and it knows of both.
  await Promise.all(['front', 'back'].map((name) => networks.connect(id, endpointRequest(name))));
  expect(networks.sandboxOf(id)?.endpoints).toHaveLength(2);
  expect(ipInside(namespace, 'link').map(({ ifname }) => ifname)).toEqual(['lo', 'eth0', 'eth1']);
  // It ends while it is being connected.
  const connecting = networks.connect(id, endpointRequest('both'));
  await Promise.allSettled([connecting, networks.leave(id)]);
  await networks.leave(id);
  expect(networks.users).toEqual([]);
  expect(host.sandboxFiles()).toEqual([]);
  for (const name of ['front', 'back', 'both']) await networks.remove(name);
  expect(host.links()).toEqual([]);
});

test('a bridge that somebody has removed is made again, with all who were connected', async () => {
  await create('front', '10.1.0.0/24');
  const bridge = host.links().find((name) => name.startsWith('br-')) ?? '';
  const one = await join(1, endpointRequest('front'));
  host.namespaces.execute('host', 'ip', 'link', 'del', bridge);
  const two = await join(2, endpointRequest('front'));
  expect(ping(one.namespace, '10.1.0.3')).toContain('1 packets received');
  // While berthd is away, too.
  await networks.close();
  host.namespaces.execute('host', 'ip', 'link', 'del', bridge);
  networks = await host.open();
  await join(3, endpointRequest('front'));
  for (const to of ['10.1.0.2', '10.1.0.4', '10.1.0.1'])
    expect(ping(two.namespace, to)).toContain('1 packets received');
  await Promise.all([1, 2, 3].map((number) => networks.leave(containerId(number))));
  await networks.remove('front');
  expect(host.links()).toEqual([]);
});

test('addresses are used up, come back, and are refused by name', async () => {
  await create('small', '10.1.0.0/29');
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => join(n, endpointRequest('small'))));
  expect(all.flatMap(addressesOf).toSorted()).toEqual(
    [2, 3, 4, 5, 6].map((number) => `10.1.0.${number}/29`),
  );
  await expect(join(6, endpointRequest('bridge'), endpointRequest('small'))).rejects.toMatchObject({
    code: 'NETWORK_ADDRESSES_USED_UP',
  });
  // What it had in the other network is free again, and so is what a refused one had asked for.
  const bad = { macAddress: 'nonsense' };
  await expect(join(6, endpointRequest('bridge', bad))).rejects.toThrow('invalid MAC address');
  expect(addressesOf(await join(6, endpointRequest('bridge')))).toEqual(['172.17.0.2/16']);
  const ask = (ipv4: string): Promise<unknown> => join(7, endpointRequest('small', { ipv4 }));
  await expect(ask('10.1.0.4')).rejects.toMatchObject({ code: 'NETWORK_ADDRESS_IN_USE' });
  await expect(ask('10.1.0.1')).rejects.toMatchObject({ code: 'NETWORK_ADDRESS_IN_USE' });
  await expect(ask('10.1.1.4')).rejects.toMatchObject({ code: 'NETWORK_ADDRESS_OUTSIDE' });
  // Who leaves is waited for.
  const leaving = networks.leave(containerId(3));
  expect(addressesOf(await join(7, endpointRequest('small')))).toHaveLength(1);
  await leaving;
  // A container that starts anew has what an earlier run of it had.
  const again = await join(7, endpointRequest('small'));
  expect(addressesOf(again)).toHaveLength(1);
  await Promise.all(networks.users.map((id) => networks.leave(id)));
  expect(host.sandboxFiles()).toEqual([]);
  await networks.remove('small');
  expect(host.links()).toEqual([]);
});

test('sandboxes outlive berthd, and what nobody has is swept away', async () => {
  await create('front', '10.1.0.0/24');
  const one = await join(1, endpointRequest('front'));
  // Its berthd is killed, with namespaces that nobody has yet.
  const killed = networks;
  await expect.poll(() => host.keptNamespaces().length).toBeGreaterThan(3);
  host.namespaces.execute('host', 'ip', 'link', 'add', 'veth1234567', 'type', 'veth');
  const bridge = host.links().find((name) => name.startsWith('br-')) ?? '';
  host.namespaces.execute('host', 'ip', 'link', 'set', 'veth1234567', 'master', bridge);
  // What the host remembers of one who is there, of one who is gone, and what somebody has set.
  const neighbours = { '10.1.0.2': 'stale', '10.1.0.7': 'stale', '10.1.0.8': 'permanent' };
  for (const [address, state] of Object.entries(neighbours))
    host.namespaces.execute(
      'host',
      ...['ip', 'neighbour', 'replace', address, 'lladdr', '02:42:00:00:00:99'],
      ...['dev', bridge, 'nud', state],
    );
  networks = await host.open();
  expect(networks.sandboxOf(containerId(1))).toEqual(one);
  const none = await join(9);
  const two = await join(2, endpointRequest('front'));
  expect(addressesOf(two)).toEqual(['10.1.0.3/24']);
  expect(ping(one.namespace, '10.1.0.3')).toContain('1 packets received');
  expect(host.links()).not.toContain('veth1234567');
  const known = (): unknown => host.ip('neighbour', 'show', 'dev', bridge).map(({ dst }) => dst);
  expect(known()).toEqual(expect.arrayContaining(['10.1.0.2', '10.1.0.8']));
  expect(known()).not.toContain('10.1.0.7');
  // A berthd that did not connect it has the host forget it, too.
  await networks.leave(containerId(1));
  expect(known()).toContain('10.1.0.8');
  expect(known()).not.toContain('10.1.0.2');
  await Promise.all([2, 9].map((number) => networks.leave(containerId(number))));
  await networks.remove('front');
  await networks.close();
  expect(host.keptNamespaces()).toEqual([]);
  expect(none.endpoints).toEqual([]);
  expect(host.links()).toEqual([]);
  await killed.close();
});

test('what a berthd that starts makes on the host is there before somebody takes it away', async () => {
  await create('front', '10.1.0.0/24');
  await create('back', '10.2.0.0/24');
  await networks.close();
  let restored = 0;
  const firewall: Firewall = {
    ...noFirewall,
    restore: async ({ networks: whole }) => {
      // So long that somebody else would be done with all that they do on the host.
      let links: readonly string[] = [];
      for (let look = 0; look < 30; look += 1)
        links = (await readLinks(host.runner)).map(({ name }) => name);
      expect(links).toEqual(expect.arrayContaining(whole.map(({ bridge }) => bridge)));
      restored += whole.length;
    },
  };
  networks = await host.open({ firewall });
  await Promise.all([networks.remove('front'), networks.withdraw()]);
  expect([restored, host.links()]).toEqual([2, []]);
});

test('the network of daemon.json is as that says when nobody is in it', async () => {
  const settings = { ...defaultSettings.defaultBridge, name: 'berth0', options: {} };
  const other = { ...settings, ipv6: false, address4: '10.8.0.1/24', range4: '10.8.0.128/25' };
  await join(1, endpointRequest('bridge'));
  const { id } = networks.find('bridge');
  const reopen = async (defaultBridge: typeof other | undefined): Promise<void> => {
    await networks.close();
    networks = await host.open({ settings: { defaultBridge } });
  };
  await reopen(other);
  expect([networks.find('bridge').id, host.notices.length]).toEqual([id, 1]);
  await reopen(undefined);
  expect(networks.find('bridge').id).toBe(id);
  await networks.leave(containerId(1));
  await reopen(other);
  const next = await join(1, endpointRequest('bridge'));
  expect(addressesOf(next)).toEqual(['10.8.0.128/24']);
  const changed = networks.find('bridge').id;
  expect(changed).not.toBe(id);
  await reopen(other);
  await networks.leave(containerId(1));
  await reopen(other);
  expect(networks.find('bridge').id).toBe(changed);
  // An administrator's own bridge is used as it is, and stays.
  host.namespaces.execute('host', 'ip', 'link', 'add', 'mine', 'type', 'bridge');
  await reopen({ ...other, name: 'mine' });
  await join(1, endpointRequest('bridge'));
  expect(host.links().filter((name) => !name.startsWith('veth'))).toEqual(['mine']);
  await networks.leave(containerId(1));
  await reopen(undefined);
  expect([networks.findIfThere('bridge'), networks.defaultName]).toEqual([undefined, 'none']);
  await networks.close();
  expect(host.ip('link').map(({ ifname }) => ifname)).toEqual(['lo', 'mine']);
});

test('a disconnect whose ports cannot go another way leaves all as it was', async () => {
  await networks.close();
  let refuses = false;
  const rules: string[] = [];
  const firewall: Firewall = {
    ...noFirewall,
    publish: (ports) => {
      if (refuses) return Promise.reject(new Error('no rules now'));
      rules.push(...ports.map(({ containerAddress }) => formatAddress(containerAddress)));
      return Promise.resolve();
    },
  };
  networks = await host.open({ firewall });
  await create('front', '10.1.0.0/24');
  await create('back', '10.2.0.0/24');
  const web = await join(1, endpointRequest('front'), endpointRequest('back'));
  const id = containerId(1);
  const wishes = portWishes({
    bindings: { '80/tcp': [{ HostIp: '10.0.0.1', HostPort: '8080' }] },
    ...{ exposed: [], publishAll: false },
  });
  const use = { start: () => Promise.resolve(), stop: () => Promise.resolve() };
  await networks.publishing({ container: id, owner: 'web', wishes }, use);
  const gateway = defaultRoutes(web.namespace);
  const name = gateway[0]?.startsWith('10.1.') === true ? 'front' : 'back';
  refuses = true;
  const disconnect = (): Promise<void> => networks.disconnect(id, networks.find(name));
  await expect(disconnect()).rejects.toThrow('no rules now');
  expect(defaultRoutes(web.namespace)).toEqual(gateway);
  expect(ping(web.namespace, name === 'front' ? '10.1.0.1' : '10.2.0.1')).toContain(
    '1 packets received',
  );
  refuses = false;
  await disconnect();
  expect(defaultRoutes(web.namespace)).not.toEqual(gateway);
  expect(rules).toEqual([
    name === 'front' ? '10.1.0.2' : '10.2.0.2',
    name === 'front' ? '10.2.0.2' : '10.1.0.2',
  ]);
  // What somebody who is gone has left is taken away by its name, once.
  await networks.removeEndpoint(name === 'front' ? 'back' : 'front', 'web');
  await expect(networks.removeEndpoint('front', 'web')).rejects.toMatchObject({
    ...{ code: 'ENDPOINT_NAME_UNKNOWN', message: 'endpoint web not found' },
  });
});
