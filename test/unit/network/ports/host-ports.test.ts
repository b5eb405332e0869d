import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { hasIpv6, readEphemeralPorts } from '../../../../runtime/network/ports/host-facts.ts';
import { parseAddress } from '../../../../runtime/network/address/ip-address.ts';
import { BerthError } from '../../../../runtime/errors/berth-error.ts';
import { HostPorts, type PublishedPort } from '../../../../runtime/network/ports/host-ports.ts';
import {
  type PortGroup,
  portGroups,
  type PublishingHost,
} from '../../../../runtime/network/ports/port-groups.ts';
import { portWishes } from '../../../../runtime/network/ports/port-wishes.ts';
import { heldPorts } from '../../../../runtime/network/ports/held-ports.ts';
import { withHostPorts } from '../../../../runtime/network/ports/with-host-ports.ts';

const dual: PublishingHost = {
  container: { ipv4: true, ipv6: true },
  hasIpv6: true,
  relays: true,
};
const onlyIpv4: PublishingHost = { ...dual, container: { ipv4: true, ipv6: false } };

/** Groups of wishes such as `127.0.0.1|8080|80/tcp`. */
function groups(host: PublishingHost, ...wishes: readonly string[]): readonly PortGroup[] {
  return portGroups(
    wishes.flatMap((text) => {
      const [HostIp = '', HostPort = '', port = ''] = text.split('|');
      const bindings = { [port]: [{ HostIp, HostPort }] };
      return portWishes({ bindings, exposed: [], publishAll: false });
    }),
    host,
  );
}

function ports(): HostPorts {
  return new HostPorts({ first: 32_768, last: 32_770 });
}

function shown(published: readonly PublishedPort[]): readonly string[] {
  return published.map(
    ({ hostAddress, hostPort, port, protocol, containerFamily }) =>
      `${hostAddress}:${hostPort}:${port}/${protocol} v${containerFamily}`,
  );
}

function take(host: PublishingHost, ...wishes: readonly string[]): readonly string[] {
  return shown(ports().take('web', groups(host, ...wishes)));
}

describe('where a wish leads', () => {
  test('without an address: to all of both families, IPv6 by a relay where the container has none', () => {
    expect(take(dual, '|8080|80/tcp')).toEqual(['0.0.0.0:8080:80/tcp v4', ':::8080:80/tcp v6']);
    expect(take(onlyIpv4, '|8080|80/tcp')).toEqual(['0.0.0.0:8080:80/tcp v4', ':::8080:80/tcp v4']);
    expect(take({ ...onlyIpv4, relays: false }, '|8080|80/tcp')).toEqual([
      '0.0.0.0:8080:80/tcp v4',
    ]);
    expect(take({ ...dual, hasIpv6: false }, '|8080|80/tcp')).toEqual(['0.0.0.0:8080:80/tcp v4']);
    const onlyIpv6 = { ...dual, container: { ipv4: false, ipv6: true } };
    expect(take(onlyIpv6, '|8080|80/tcp')).toEqual([':::8080:80/tcp v6']);
  });

  test('with an address: to that one only', () => {
    expect(take(dual, '0.0.0.0|1|80/tcp')).toEqual(['0.0.0.0:1:80/tcp v4']);
    expect(take(dual, '::|1|80/tcp')).toEqual([':::1:80/tcp v6']);
    expect(take(dual, '127.0.0.1|1|53/udp')).toEqual(['127.0.0.1:1:53/udp v4']);
    expect(take(onlyIpv4, '::1|1|80/tcp')).toEqual(['::1:1:80/tcp v4']);
    expect(take({ ...onlyIpv4, relays: false }, '::1|1|80/tcp')).toEqual([]);
  });

  test('of a routed family: to the container’s own address, and to no port of the host', () => {
    expect(take({ ...dual, routed: [6] }, '|8080|80/tcp')).toEqual([
      '0.0.0.0:8080:80/tcp v4',
      ':::0:80/tcp v6',
    ]);
    expect(take({ ...onlyIpv4, routed: [4] }, '|8080|80/tcp')).toEqual(['0.0.0.0:0:80/tcp v4']);
    const both = ports();
    const wished = groups({ ...dual, routed: [4, 6] }, '|8080|80/tcp', '||81/tcp');
    const first = both.take('web', wished);
    // The same for another container: nobody has the port.
    expect(both.take('other', wished)).toEqual(first);
    expect(heldPorts(first, { addresses: {}, relays: true, translatesLoopback: true })).toEqual([]);
  });

  test('with a default address: to that', () => {
    const at = (text: string): PublishingHost => ({ ...dual, defaultAddress: parseAddress(text) });
    expect(take(at('127.0.0.1'), '|1|80/tcp')).toEqual(['127.0.0.1:1:80/tcp v4']);
    expect(take(at('::1'), '|1|80/tcp')).toEqual(['::1:1:80/tcp v6']);
    expect(take(at('::'), '|1|80/tcp')).toEqual([':::1:80/tcp v6']);
    expect(take(at('0.0.0.0'), '|1|80/tcp')).toHaveLength(2);
    expect(take(at('127.0.0.1'), '::|1|80/tcp')).toEqual([':::1:80/tcp v6']);
  });
});

