import { expect, test } from 'vitest';

import { migrateToEndpoint } from '../../../runtime/api/routes/create-migrations.ts';
import type { CreateRequest } from '../../../runtime/container/model/create-request.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';

interface Asked {
  readonly mac?: string;
  readonly mode?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly endpoints?: Readonly<Record<string, object>>;
}

const asked = ({ mac = '', mode = '', sysctls = {}, endpoints }: Asked): CreateRequest =>
  createRequestSchema.parse({
    Image: 'x',
    MacAddress: mac,
    HostConfig: { NetworkMode: mode, Sysctls: sysctls },
    NetworkingConfig: endpoints && { EndpointsConfig: endpoints },
  });

const mac = '02:42:ac:11:00:02';
const option = 'com.docker.network.endpoint.sysctls';
const sysctl = 'net.ipv4.conf.eth0.forwarding';
const deprecated = [expect.stringContaining('MacAddress field is now deprecated')];

test.each<[string, Asked, object, readonly unknown[]]>([
  ['1.43', { mac }, { default: { MacAddress: mac } }, []],
  ['1.43', { mac, mode: 'a', endpoints: { b: {} } }, { b: { MacAddress: mac } }, []],
  // Nobody looked at it.
  ['1.43', { endpoints: { a: { MacAddress: mac } } }, { a: { MacAddress: '' } }, []],
  ['1.44', { endpoints: { a: { MacAddress: mac } } }, { a: { MacAddress: mac } }, []],
  ['1.44', { mac }, { default: { MacAddress: mac } }, deprecated],
  [
    '1.51',
    { mac: mac.toUpperCase(), mode: 'a', endpoints: { a: { MacAddress: mac } } },
    { a: { MacAddress: mac.toUpperCase() } },
    deprecated,
  ],
])('a MAC address by API %s, %j', (version, request, endpoints, warnings) => {
  const migrated = migrateToEndpoint(asked(request), version);
  expect(migrated.request.config.MacAddress).toBe('');
  expect(migrated.request.networkingConfig.EndpointsConfig).toMatchObject(endpoints);
  expect(migrated.warnings).toEqual(warnings);
});

test('a MAC address where there is no interface is left out with a warning, and refused of old clients', () => {
  const migrated = migrateToEndpoint(asked({ mac, mode: 'none' }), '1.44');
  expect(migrated).toMatchObject({
    request: { config: { MacAddress: '' }, networkingConfig: { EndpointsConfig: null } },
    warnings: deprecated,
  });
  expect(() => migrateToEndpoint(asked({ mac, mode: 'host' }), '1.43')).toThrow(
    'conflicting options: mac-address and the network mode',
  );
  const two = asked({ mac, mode: 'a', endpoints: { a: { MacAddress: '02:00:00:00:00:01' } } });
  expect(() => migrateToEndpoint(two, '1.44')).toThrow('must match the endpoint-specific MAC');
  const other = asked({ mac, mode: 'a', endpoints: { b: {} } });
  expect(() => migrateToEndpoint(other, '1.44')).toThrow('NetworkMode must match the identity');
});

test('sysctls of eth0 move to the network, before those that it has', () => {
  const request = asked({
    mode: 'a',
    sysctls: { [sysctl]: '1', 'net.ipv4.ip_forward': '1' },
    endpoints: { a: { DriverOpts: { [option]: 'net.ipv6.conf.IFNAME.mtu=1400' } } },
  });
  const moved = 'net.ipv4.conf.IFNAME.forwarding=1';
  const { request: migrated, warnings } = migrateToEndpoint(request, '1.47');
  expect(migrated.hostConfig.Sysctls).toEqual({ 'net.ipv4.ip_forward': '1' });
  expect(migrated.networkingConfig.EndpointsConfig).toMatchObject({
    a: { DriverOpts: { [option]: `${moved},net.ipv6.conf.IFNAME.mtu=1400` } },
  });
  expect(warnings).toEqual([`Migrated sysctl "${sysctl}" to DriverOpts{"${option}":"${moved}"}.`]);
});

test('sysctls of interfaces that cannot be known are refused', () => {
  const eth1 = asked({ sysctls: { 'net.ipv4.conf.eth1.mtu': '1' } });
  expect(() => migrateToEndpoint(eth1, '1.47')).toThrow('unable to determine network endpoint');
  const eth0 = asked({ sysctls: { [sysctl]: '1' } });
  expect(() => migrateToEndpoint(eth0, '1.48')).toThrow('must be supplied using driver option');
  const host = asked({ mode: 'host', sysctls: { [sysctl]: '1' } });
  expect(migrateToEndpoint(host, '1.48')).toEqual({ request: host, warnings: [] });
});
