import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatPrefix } from '../../../runtime/network/address/ip-prefix.ts';
import {
  addAddress,
  addressIndexAt,
  deleteAddress,
  listAddresses,
  parseInterfaceAddress,
} from '../../../runtime/network/netlink/addresses.ts';
import {
  addBridge,
  addVeth,
  bringUp,
  deleteLink,
  getLink,
  listLinks,
  parseLink,
  renameLink,
  setMaster,
} from '../../../runtime/network/netlink/links.ts';
import {
  decodeMessages,
  itemsOf,
  type NetlinkMessage,
  type NetlinkRequest,
} from '../../../runtime/network/netlink/message.ts';
import { NetlinkSocket } from '../../../runtime/network/netlink/netlink-socket.ts';
import {
  addNeighbour,
  correctNeighbour,
  deleteNeighbour,
  listNeighbours,
  type Neighbour,
  neighbourIndexAt,
  parseNeighbour,
} from '../../../runtime/network/netlink/neighbours.ts';
import {
  addRoute,
  deleteRoute,
  listRoutes,
  parseRoute,
  routeIndexAt,
} from '../../../runtime/network/netlink/routes.ts';
import {
  enterNamespace,
  makeNamespace,
  namespaceFd,
} from '../../../runtime/network/namespaces/network-namespace.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { address, prefix, TestNamespaces } from './namespaces.ts';

/** The namespace with the bridge, and the one at the other end of the cable. */
type Side = 'near' | 'far';

let namespaces: TestNamespaces<Side>;

beforeAll(async () => {
  namespaces = await TestNamespaces.make('near', 'far');
});
afterAll(async () => {
  await namespaces.close();
});

async function list(side: Side, request: NetlinkRequest): Promise<readonly NetlinkMessage[]> {
  const data = await namespaces.run(side, (socket) => {
    socket.list(request);
  });
  return itemsOf([...decodeMessages(data)]);
}

async function indexOf(side: Side, name: string): Promise<number> {
  const data = await namespaces.run(side, (socket, p) => {
    p.reply(socket.indexOf(getLink({ name })).address, 8);
  });
  return Number(data.readBigUInt64LE());
}

async function doAll(side: Side, ...requests: readonly NetlinkRequest[]): Promise<void> {
  await namespaces.run(side, (socket) => {
    for (const request of requests) socket.do(request);
  });
}

describe('a network namespace', () => {
  test('is there without a process in it, and its loopback is up', () => {
    expect(namespaces.ip('near', 'link').map(({ ifname, flags }) => [ifname, flags])).toEqual([
      ['lo', expect.arrayContaining(['UP', 'LOOPBACK']) as unknown],
    ]);
  });

  test('is not made where there is a file', async () => {
    const p = new ProgramBuilder('make a namespace');
    makeNamespace(p, namespaces.path('near'));
    await expect(namespaces.launcher.run(p)).rejects.toMatchObject({
      code: 'SYSCALL_FAILED',
      message: expect.stringContaining(`make ${namespaces.path('near')}: EEXIST`) as unknown,
    });
  });
});

