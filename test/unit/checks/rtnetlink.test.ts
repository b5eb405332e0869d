import { describe, expect, it } from 'vitest';
import { newBridge, newVethPair, plugInAndUp } from '../../../checks/probes/rtnetlink.ts';

/** Bytes as hexadecimal numbers of 32 bits, in memory order, which is how rtnetlink(7) aligns all that it has. */
const words = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/(.{8})/g, '$1 ')
    .trim();

describe('messages of rtnetlink(7)', () => {
  it('ask for a bridge', () => {
    expect(words(newBridge({ index: 100, name: 'br' }))).toBe(
      [
        '38000000 10000506 00000000 00000000', // 56 bytes; RTM_NEWLINK; request, ack, exclusive, create
        '00000000 64000000 00000000 00000000', // ifinfomsg: index 100
        '07000300 62720000', // IFLA_IFNAME "br"
        '10001200', // IFLA_LINKINFO
        '0b000100 62726964 67650000', // IFLA_INFO_KIND "bridge"
      ].join(' '),
    );
  });

  it('ask for a veth pair', () => {
    expect(words(newVethPair({ index: 101, name: 'a' }, { index: 102, name: 'b' }))).toBe(
      [
        '58000000 10000506 00000000 00000000',
        '00000000 65000000 00000000 00000000',
        '06000300 61000000',
        '30001200', // IFLA_LINKINFO
        '09000100 76657468 00000000', // IFLA_INFO_KIND "veth"
        '20000200', // IFLA_INFO_DATA
        '1c000100', // VETH_INFO_PEER
        '00000000 66000000 00000000 00000000', // ifinfomsg: index 102
        '06000300 62000000', // IFLA_IFNAME "b"
      ].join(' '),
    );
  });

  it('ask to plug in and bring up', () => {
    expect(words(plugInAndUp(101, 100))).toBe(
      [
        '28000000 10000500 00000000 00000000', // request, ack
        '00000000 65000000 01000000 01000000', // IFF_UP set, nothing else changed
        '08000a00 64000000', // IFLA_MASTER 100
      ].join(' '),
    );
  });
});