describe('ports of the host', () => {
  test('are the same at all addresses of one port, and the next one each time', () => {
    const host = ports();
    const any = groups(dual, '127.0.0.1||80/tcp', '127.0.0.2||80/tcp', '::1||80/tcp');
    expect(any).toHaveLength(1);
    const first = host.take('a', any);
    expect(first.map(({ hostPort }) => hostPort)).toEqual([32_768, 32_768, 32_768]);
    host.release(first);
    expect(host.take('b', any)[0]?.hostPort).toBe(32_769);
    expect(host.take('c', any)[0]?.hostPort).toBe(32_770);
    // Around again, to what was given back.
    expect(host.take('d', any)[0]?.hostPort).toBe(32_768);
    expect(() => host.take('e', any)).toThrow(
      expect.objectContaining({ code: 'PORTS_EXHAUSTED', message: 'all ports are allocated' }),
    );
    // Another protocol has its own.
    expect(host.take('f', groups(dual, '127.0.0.1||80/udp'))[0]?.hostPort).toBe(32_768);
  });

  test('of a range are any that is free, and certain ones are taken first', () => {
    const wishes = ['|8000-8002|80/tcp', '|8000|443/tcp', '|8000-8002|81/tcp'];
    const taken = take({ ...dual, hasIpv6: false }, ...wishes);
    expect(taken).toEqual([
      '0.0.0.0:8000:443/tcp v4',
      '0.0.0.0:8001:80/tcp v4',
      '0.0.0.0:8002:81/tcp v4',
    ]);
  });

  test.each([
    ['0.0.0.0|8080|80/tcp', '127.0.0.1|8080|80/tcp', '0.0.0.0:8080'],
    ['127.0.0.1|8080|80/tcp', '0.0.0.0|8080|80/tcp', '127.0.0.1:8080'],
    ['::|8080|80/tcp', '::1|8080|80/tcp', ':::8080'],
    ['::1|8080|80/tcp', '::|8080|80/tcp', '::1:8080'],
  ])('that %s has are not for %s', (before, after, where) => {
    const host = ports();
    const mine = host.take('web', groups(dual, before));
    const wish = groups(dual, '|9000|90/tcp', after);
    expect(() => host.take('other', wish)).toThrow(
      expect.objectContaining({
        code: 'PORT_ALLOCATED',
        message: `Bind for ${where} failed: port is already allocated`,
        remedy: expect.stringContaining('Container "web" has it') as unknown,
        details: expect.objectContaining({ container: 'web', port: 8080 }) as unknown,
      }),
    );
    host.release(mine);
    // And of the one that failed nothing is left.
    expect(host.take('other', wish)).toHaveLength(3);
  });

  test('that are not the same are for everybody', () => {
    const host = ports();
    host.take('a', groups(dual, '127.0.0.1|8080|80/tcp'));
    host.take('b', groups(dual, '127.0.0.2|8080|80/tcp', '::1|8080|80/tcp', '|8080|80/udp'));
    // The same wish twice is one too many.
    const twice = groups(dual, '127.0.0.3|1|80/tcp', '127.0.0.3|1|80/tcp');
    expect(() => host.take('c', twice)).toThrow('Bind for 127.0.0.3:1 failed');
    expect(host.take('c', groups(dual, '127.0.0.3|1|80/tcp'))).toHaveLength(1);
  });

  test('of containers that run already are theirs', () => {
    const host = ports();
    const before = ports().take('old', groups(dual, '|8080|80/tcp'));
    host.claim('old', before);
    expect(() => host.take('new', groups(dual, '127.0.0.1|8080|80/tcp'))).toThrow('0.0.0.0:8080');
    host.release(before);
    expect(host.take('new', groups(dual, '|8080|80/tcp'))).toEqual(before);
  });
});

