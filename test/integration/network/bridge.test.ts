import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type BridgePlan,
  ensureBridge,
  removeBridge,
} from '../../../runtime/network/bridge/bridge.ts';
import {
  connectEndpoint,
  disconnectEndpoint,
  type EndpointPlace,
  type EndpointPlan,
} from '../../../runtime/network/bridge/endpoint.ts';
import { setDefaultRoute } from '../../../runtime/network/bridge/default-routes.ts';
import { enterNamespace } from '../../../runtime/network/namespaces/network-namespace.ts';
import { NetlinkSocket } from '../../../runtime/network/netlink/netlink-socket.ts';
import { address, prefix, TestNamespaces } from './namespaces.ts';

type Place = 'host' | 'web' | 'database';

let namespaces: TestNamespaces<Place>;
let index: number;

const bridge: BridgePlan = {
  name: 'berth0',
  mtu: 1400,
  macAddress: Uint8Array.of(2, 66, 10, 5, 0, 1),
  addresses: [prefix('10.5.0.1/24'), prefix('fd05::1/64')],
};

beforeAll(async () => {
  namespaces = await TestNamespaces.make('host', 'web', 'database');
});
afterAll(async () => {
  await namespaces.close();
});

async function ensure(): Promise<number> {
  const data = await namespaces.run('host', (host, p) => {
    p.reply(ensureBridge(p, host, bridge).address, 8);
  });
  return Number(data.readBigUInt64LE());
}

function endpoint(number: number): EndpointPlan {
  return {
    bridge: index,
    portName: `port${number}`,
    name: 'eth0',
    macAddress: Uint8Array.of(2, 66, 10, 5, 0, number),
    mtu: 1400,
    addresses: [prefix(`10.5.0.${number}/24`), prefix(`fd05::${number}/64`)],
  };
}

const place = (number: number): EndpointPlace => ({ ...endpoint(number), bridge: bridge.name });

const gateways = { 4: address('10.5.0.1'), 6: address('fd05::1') } as const;

async function connect(
  name: 'web' | 'database',
  plan: EndpointPlan,
  routers = gateways,
): Promise<void> {
  await namespaces.run('host', (host, p) => {
    enterNamespace(p, namespaces.path(name));
    const container = NetlinkSocket.open(p);
    const to = connectEndpoint(p, { host, container }, plan);
    for (const { address: own } of plan.addresses)
      setDefaultRoute(container, { name: plan.name, index: to, to: routers[own.family] });
  });
}

/** What a place remembers of an address: the hardware address, if it has one. */
function remembered(by: Place, address: string): readonly unknown[] {
  return namespaces.ip(by, 'neighbour', 'show', 'to', address).map(({ lladdr }) => lladdr);
}

function ping(from: Place, to: string): string {
  return namespaces.execute(from, 'busybox', 'ping', '-c', '1', '-W', '10', to);
}

test('a bridge is made once, and completed when it is there', async () => {
  index = await ensure();
  namespaces.execute('host', 'ip', 'address', 'del', '10.5.0.1/24', 'dev', 'berth0');
  namespaces.execute('host', 'ip', 'link', 'set', 'berth0', 'down');
  expect(await ensure()).toBe(index);
  const [seen] = namespaces.ip('host', 'address', 'show', 'berth0');
  expect(seen).toMatchObject({ mtu: 1400, flags: expect.arrayContaining(['UP']) as unknown });
  expect(seen?.['addr_info']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ local: '10.5.0.1', prefixlen: 24 }),
      expect.objectContaining({ local: 'fd05::1', prefixlen: 64, nodad: true }),
    ]),
  );
});

test('packets go between containers and the host, by both protocols, at once', async () => {
  await connect('web', endpoint(2));
  await connect('database', endpoint(3));
  expect(ping('web', '10.5.0.3')).toContain('1 packets received');
  expect(ping('web', 'fd05::3')).toContain('1 packets received');
  expect(ping('database', '10.5.0.1')).toContain('1 packets received');
  expect(ping('host', 'fd05::2')).toContain('1 packets received');
  // A whole conversation, and not only echoes: as many bytes as do not fit into one packet.
  const text = 'x'.repeat(20_000);
  const server = namespaces.begin('database', 'busybox', 'nc', '-l', '-p', '5432');
  const send = `while ! printf %s ${text} | busybox nc 10.5.0.3 5432; do :; done`;
  await namespaces.begin('web', 'busybox', 'sh', '-c', send);
  expect(await server).toBe(text);
  // The gateways are where everything else goes.
  const routes = [...namespaces.ip('web', 'route'), ...namespaces.ip('web', '-6', 'route')];
  expect(routes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ dst: 'default', gateway: '10.5.0.1', dev: 'eth0' }),
      expect.objectContaining({ dst: 'default', gateway: 'fd05::1', dev: 'eth0' }),
    ]),
  );
});

