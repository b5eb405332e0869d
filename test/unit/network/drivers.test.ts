import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advertisementOf } from '../../../runtime/network/drivers/advertisement.ts';
import { makeDrivers } from '../../../runtime/network/drivers/driver-table.ts';
import {
  flagOption,
  mtuOption,
  optionKinds,
  textLike,
  verifyOptions,
} from '../../../runtime/network/drivers/driver-options.ts';
import {
  formatMac,
  macAddressFor,
  parseMac,
} from '../../../runtime/network/drivers/mac-address.ts';
import { requirePrefix } from '../../../runtime/network/ipam/network-addresses.ts';
import type { NetworkRecord } from '../../../runtime/network/model/network-record.ts';
import { encodeRequest } from '../../../runtime/network/netlink/message.ts';
import { addIpvlan, addMacvlan, addVlan } from '../../../runtime/network/netlink/sub-links.ts';
import { networkRecord } from './records.ts';

const drivers = makeDrivers({ run: () => Promise.reject(new Error('no program is to run')) });

function verify(
  driver: string,
  options: Readonly<Record<string, string>>,
  others: readonly NetworkRecord[] = [],
  more: Partial<NetworkRecord> = {},
): void {
  drivers
    .get(driver)
    ?.verify(networkRecord({ driver, options, id: 'b'.repeat(64), ...more }), others);
}

