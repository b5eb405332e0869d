import { execFileSync } from 'node:child_process';
import { unlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Networks } from '../../../runtime/network/networks.ts';
import { noFirewall } from './no-bridge.ts';
import { containerId, endpointRequest, networkRequest, subnets, TestHost } from './test-host.ts';

/** Name servers of containers that were there before berthd was. */

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

test('who leaves while berthd starts has no name server any more', async () => {
  await networks.create(networkRequest({ name: 'front', ipam: subnets('10.1.0.0/24') }));
  const ids = [1, 2, 3, 4].map(containerId);
  for (const container of ids) {
    const endpoints = [endpointRequest('front')];
    const { connected } = await networks.join({ container, endpoints, upstreams: ['10.1.0.1'] });
    await connected;
  }
  await networks.close();
  const restored = Promise.withResolvers<undefined>();
  const restore = (): Promise<void> => {
    restored.resolve(undefined);
    return Promise.resolve();
  };
  networks = await host.open({ firewall: { ...noFirewall, restore } });
  await restored.promise;
  for (const id of ids) {
    // By then it opens the sockets of this one.
    await new Promise(setImmediate);
    await networks.leave(id);
  }
  await networks.remove('front');
});

test('a container whose namespace went before berthd was killed has nothing served, and leaves', async () => {
  await networks.create(networkRequest({ name: 'front', ipam: subnets('10.1.0.0/24') }));
  const upstreams = ['10.1.0.1'];
  for (const number of [1, 2]) {
    const request = { container: containerId(number), endpoints: [endpointRequest('front')] };
    await (
      await networks.join({ ...request, upstreams })
    ).connected;
  }
  const [one, other] = [1, 2].map((number) => networks.sandboxOf(containerId(number))?.namespace);
  await networks.close();
  // All of the first, and of the second but the file that its mount was on.
  for (const path of [one, other]) execFileSync('umount', ['--lazy', path ?? '']);
  unlinkSync(one ?? '');
  networks = await host.open();
  // It waits until the host has what is written down.
  await expect(networks.remove('front')).rejects.toMatchObject({ code: 'NETWORK_IN_USE' });
  for (const number of [1, 2]) await networks.leave(containerId(number));
  await networks.remove('front');
  expect(host.links()).toEqual([]);
});