test('an endpoint goes while its container runs, and comes again', async () => {
  await namespaces.run('host', (host) => {
    disconnectEndpoint(host, place(2));
    // Gone already: fine.
    disconnectEndpoint(host, place(2));
  });
  expect(namespaces.ip('web', 'link').map(({ ifname }) => ifname)).toEqual(['lo']);
  expect(() => ping('web', '10.5.0.3')).toThrow();
  await connect('web', endpoint(2));
  expect(ping('web', '10.5.0.3')).toContain('1 packets received');
});

test('who remembers another hardware address for an address hears of the new one', async () => {
  const own = ['10.5.0.2', 'fd05::2'];
  for (const from of ['database', 'host'] as const)
    for (const to of own) expect(ping(from, to)).toContain('1 packets received');
  const all = (by: Place): unknown => own.map((text) => remembered(by, text));
  const before = [['02:42:0a:05:00:02'], ['02:42:0a:05:00:02']];
  expect([all('database'), all('host')]).toEqual([before, before]);
  await namespaces.run('host', (host) => {
    disconnectEndpoint(host, place(2));
  });
  // The host forgets whom it sees go.
  expect([all('database'), all('host')]).toEqual([before, [[], []]]);
  // As who went while berth did not see it.
  for (const text of own) {
    const entry = ['replace', text, 'lladdr', '02:42:00:00:00:99', 'dev', 'berth0'];
    namespaces.execute('host', 'ip', 'neighbour', ...entry, 'nud', 'stale');
  }
  await connect('web', { ...endpoint(2), macAddress: Uint8Array.of(2, 0, 0, 0, 0, 1) });
  const after = [['02:00:00:00:00:01'], ['02:00:00:00:00:01']];
  // Nobody has sent anything to the new one.
  expect([all('database'), all('host')]).toEqual([after, after]);
  for (const from of ['database', 'host'] as const)
    for (const to of own) expect(ping(from, to)).toContain('1 packets received');
});

test('the host is put right also where it hears nothing, and learns nothing of whom it does not know', async () => {
  const rules = [
    'add table bridge mute',
    'add chain bridge mute in { type filter hook input priority 0; policy drop; }',
  ];
  for (const rule of rules) namespaces.execute('host', 'nft', rule);
  await namespaces.run('host', (host) => {
    disconnectEndpoint(host, place(2));
  });
  const stale = ['lladdr', '02:42:00:00:00:99', 'dev', 'berth0', 'nud', 'stale'];
  namespaces.execute('host', 'ip', 'neighbour', 'replace', '10.5.0.2', ...stale);
  await connect('web', { ...endpoint(2), macAddress: Uint8Array.of(2, 0, 0, 0, 0, 2) });
  expect(remembered('host', '10.5.0.2')).toEqual(['02:00:00:00:00:02']);
  expect(remembered('host', 'fd05::2')).toEqual([]);
  namespaces.execute('host', 'nft', 'delete table bridge mute');
});

test('without an address of IPv6 there is no IPv6', async () => {
  await namespaces.run('host', (host) => {
    disconnectEndpoint(host, place(2));
  });
  await connect('web', {
    ...endpoint(2),
    addresses: [prefix('10.5.0.2/24')],
  });
  const [eth0] = namespaces.ip('web', 'address', 'show', 'eth0');
  expect(JSON.stringify(eth0)).not.toContain('inet6');
  expect(JSON.stringify(eth0)).toContain('10.5.0.2');
});

test('what cannot be connected is named with its step, and can be removed', async () => {
  await expect(
    connect('database', { ...endpoint(4), bridge: 4711, name: 'eth1' }),
  ).rejects.toMatchObject({
    code: 'SYSCALL_FAILED',
    message: expect.stringContaining('make the pair of port4 and eth1: EINVAL') as unknown,
  });
  await expect(connect('database', { ...endpoint(4), name: 'eth0' })).rejects.toThrow('EEXIST');
  const elsewhere = { ...endpoint(4), name: 'eth1', addresses: [prefix('10.6.0.4/24')] };
  await expect(
    connect('database', elsewhere, { ...gateways, 4: address('10.7.0.1') }),
  ).rejects.toThrow('set a route: ENETUNREACH');
  await namespaces.run('host', (host) => {
    disconnectEndpoint(host, place(4));
  });
  expect(namespaces.ip('database', 'link').map(({ ifname }) => ifname)).toEqual(['lo', 'eth0']);
});

test('a bridge goes, and its ports are nobody’s', async () => {
  await namespaces.run('host', (host) => {
    removeBridge(host, 'berth0');
    removeBridge(host, 'berth0');
  });
  const left = namespaces.ip('host', 'link').map(({ ifname, master }) => [ifname, master]);
  expect(left.toSorted()).toEqual([
    ['lo', undefined],
    ['port2', undefined],
    ['port3', undefined],
  ]);
});