describe('a bridge and a pair, in one program', () => {
  test('are as ip(8) would have made them', async () => {
    const p = new ProgramBuilder('connect');
    enterNamespace(p, namespaces.path('near'));
    const here = NetlinkSocket.open(p);
    enterNamespace(p, namespaces.path('far'));
    const there = NetlinkSocket.open(p);
    here.do(addBridge({ name: 'br0', mtu: 1400 }));
    const bridge = here.indexOf(getLink({ name: 'br0' }));
    here.do(addAddress({ index: 0, prefix: prefix('10.1.0.1/24') }), {
      blanks: [{ at: addressIndexAt, value: bridge }],
    });
    here.do(bringUp({ name: 'br0' }));
    here.do(
      addVeth(
        { name: 'port0', mtu: 1400 },
        {
          name: 'eth0',
          mtu: 1400,
          macAddress: Uint8Array.of(2, 66, 10, 1, 0, 2),
          namespaceFd,
        },
      ),
    );
    here.do(bringUp({ name: 'port0' }));
    const eth0 = there.indexOf(getLink({ name: 'eth0' }));
    for (const own of ['10.1.0.2/24', 'fd00::2/64']) {
      there.do(addAddress({ index: 0, prefix: prefix(own) }), {
        blanks: [{ at: addressIndexAt, value: eth0 }],
      });
    }
    there.do(bringUp({ name: 'eth0' }));
    const route = { destination: prefix('0.0.0.0/0'), gateway: address('10.1.0.1'), index: 0 };
    there.do(addRoute(route), { blanks: [{ at: routeIndexAt, value: eth0 }] });
    await namespaces.launcher.run(p);
    await doAll('near', setMaster({ name: 'port0' }, await indexOf('near', 'br0')));

    const [bridgeSeen, port] = namespaces
      .ip('near', 'link')
      .filter(({ ifname }) => ifname !== 'lo');
    expect(bridgeSeen).toMatchObject({
      ifname: 'br0',
      mtu: 1400,
      linkinfo: { info_kind: 'bridge' },
    });
    expect(port).toMatchObject({ ifname: 'port0', master: 'br0', linkinfo: { info_kind: 'veth' } });
    const [own] = namespaces.ip('far', 'address', 'show', 'eth0');
    expect(own).toMatchObject({ address: '02:42:0a:01:00:02', mtu: 1400 });
    expect(own?.['addr_info']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          local: '10.1.0.2',
          prefixlen: 24,
          broadcast: '10.1.0.255',
          scope: 'global',
        }),
        // Usable at once: not "tentative".
        expect.objectContaining({ local: 'fd00::2', prefixlen: 64, nodad: true }),
      ]),
    );
    expect(namespaces.ip('far', 'route')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ dst: 'default', gateway: '10.1.0.1', dev: 'eth0' }),
      ]),
    );
    const ping = namespaces.execute('far', 'busybox', 'ping', '-c', '1', '-W', '5', '10.1.0.1');
    expect(ping).toContain('1 packets received');
  });

  test('are listed as ip(8) lists them', async () => {
    const links = (await list('near', listLinks)).map(parseLink);
    const seen = namespaces.ip('near', 'link');
    expect(links.map(({ name, index, mtu, macAddress }) => [name, index, mtu, macAddress])).toEqual(
      seen.map(({ ifname, ifindex, mtu, address: mac }) => [ifname, ifindex, mtu, mac]),
    );
    const [lo, bridge, port] = links;
    expect(lo?.kind).toBe('');
    expect(bridge).toMatchObject({ kind: 'bridge', isUp: true, master: undefined });
    expect(port).toMatchObject({ kind: 'veth', master: bridge?.index });
    const addresses = (await list('far', listAddresses)).map(parseInterfaceAddress);
    const texts = addresses.map((item) => item && formatPrefix(item.prefix));
    expect(texts).toEqual(expect.arrayContaining(['127.0.0.1/8', '10.1.0.2/24', 'fd00::2/64']));
    const routes = (await list('far', listRoutes)).map(parseRoute).filter((route) => route);
    expect(routes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ destination: prefix('0.0.0.0/0'), gateway: address('10.1.0.1') }),
        expect.objectContaining({ destination: prefix('10.1.0.0/24'), gateway: undefined }),
      ]),
    );
  });

  test('have neighbours, which are listed by interface, put right and removed', async () => {
    const [index, loopback] = [await indexOf('far', 'eth0'), await indexOf('far', 'lo')];
    const [first, second] = [Buffer.of(2, 0, 0, 0, 0, 1), Buffer.of(2, 0, 0, 0, 0, 2)];
    const neighbour = (text: string, more: Partial<Neighbour> = {}): Neighbour => ({
      ...{ index, address: address(text), macAddress: first, state: 'stale', ...more },
    });
    const all = ['10.1.0.9', 'fd00::9'];
    await doAll('far', ...all.map((text) => addNeighbour(neighbour(text))));
    await doAll('far', addNeighbour(neighbour('10.1.0.10', { state: 'permanent' })));
    // Of another interface: a blank that is filled while the program runs.
    await namespaces.run('far', (socket) => {
      const blanks = [{ at: neighbourIndexAt, value: socket.indexOf(getLink({ name: 'lo' })) }];
      const own = neighbour('127.0.0.9', { index: 0, state: 'noarp', macAddress: Buffer.alloc(6) });
      socket.do(addNeighbour(own), { blanks });
    });
    const listed = async (of: number): Promise<readonly unknown[]> =>
      (await list('far', listNeighbours(of))).map(parseNeighbour);
    const known = [neighbour('10.1.0.9'), neighbour('10.1.0.10', { state: 'permanent' })];
    const seen = await listed(index);
    expect(seen).toEqual(expect.arrayContaining([...known, neighbour('fd00::9')]));
    expect(seen.map((entry) => (entry as Neighbour).index)).not.toContain(loopback);
    expect((await listed(loopback)).map((entry) => (entry as Neighbour).index)).toContain(loopback);
    const shown = (text: string): readonly Record<string, unknown>[] =>
      namespaces.ip('far', 'neighbour', 'show', 'to', text);
    for (const text of all)
      expect(shown(text)).toMatchObject([{ lladdr: '02:00:00:00:00:01', state: ['STALE'] }]);
    const right = { macAddress: second, state: 'reachable' } as const;
    await doAll('far', ...all.map((text) => correctNeighbour(neighbour(text, right))));
    for (const text of all)
      expect(shown(text)).toMatchObject([{ lladdr: '02:00:00:00:00:02', state: ['REACHABLE'] }]);
    await doAll('far', ...all.map((text) => deleteNeighbour(neighbour(text))));
    for (const text of all) expect(shown(text)).toEqual([]);
    // One that is not there is not made, and is no other one's.
    for (const [request, message] of [
      [correctNeighbour(neighbour('10.1.0.9')), 'correct a neighbour: ENOENT'],
      [deleteNeighbour(neighbour('fd00::9')), 'remove a neighbour: ENOENT'],
      [addNeighbour(neighbour('10.1.0.10')), 'add a neighbour: EEXIST'],
      [deleteNeighbour(neighbour('fd00::9', { index: 4711 })), 'remove a neighbour: ENODEV'],
    ] as const)
      await expect(doAll('far', request)).rejects.toThrow(message);
  });

  test('an interface that has nothing at its other end is not waited for without end', async () => {
    await namespaces.run('near', (socket) => {
      socket.do(addBridge({ name: 'idle' }));
      socket.awaitRunning(getLink({ name: 'idle' }));
      socket.ifThere(getLink({ name: 'nobody' }), () => {
        socket.do(deleteLink({ name: 'idle' }));
      });
      socket.ifThere(getLink({ name: 'idle' }), () => {
        socket.do(deleteLink({ name: 'idle' }));
      });
    });
    expect(namespaces.ip('near', 'link').map(({ ifname }) => ifname)).not.toContain('idle');
  });

  test('change, and go', async () => {
    const index = await indexOf('far', 'eth0');
    const destination = prefix('10.9.0.0/16');
    await doAll('far', addRoute({ destination, index }));
    expect(namespaces.ip('far', 'route').map(({ dst }) => dst)).toContain('10.9.0.0/16');
    await doAll(
      'far',
      deleteRoute({ destination, index }),
      deleteAddress({ index, prefix: prefix('fd00::2/64') }),
    );
    expect(namespaces.ip('far', 'route').map(({ dst }) => dst)).not.toContain('10.9.0.0/16');
    expect(JSON.stringify(namespaces.ip('far', 'address'))).not.toContain('fd00::2');
    await doAll('near', deleteLink({ name: 'port0' }), addBridge({ name: 'br1' }));
    await doAll(
      'near',
      renameLink(await indexOf('near', 'br1'), 'br2'),
      deleteLink({ name: 'br0' }),
    );
    expect(namespaces.ip('near', 'link').map(({ ifname }) => ifname)).toEqual(['lo', 'br2']);
    expect(namespaces.ip('far', 'link').map(({ ifname }) => ifname)).toEqual(['lo']);
  });
});

