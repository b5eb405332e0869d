import {
  NF_INET_LOCAL_IN,
  NF_INET_LOCAL_OUT,
  NFT_PAYLOAD_NETWORK_HEADER,
  NFT_PAYLOAD_TRANSPORT_HEADER,
} from '../netlink/constants.ts';
import {
  type Expression,
  type HeaderField,
  matchField,
  matchProtocol,
  setField,
} from '../netlink/expressions.ts';
import type { FilterTable } from '../netlink/tables.ts';

/** Where containers of networks find their name server, as Docker's: 127.0.0.11. */
export const serverAddress = '127.0.0.11';
export const serverAddressBytes = Uint8Array.of(127, 0, 0, 11);
/** The port that resolvers ask (RFC 1035, section 4.2). */
export const dnsPort = 53;

/** in.h. */
const [IPPROTO_TCP, IPPROTO_UDP] = [6, 17];
/** struct iphdr. */
const sourceAddress = { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 12 };
const destinationAddress = { base: NFT_PAYLOAD_NETWORK_HEADER, offset: 16 };
/** struct udphdr and struct tcphdr begin alike. */
const sourcePort = { base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 0 };
const destinationPort = { base: NFT_PAYLOAD_TRANSPORT_HEADER, offset: 2 };
/** Offsets of the checksum in struct udphdr and struct tcphdr. */
const checksums = [
  { protocol: IPPROTO_UDP, checksum: 6 },
  { protocol: IPPROTO_TCP, checksum: 16 },
] as const;

/**
 * The table of a container's namespace that leads 127.0.0.11:53 to the port that the sockets have there, and gives what comes from
 * them the port 53 again. The container may have a name server of its own at 0.0.0.0:53.
 *
 * Docker does that by connection tracking (NAT). This rewrites two bytes instead: every question of a resolver comes from a new
 * port, and a tracked connection of each would be kept for 30 seconds, so that a few thousand questions a second fill the table
 * and packets are lost. Rules of the container's own that track connections see both directions with the same ports: questions are
 * rewritten before tracking looks at them (priority -200), answers behind it.
 */
export function redirectTable(port: number): FilterTable {
  const outer = twoBytes(dnsPort);
  const inner = twoBytes(port);
  return {
    name: 'berth-dns',
    chains: [
      {
        name: 'questions',
        hook: NF_INET_LOCAL_OUT,
        priority: -300,
        rules: checksums.map(({ protocol, checksum }) => [
          ...matchField(destinationAddress, serverAddressBytes),
          ...portRule({ protocol, checksum, field: destinationPort, from: outer, to: inner }),
        ]),
      },
      {
        name: 'answers',
        hook: NF_INET_LOCAL_IN,
        priority: -100,
        rules: checksums.map(({ protocol, checksum }) => [
          ...matchField(sourceAddress, serverAddressBytes),
          ...portRule({ protocol, checksum, field: sourcePort, from: inner, to: outer }),
        ]),
      },
    ],
  };
}

function portRule({
  protocol,
  checksum,
  field,
  from,
  to,
}: {
  readonly protocol: number;
  readonly checksum: number;
  readonly field: HeaderField;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}): readonly Expression[] {
  return [
    ...matchProtocol(protocol),
    ...matchField(field, from),
    ...setField({ ...field, checksum }, to),
  ];
}

function twoBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff);
}
