import { describe, expect, test } from 'vitest';

import { parseDaemonConfig, type DaemonConfig } from '../../../runtime/config/daemon-config.ts';
import { parseDaemonFlags } from '../../../runtime/config/flags.ts';
import { networkSettings } from '../../../runtime/daemon/network-settings.ts';
import { lateKeys } from '../../../runtime/daemon/reload.ts';
import { formatPrefix, parsePrefix } from '../../../runtime/network/address/ip-prefix.ts';
import type { NetworkSettings } from '../../../runtime/network/network-ports.ts';

const parse = (keys: unknown): DaemonConfig => parseDaemonConfig(JSON.stringify(keys), '/d.json');

const settingsOf = (keys: unknown, onBridge: readonly string[] = []): NetworkSettings =>
  networkSettings(parse(keys).network, {
    engineId: '01020304-0506-0708-090a-0b0c0d0e0f10',
    bridgeAddresses: onBridge.flatMap((text) => parsePrefix(text) ?? []),
  });

const shownPools = ({ pools }: NetworkSettings): readonly string[] =>
  pools.map(({ base, size }) => `${formatPrefix(base)} ${size}`);

describe('daemon.json: what is wrong with keys of networks', () => {
  test.each([
    [{ bip: '10.0.0.1' }, '"bip": wanted an IPv4 address of the bridge with the length'],
    [{ bip: '10.0.0.0/24' }, '"bip": wanted an IPv4 address of the bridge'],
    [{ bip: 'fd00::1/64' }, '"bip": wanted an IPv4 address of the bridge'],
    [{ bip: '10.0.0.1/33' }, '"bip": wanted an IPv4 address of the bridge'],
    [{ ipv6: true, bip6: '10.0.0.1/8' }, '"bip6": wanted an IPv6 address of the bridge'],
    [{ bip6: 'fd00::1/64' }, '"bip6": wanted "ipv6": true beside it'],
    [{ bridge: 'sixteen-letters-' }, '"bridge": wanted the name of an interface, or "none"'],
    [{ bridge: 'br0', bip: '10.0.0.1/8' }, '"bip": wanted nothing: "bridge" names a bridge'],
    [{ bridge: 'none', bip: '10.0.0.1/8' }, '"bip": wanted nothing: "bridge" is "none"'],
    [{ bip: '10.0.0.1/24', 'fixed-cidr': '10.0.1.0/25' }, '"fixed-cidr": wanted a part of'],
    [{ bip: '10.0.0.1/24', 'fixed-cidr': '10.0.0.0/16' }, '"fixed-cidr": wanted a part of'],
    [{ 'default-gateway': '10.0.0.9' }, '"default-gateway": wanted "bip" or "fixed-cidr" beside'],
    [{ bip: '10.0.0.1/24', 'default-gateway': '10.0.1.9' }, 'an address of the network of "bip"'],
    [{ 'default-gateway-v6': '10.0.0.1' }, '"default-gateway-v6": wanted an IPv6 address'],
    [
      { 'default-address-pools': [{ base: '10.0.0.0/16', size: 15 }] },
      '"default-address-pools.0.size": wanted a length of a prefix',
    ],
    [
      { 'default-address-pools': [{ base: '10.0.0.0/16', size: 33 }] },
      '"default-address-pools.0.size": wanted a length of a prefix',
    ],
    [
      { 'default-address-pools': [{ base: '10.0.0.0', size: 24 }] },
      '"default-address-pools.0.base": wanted a network such as',
    ],
    [
      {
        'default-address-pools': [
          ...[{ base: '10.1.0.0/16', size: 24 }],
          ...[{ base: '10.0.0.0/8', size: 24 }],
        ],
      },
      '"default-address-pools.1.base": wanted a network apart from those of the pools before',
    ],
    [{ mtu: 67 }, '"mtu": wanted a number of bytes from 68 to 65535, or 0'],
    [{ ip: 'localhost' }, '"ip": wanted an IP address'],
    [{ icc: false, iptables: false }, '"icc": wanted true, or "iptables": true'],
    [{ icc: false, ipv6: true, ip6tables: false }, '"icc": wanted true, or "ip6tables": true'],
    [
      { 'host-gateway-ips': ['10.0.0.1', '10.0.0.2'] },
      '"host-gateway-ips.1": wanted one address of each family at most',
    ],
    [
      { 'host-gateway-ip': '10.0.0.1', 'host-gateway-ips': ['10.0.0.1'] },
      '"host-gateway-ip": wanted nothing beside "host-gateway-ips"',
    ],
    [{ 'userland-proxy-path': '/usr/bin/docker-proxy' }, 'berth brings its own proxy'],
    [{ 'network-control-plane-mtu': 1400 }, 'berth has no swarm mode'],
  ])('%j', (keys, message) => {
    expect(() => parse(keys)).toThrow(message);
  });

  test('has its place in the file', () => {
    const text =
      '{\n "bip": "10.0.0.1/24",\n "default-address-pools": [\n  {"base": "x", "size": 1}]\n}';
    expect(() => parseDaemonConfig(text, '/d.json')).toThrow(
      'line 4, column 12: "default-address-pools.0.base": wanted a network such as "10.10.0.0/16"',
    );
  });
});