describe('what the kernel refuses', () => {
  test.each([
    ['an interface that is there', addBridge({ name: 'lo' }), 'make the bridge lo: EEXIST'],
    ['one that is not', deleteLink({ name: 'nobody' }), 'remove nobody: ENODEV'],
    [
      'a bridge that is gone',
      addVeth({ name: 'a', master: 4711 }, { name: 'b', namespaceFd }),
      'make the pair of a and b: EINVAL',
    ],
    ['a name that is too long', addBridge({ name: 'x'.repeat(16) }), 'ERANGE'],
  ])('%s is named with its step', async (_what, request, message) => {
    await expect(doAll('near', request)).rejects.toMatchObject({
      code: 'SYSCALL_FAILED',
      message: expect.stringContaining(message) as unknown,
    });
    expect(namespaces.ip('near', 'link').map(({ ifname }) => ifname)).toEqual(['lo', 'br2']);
  });

  test('is no error where it is expected', async () => {
    const EEXIST = 17;
    await namespaces.run('near', (socket) => {
      socket.do(addBridge({ name: 'br2' }), { unless: [EEXIST] });
    });
    await expect(indexOf('near', 'nobody')).rejects.toMatchObject({
      message: expect.stringContaining('find nobody: ENODEV') as unknown,
    });
  });

  test('of hundreds of interfaces none is missing in a list', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `many${i}`);
    for (let at = 0; at < names.length; at += 50) {
      await doAll('near', ...names.slice(at, at + 50).map((name) => addBridge({ name })));
    }
    const seen = (await list('near', listLinks)).map(parseLink).map(({ name }) => name);
    expect(seen).toEqual(['lo', 'br2', ...names]);
  });
});
