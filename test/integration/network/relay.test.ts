import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureBridge } from '../../../runtime/network/bridge/bridge.ts';
import { connectEndpoint } from '../../../runtime/network/bridge/endpoint.ts';
import { setDefaultRoute } from '../../../runtime/network/bridge/default-routes.ts';
import { enterNamespace } from '../../../runtime/network/namespaces/network-namespace.ts';
import { NetlinkSocket } from '../../../runtime/network/netlink/netlink-socket.ts';
import { address, prefix, TestNamespaces } from './namespaces.ts';

const child = join(import.meta.dirname, 'relay-child.ts');

test('what no rule of the firewall leads to a container gets there by the relay', async () => {
  const namespaces = await TestNamespaces.make('host', 'web');
  try {
    const index = await namespaces.run('host', (host, p) => {
      const addresses = [prefix('10.5.0.1/24'), prefix('fd05::1/64')];
      p.reply(ensureBridge(p, host, { name: 'berth0', mtu: 1500, addresses }).address, 8);
    });
    await namespaces.run('host', (host, p) => {
      enterNamespace(p, namespaces.path('web'));
      const container = NetlinkSocket.open(p);
      const to = connectEndpoint(
        p,
        { host, container },
        {
          bridge: Number(index.readBigUInt64LE()),
          portName: 'port2',
          name: 'eth0',
          macAddress: Uint8Array.of(2, 66, 10, 5, 0, 2),
          mtu: 1500,
          addresses: [prefix('10.5.0.2/24'), prefix('fd05::2/64')],
        },
      );
      for (const router of [address('10.5.0.1'), address('fd05::1')])
        setDefaultRoute(container, { name: 'eth0', index: to, to: router });
    });
    const urls = ['http://[::1]:8080/', 'http://[::1]:8081/', 'http://[fd05::1]:8081/'];
    const said = await namespaces.begin(
      'host',
      ...['env', `RELAY_URLS=${JSON.stringify(urls)}`, process.execPath, child],
      // The same container by IPv6 and, as one that has nothing else, by IPv4.
      ...[namespaces.path('web'), 'fd05::2', '10.5.0.2'],
    );
    expect(JSON.parse(said)).toEqual(['from box', 'from box', 'from box']);
  } finally {
    await namespaces.close();
  }
});