describe('options of drivers', () => {
  const table = { a: optionKinds.flag, b: optionKinds.mtu, c: textLike('a c', (v) => v === 'c') };

  test.each([
    [{ d: '1' }, 'the network driver "bridge" has no option "d"'],
    [{ a: 'yes' }, 'failed to parse a value: yes (wanted "true" or "false")'],
    [{ b: '65536' }, 'failed to parse b value: 65536 (wanted a number of bytes)'],
    [{ b: '-1' }, 'failed to parse b value: -1 (wanted a number of bytes)'],
    [{ c: '' }, 'failed to parse c value:  (wanted a c)'],
    [{ toString: 'x' }, 'the network driver "bridge" has no option "toString"'],
    [{ a: 'toString' }, 'failed to parse a value: toString (wanted "true" or "false")'],
  ])('%j: %s', (options, message) => {
    expect(() => {
      verifyOptions(networkRecord({ options }), table);
    }).toThrow(message);
  });

  const advertised = 'com.docker.network.advertise_addr';
  test.each([
    ['_nmsgs', '4', `${advertised}_nmsgs must be in the range 0 to 3`],
    ['_nmsgs', '-1', `${advertised}_nmsgs must be in the range 0 to 3`],
    ['_nmsgs', 'a "b', `value for option ${advertised}_nmsgs "a \\"b" must be an integer`],
    ['_nmsgs', '9223372036854775808', 'must be an integer'],
    ['_ms', '99', `${advertised}_ms must be in the range 100 to 2000`],
    ['_ms', '1s', `value for option ${advertised}_ms "1s" must be integer milliseconds`],
    ['_ms', '', `value for option ${advertised}_ms "" must be integer milliseconds`],
  ])('how often addresses are announced has its limits: %s=%s', (key, value, message) => {
    for (const driver of ['bridge', 'macvlan', 'ipvlan'])
      expect(() => {
        verify(driver, { [`${advertised}${key}`]: value });
      }).toThrow(message);
  });

  test('addresses are announced three times, a second apart, unless the network says more', () => {
    expect(advertisementOf({ options: {} })).toEqual({ count: 3, intervalMs: 1000 });
    const options = { [`${advertised}_nmsgs`]: '+0', [`${advertised}_ms`]: '0100' };
    verify('bridge', options);
    expect(advertisementOf({ options })).toEqual({ count: 0, intervalMs: 100 });
  });

  test('are read as Go reads them', () => {
    verifyOptions(networkRecord({ options: { a: 'T', b: '1400', c: 'c' } }), table);
    const flags = ['1', 'F', 'True', 'FALSE', undefined].map((value) =>
      flagOption(networkRecord({ options: value === undefined ? {} : { a: value } }), 'a', true),
    );
    expect(flags).toEqual([true, false, true, false, true]);
    const mtu = (value: string): number | undefined =>
      mtuOption(networkRecord({ options: { 'com.docker.network.driver.mtu': value } }));
    expect([mtu('1400'), mtu('0')]).toEqual([1400, undefined]);
  });

  test('of a bridge do not contradict each other, or another network', () => {
    const name = { 'com.docker.network.bridge.name': 'br0' };
    const other = networkRecord({ options: name });
    expect(() => {
      verify('bridge', name, [other]);
    }).toThrow('networks have same bridge name');
    expect(() => {
      verify('bridge', { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' });
    }).toThrow(`gateway mode 'isolated' can only be used for an internal network`);
    const subnet = { auxiliary: {}, origin: 'asked' as const };
    const subnets = ['10.1.0.0/24', '10.2.0.0/24'].map((text) => ({ ...subnet, subnet: text }));
    expect(() => {
      verify('bridge', {}, [], { subnets });
    }).toThrow(`bridge driver doesn't support multiple subnets`);
    verify('bridge', name, [networkRecord({ options: name, configOnly: true })]);
    verify('macvlan', {}, [], { subnets });
  });
});

describe('macvlan and ipvlan', () => {
  test.each([
    ...[['macvlan', { macvlan_mode: 'l2' }, `requested macvlan mode 'l2' is not valid`] as const],
    ['ipvlan', { ipvlan_mode: 'bridge' }, `requested ipvlan mode 'bridge' is not valid`] as const,
    ['ipvlan', { ipvlan_mode: 'toString' }, `ipvlan mode 'toString' is not valid`] as const,
    ['ipvlan', { ipvlan_flag: 'l2' }, `requested ipvlan flag 'l2' is not valid`] as const,
    ['macvlan', { parent: 'lo' }, 'loopback interface is not a valid macvlan parent'] as const,
    ['ipvlan', { parent: 'lo' }, 'loopback interface is not a valid ipvlan parent link'] as const,
    ['macvlan', { ipvlan_mode: 'l2' }, 'the network driver "macvlan" has no option'] as const,
  ])('%s refuses %j: %s', (driver, options, message) => {
    expect(() => {
      verify(driver, options);
    }).toThrow(message);
  });

  test('share a parent as Docker lets them', () => {
    const on = (driver: string, more = {}): NetworkRecord =>
      networkRecord({ driver, options: { parent: 'eth0', ...more } });
    verify('macvlan', { parent: 'eth0' }, [on('macvlan'), on('ipvlan')]);
    verify('macvlan', { parent: 'eth1', macvlan_mode: 'passthru' }, [on('macvlan')]);
    verify('ipvlan', {}, [networkRecord({ driver: 'ipvlan', options: { parent: '' } })]);
    expect(() => {
      verify('macvlan', { parent: 'eth0', macvlan_mode: 'passthru' }, [on('macvlan')]);
    }).toThrow('cannot use mode passthru, macvlan network aaaa');
    expect(() => {
      verify('macvlan', { parent: 'eth0' }, [on('macvlan', { macvlan_mode: 'passthru' })]);
    }).toThrow('is already using parent interface eth0 in mode passthru');
    expect(() => {
      verify('ipvlan', { parent: 'eth0' }, [on('ipvlan')]);
    }).toThrow('network di-aaaaaaaaaaaa is already using parent interface eth0');
  });

  test.each([
    ...[['macvlan', { parent: 'eth0' }, 'router'] as const, ['macvlan', {}, 'none'] as const],
    ['macvlan', { parent: '' }, 'none'] as const,
    ['ipvlan', { parent: 'eth0' }, 'router'] as const,
    ['ipvlan', { parent: 'eth0', ipvlan_mode: 'l3' }, 'interface'] as const,
    ['ipvlan', { parent: 'eth0', ipvlan_mode: 'l3s' }, 'interface'] as const,
    ['ipvlan', { ipvlan_mode: 'l3' }, 'none'] as const,
  ])('a network of %s with %j has the gateway: %s', (driver, options, expected) => {
    const gateway = (internal: boolean): unknown =>
      drivers.get(driver)?.gateway(networkRecord({ driver, options, internal }));
    expect([gateway(false), gateway(true)]).toEqual([expected, 'none']);
  });

  test('are asked for in the bytes that ip(8) sends', () => {
    const link = { name: 'eth0', parent: 2, namespaceFd: 5 };
    // What follows IFLA_INFO_DATA, of strace -e sendmsg ip link add.
    const data = (request: Parameters<typeof encodeRequest>[0]): string =>
      encodeRequest(request).toString('hex');
    expect(data(addMacvlan({ ...link, mode: 'vepa' }))).toMatch(/0c0002000800010002000000$/);
    expect(data(addIpvlan({ ...link, mode: 'l3s', flag: 'private' }))).toMatch(
      /1400020006000100020000000600020001000000$/,
    );
    expect(data(addVlan({ ...link, id: 10 }))).toMatch(/0c000200060001000a000000$/);
    // The parent is looked up where the request is sent, the name in the namespace it is made in.
    expect(data(addMacvlan({ ...link, mode: 'vepa' }))).toContain(
      '0800050002000000' + '08001c0005000000',
    );
  });
});

describe('hardware addresses', () => {
  test('are made of an IPv4 address, or are any', () => {
    expect(macAddressFor([requirePrefix('fd00::1/64'), requirePrefix('172.17.0.2/16')])).toBe(
      '02:42:ac:11:00:02',
    );
    expect(macAddressFor([requirePrefix('fd00::1/64')])).toMatch(/^02:42(:[0-9a-f]{2}){4}$/);
  });

  test.each(['02:42:ac:11:00', '02:42:ac:11:00:0g', '02:42-ac:11:00:02', '0242.ac110002', ''])(
    'are not %j',
    (text) => {
      expect(parseMac(text)).toBeUndefined();
    },
  );

  test('are read in all forms that people write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const text = formatMac(bytes);
        const digits = text.replaceAll(':', '');
        const forms = [text, text.toUpperCase(), text.replaceAll(':', '-')];
        for (const form of [...forms, digits.match(/.{4}/g)?.join('.') ?? ''])
          expect([...(parseMac(form) ?? [])]).toEqual([...bytes]);
      }),
    );
  });
});
