import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SandboxRecord } from '../../../runtime/network/model/sandbox-record.ts';
import type { Networks } from '../../../runtime/network/networks.ts';
import type { EndpointRequest } from '../../../runtime/network/sandboxes/endpoint-request.ts';
import { ManualClock } from '../container/manual-clock.ts';
import { until } from '../scripts/support/until.ts';
import {
  containerId,
  endpointRequest,
  inside,
  ipInside,
  networkRequest,
  subnets,
  TestHost,
} from './test-host.ts';

let host: TestHost;
let networks: Networks;
const clock = new ManualClock();

beforeEach(async () => {
  host = await TestHost.make();
  networks = await host.open({ clock });
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

test('whose addresses they are is said as often as the network wants, to a container that is still there', async () => {
  const option = 'com.docker.network.advertise_addr';
  const makeNetwork = async (name: string, ipam: string, ...values: readonly string[]) => {
    const [count, interval] = values;
    const options = {
      ...(count === undefined ? {} : { [`${option}_nmsgs`]: count }),
      ...(interval === undefined ? {} : { [`${option}_ms`]: interval }),
    };
    await networks.create(networkRequest({ name, options, ipam: subnets(ipam) }));
  };
  await makeNetwork('usual', '10.1.0.0/24');
  await makeNetwork('quick', '10.2.0.0/24', '2', '100');
  await makeNetwork('silent', '10.3.0.0/24', '0');
  // ARP that says the sender's own address comes to the host's end of each bridge.
  const nft = (...words: readonly string[]): string =>
    host.namespaces.execute('host', 'nft', ...words);
  nft('add table arp seen');
  nft('add chain arp seen input { type filter hook input priority 0; }');
  for (const number of [1, 2, 3]) {
    const at = `10.${number}.0.2`;
    nft(`add rule arp seen input arp saddr ip ${at} arp daddr ip ${at} counter`);
  }
  const said = (): readonly number[] =>
    [...nft('list chain arp seen input').matchAll(/packets (\d+)/g)].map(([, count]) =>
      Number(count),
    );
  const hears = (...counts: readonly number[]): Promise<true> =>
    until(`${counts.join()} announcements`, () => said().join() === counts.join() || undefined);

  const endpoints = ['usual', 'quick', 'silent'].map((name) => endpointRequest(name));
  const { namespace } = await join(1, ...endpoints);
  await hears(1, 1, 0);
  clock.advance(100);
  await hears(1, 2, 0);
  clock.advance(900);
  await hears(2, 2, 0);
  await until('a third time', () => clock.sleepers === 1 || undefined);
  // Who has changed his hardware address is not given the former one.
  await join(2, endpointRequest('quick'));
  const mac = '02:00:00:00:00:99';
  inside(namespace, 'ip', 'link', 'set', 'eth0', 'address', mac);
  // The kernel says so itself.
  await hears(3, 2, 0);
  clock.advance(1000);
  await join(3, endpointRequest('usual', { ipv4: '10.1.0.9' }));
  expect(ipInside(namespace, 'link', 'show', 'eth0')[0]).toMatchObject({ address: mac });
  expect(said()[0]).toBe(3);
  // Nobody waits for what is left.
  await networks.leave(containerId(3));
  await networks.close();
  expect(clock.sleepers).toBe(0);
  for (const number of [1, 2]) await networks.leave(containerId(number));
});
