import { describe, expect, test } from 'vitest';
import { parseContainerPort, parseHostPorts } from '../../../../runtime/network/ports/port-spec.ts';
import { exposedPorts, portWishes } from '../../../../runtime/network/ports/port-wishes.ts';

function binding(HostPort: string, HostIp = ''): { HostIp: string; HostPort: string } {
  return { HostIp, HostPort };
}

describe('ports as Docker’s clients send them', () => {
  test('have a protocol, TCP when none is named', () => {
    expect(parseContainerPort('80')).toEqual({ protocol: 'tcp', port: 80 });
    expect(parseContainerPort('80/')).toEqual({ protocol: 'tcp', port: 80 });
    expect(parseContainerPort('053/UDP')).toEqual({ protocol: 'udp', port: 53 });
    expect(parseContainerPort('65535/sctp')).toEqual({ protocol: 'sctp', port: 65_535 });
  });

  test('are one, one of a range, or any', () => {
    expect(parseHostPorts('8080')).toEqual({ first: 8080, last: 8080 });
    expect(parseHostPorts('8080/tcp')).toEqual({ first: 8080, last: 8080 });
    expect(parseHostPorts('8000-8010')).toEqual({ first: 8000, last: 8010 });
    for (const any of ['', '0', '0-0']) expect(parseHostPorts(any)).toBeUndefined();
  });

  test.each([
    ['', 'invalid port specification: ""'],
    ['x/tcp', 'invalid port specification: "x"'],
    ['0/tcp', 'invalid port specification: "0"'],
    ['65536/tcp', 'invalid port specification: "65536"'],
    ['8000-8010/tcp', 'invalid port specification: "8000-8010"'],
    [' 80', 'invalid port specification: " 80"'],
    ['80/icmp', 'invalid proto: icmp'],
  ])('of the container: %j is refused', (text, message) => {
    expect(() => parseContainerPort(text)).toThrow(
      expect.objectContaining({ code: 'PORT_SPEC_INVALID', message }),
    );
  });

  test.each([
    ['x', 'invalid port specification: "x"'],
    ['-1', 'invalid port specification: "-1"'],
    ['70000', 'invalid port specification: "70000"'],
    ['8010-8000', 'invalid port specification: "8010-8000"'],
    ['1-2-3', 'invalid port specification: "1-2-3"'],
    ['0-10', 'invalid port range: 0-10'],
  ])('of the host: %j is refused', (text, message) => {
    expect(() => parseHostPorts(text)).toThrow(
      expect.objectContaining({ code: 'PORT_SPEC_INVALID', message }),
    );
  });
});

describe('wishes', () => {
  test('are the bindings, each by itself', () => {
    const bindings = {
      '80/tcp': [
        binding('8080'),
        binding('', '127.0.0.1'),
        binding('9000-9001', '::ffff:10.0.0.1'),
      ],
      '53/udp': [binding('53', 'FD00::0:1')],
    };
    expect(portWishes({ bindings, exposed: ['443/tcp'], publishAll: false })).toEqual([
      { protocol: 'tcp', port: 80, hostAddress: undefined, hostPorts: { first: 8080, last: 8080 } },
      {
        protocol: 'tcp',
        port: 80,
        hostAddress: { family: 4, value: 0x7f000001n },
        hostPorts: undefined,
      },
      {
        protocol: 'tcp',
        port: 80,
        hostAddress: { family: 4, value: 0x0a000001n },
        hostPorts: { first: 9000, last: 9001 },
      },
      {
        protocol: 'udp',
        port: 53,
        hostAddress: { family: 6, value: (0xfd00n << 112n) + 1n },
        hostPorts: { first: 53, last: 53 },
      },
    ]);
  });

  test('are an exposed port whose list of bindings is empty: any port of the host will do', () => {
    const bindings = { '80/tcp': [binding('8080')], '81': [], '82/tcp': null, '83/tcp': [] };
    const exposed = ['80/tcp', '81/tcp', '82', '90/udp'];
    const wishes = portWishes({ bindings, exposed, publishAll: false });
    expect(wishes.map(({ port, hostPorts }) => [port, hostPorts?.first])).toEqual([
      [80, 8080],
      [81, undefined],
      [82, undefined],
    ]);
  });

  test('are, with --publish-all, of each exposed port without a binding', () => {
    const bindings = { '80/tcp': [binding('8080')], '81/tcp': [], '82/tcp': null };
    const exposed = ['80/tcp', '81', '90/udp', 'nonsense', '90/udp'];
    const offered = ['80/tcp', '81/tcp', '90/udp', '82/tcp'];
    expect(exposedPorts({ bindings, exposed }).map(name)).toEqual(offered);
    const wishes = portWishes({ bindings, exposed, publishAll: true });
    expect(wishes.map(name)).toEqual(offered);
    expect(wishes.map(({ hostPorts }) => hostPorts?.first)).toEqual([
      8080,
      undefined,
      undefined,
      undefined,
    ]);
    const some = portWishes({ bindings, exposed, publishAll: false });
    expect(some.map(name)).toEqual(['80/tcp', '81/tcp']);
    expect(portWishes({ bindings: null, exposed, publishAll: false })).toEqual([]);
  });

  test('do not lead to all addresses because one cannot be read', () => {
    const bindings = { '80/tcp': [binding('8080', 'localhost')] };
    expect(() => portWishes({ bindings, exposed: [], publishAll: false })).toThrow(
      expect.objectContaining({ message: 'invalid IP address: localhost' }),
    );
  });
});

function name({ port, protocol }: { readonly port: number; readonly protocol: string }): string {
  return `${port}/${protocol}`;
}