describe('daemon.json: settings of networks', () => {
  test("without a key are Docker's, with networks of IPv6 that are this engine's own", () => {
    const settings = settingsOf({});
    expect(settings.defaultBridge).toEqual({
      ...{ name: 'berth0', ipv6: false, address4: undefined, address6: undefined },
      ...{ range4: undefined, range6: undefined, gateway4: undefined, gateway6: undefined },
      options: {
        'com.docker.network.bridge.enable_icc': 'true',
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
        'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
        'com.docker.network.driver.mtu': '1500',
      },
    });
    // What moby's deriveULABaseNetwork gives for the same id.
    expect(shownPools(settings)).toEqual([
      ...['172.17.0.0/16 16', '172.18.0.0/16 16', '172.19.0.0/16 16', '172.20.0.0/14 16'],
      ...['172.24.0.0/14 16', '172.28.0.0/14 16', '192.168.0.0/16 20'],
      expect.stringMatching(/^fd[0-9a-f]{2}:[0-9a-f]{1,4}:[0-9a-f]{1,4}::\/48 64$/),
    ]);
    expect(shownPools(settingsOf({}))).toEqual(shownPools(settings));
  });

  test('are those of the keys', () => {
    const settings = settingsOf({
      ...{ bip: '10.9.0.1/16', 'fixed-cidr': '10.9.8.7/24', 'default-gateway': '10.9.0.254' },
      ...{ ipv6: true, bip6: 'FD00:9:0::1/64', 'fixed-cidr-v6': 'fd00:9::/80' },
      ...{ icc: false, 'ip-masq': false, mtu: 1400, ip: '127.0.0.1' },
      'default-address-pools': [
        ...[{ base: '10.10.1.0/16', size: 24 }],
        ...[{ base: 'fd00:5::/56', size: 64 }],
      ],
      'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '9000' } },
    });
    expect(settings.defaultBridge).toEqual({
      ...{ name: 'berth0', ipv6: true },
      ...{ address4: '10.9.0.1/16', range4: '10.9.8.0/24', gateway4: '10.9.0.254' },
      ...{ address6: 'fd00:9::1/64', range6: 'fd00:9::/80', gateway6: undefined },
      options: {
        'com.docker.network.bridge.enable_icc': 'false',
        'com.docker.network.bridge.enable_ip_masquerade': 'false',
        'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
        'com.docker.network.driver.mtu': '1400',
      },
    });
    expect(shownPools(settings)).toEqual(['10.10.0.0/16 24', 'fd00:5::/56 64']);
    expect(settings.defaultOptions).toEqual({
      bridge: { 'com.docker.network.driver.mtu': '9000' },
    });
  });

  test('no bridge', () => {
    expect(settingsOf({ bridge: 'none' }).defaultBridge).toBeUndefined();
  });

  test("a bridge of the administrator's has the addresses that it has", () => {
    const found = ['fe80::1/64', '10.1.0.1/16', '10.2.0.1/16'];
    const keys = { bridge: 'br0', 'default-gateway': '10.2.0.254', 'fixed-cidr': '10.2.3.0/24' };
    expect(settingsOf(keys, found).defaultBridge).toMatchObject({
      ...{ name: 'br0', address4: '10.2.0.1/16', range4: '10.2.3.0/24', gateway4: '10.2.0.254' },
    });
    expect(settingsOf({ bridge: 'br0' }, found).defaultBridge).toMatchObject({
      address4: '10.1.0.1/16',
    });
    const refusals = [
      [{ bridge: 'br0' }, [], '"br0" has no IPv4 address'],
      [{ bridge: 'br0', ipv6: true }, found, '"br0" has no IPv6 address'],
      [{ bridge: 'br0', 'fixed-cidr': '10.3.0.0/24' }, found, 'wanted a part of "10.1.0.0/16"'],
      [
        { bridge: 'br0', 'default-gateway': '10.3.0.1' },
        found,
        'wanted an address of "10.1.0.0/16',
      ],
    ] as const;
    for (const [refused, addresses, message] of refusals)
      expect(() => settingsOf(refused, addresses)).toThrow(message);
  });

  test('other keys', () => {
    expect(parse({ 'host-gateway-ip': '10.0.0.1', iptables: false }).network).toMatchObject({
      hostGateways: ['10.0.0.1'],
      firewall: { ipv4: false, ipv6: true },
      masquerade: false,
      ...{ forwarding: true, forwardWithoutDrop: false, directRouting: false, userlandProxy: true },
    });
  });

  test('are flags, too, and wait for the next start', () => {
    const args = ['-b', 'none', '--mtu=1400', '--icc=false', '--host-gateway-ip', '10.0.0.1'];
    const { values } = parseDaemonFlags(args);
    const keys = { bridge: 'none', mtu: 1400, icc: false, 'host-gateway-ips': ['10.0.0.1'] };
    expect(values).toEqual(keys);
    expect(lateKeys(parse({}), parse(keys)).toSorted()).toEqual(Object.keys(keys).toSorted());
  });
});