describe('ports that another process has', () => {
  const busy = (port: PublishedPort): BerthError =>
    new BerthError('HOST_PORT_UNAVAILABLE', {
      message: 'busy',
      details: {
        protocol: port.protocol,
        address: port.hostAddress,
        port: port.hostPort,
        errno: 'EADDRNOTAVAIL',
      },
    });
  const request = (text: string) => ({
    owner: 'web',
    groups: groups(dual, text),
    addresses: { 4: '172.17.0.2', 6: 'fd05::2' },
  });

  test('are not insisted on when any other will do', async () => {
    const host = ports();
    const tried: number[] = [];
    const result = await withHostPorts(host, request('127.0.0.1|8000-8005|80/tcp'), ([port]) => {
      if (!port) throw new Error('no port');
      tried.push(port.hostPort);
      return port.hostPort < 8002 ? Promise.reject(busy(port)) : Promise.resolve(port.hostPort);
    });
    expect([result, tried]).toEqual([8002, [8000, 8001, 8002]]);
    // What was not to be had is free again.
    expect(host.take('other', groups(dual, '127.0.0.1|8000|80/tcp'))).toHaveLength(1);
  });

  test('are an error when certain, and after ten others', async () => {
    const host = ports();
    let tried = 0;
    const use = ([port]: readonly PublishedPort[]): Promise<never> => {
      tried += 1;
      return Promise.reject(port ? busy(port) : new Error('no port'));
    };
    await expect(withHostPorts(host, request('127.0.0.1|8080|80/tcp'), use)).rejects.toMatchObject({
      code: 'HOST_PORT_UNAVAILABLE',
      message:
        'failed to bind host port for 127.0.0.1:8080:172.17.0.2:80/tcp: cannot assign requested address',
    });
    expect(tried).toBe(1);
    await expect(withHostPorts(host, request('::1||80/tcp'), use)).rejects.toMatchObject({
      message:
        'failed to bind host port 32768 for [::1]:32768:[fd05::2]:80/tcp: cannot assign requested address',
    });
    expect(tried).toBe(11);
    await expect(
      withHostPorts(host, request('::1||80/tcp'), () => Promise.reject(new Error('else'))),
    ).rejects.toThrow('else');
    expect(host.take('other', groups(dual, '::1||80/tcp'))).toHaveLength(1);
  });
});

test('ports for whoever does not ask are those of the host’s kernel', async () => {
  const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  expect(await readEphemeralPorts()).toEqual({ first, last });
  expect(await readEphemeralPorts('/proc/none')).toEqual({ first: 49_153, last: 65_535 });
});

test('a host has IPv6 when it has ::1', async () => {
  const addresses = Object.values(networkInterfaces()).flat();
  const expected = addresses.some((one) => one?.address === '::1');
  expect(await hasIpv6()).toBe(expected);
  expect(await hasIpv6('/proc/none')).toBe(false);
});

describe('what is held, and relayed', () => {
  const addresses = { 4: '172.17.0.2', 6: 'fd05::2' };
  const held = (
    host: PublishingHost,
    relays: boolean,
    translatesLoopback: boolean,
    ...wishes: readonly string[]
  ): readonly (string | undefined)[] =>
    heldPorts(ports().take('web', groups(host, ...wishes)), {
      addresses,
      relays,
      translatesLoopback,
    }).map(({ address, port, relayTo }) =>
      relayTo ? `${address}:${port} to ${relayTo.address}:${relayTo.port}` : `${address}:${port}`,
    );

  test('is what no rule leads to the container', () => {
    expect(held(dual, true, true, '|1|80/tcp')).toEqual(['0.0.0.0:1', ':::1 to fd05::2:80']);
    expect(held(onlyIpv4, true, true, '|1|80/tcp')).toEqual(['0.0.0.0:1', ':::1 to 172.17.0.2:80']);
    expect(held(dual, true, false, '0.0.0.0|1|80/tcp', '127.0.0.1|2|80/tcp')).toEqual([
      '0.0.0.0:1 to 172.17.0.2:80',
      '127.0.0.1:2 to 172.17.0.2:80',
    ]);
    expect(held(dual, true, false, '10.0.0.1|1|80/tcp', 'fd00::1|2|80/tcp')).toEqual([
      '10.0.0.1:1',
      'fd00::1:2',
    ]);
    expect(held(dual, false, false, '|1|80/tcp')).toEqual(['0.0.0.0:1', ':::1']);
  });
});
