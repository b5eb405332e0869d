import {
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { handOver } from '../../syscall/hand-over.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { addressBytes, type IpAddress } from '../address/ip-address.ts';
import { enterNamespace } from '../namespaces/network-namespace.ts';
import { AF_INET, AF_INET6 } from '../netlink/constants.ts';

/** in6.h: a socket that is connected to nobody hears of errors, too. */
const [SOL_IPV6, IPV6_RECVERR] = [41, 25];

const flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
const families = { 4: AF_INET, 6: AF_INET6 } as const;

/**
 * The program that makes sockets of UDP in a namespace, which have no port yet, and hands each over by its name. Those of IPv6 stay
 * unconnected (`NamespaceSockets`), and hear nevertheless that nobody has a port, or that there is no way (ipv6(7), IPV6_RECVERR).
 */
export function datagramsProgram({
  namespace,
  family,
  names,
}: {
  /** Where the network namespace is kept. */
  readonly namespace: string;
  readonly family: IpAddress['family'];
  readonly names: readonly string[];
}): ProgramBuilder {
  const p = new ProgramBuilder('ask name servers');
  enterNamespace(p, namespace);
  const kind = family === 4 ? 'datagrams' : 'datagrams6';
  const on = p.bytes(new Uint8Array(Uint32Array.of(1).buffer));
  for (const name of names) {
    const fd = p.call('make a socket', 'socket', [families[family], SOCK_DGRAM | flags, 0]);
    if (family === 6) p.call('hear of errors', 'setsockopt', [fd, SOL_IPV6, IPV6_RECVERR, on, 4]);
    handOver(p, { name, kind, fd, channel: firstKeptFd });
  }
  p.exit(0);
  return p;
}

/**
 * The program that begins a connection in a namespace and hands it over. Who has it learns how it goes on.
 * @throws ENETUNREACH, ECONNREFUSED ... (as SYSCALL_FAILED) what is known at once
 */
export function connectionProgram({
  namespace,
  address,
  port,
  name,
}: {
  readonly namespace: string;
  readonly address: IpAddress;
  readonly port: number;
  readonly name: string;
}): ProgramBuilder {
  const p = new ProgramBuilder('ask a name server');
  enterNamespace(p, namespace);
  const { family } = address;
  const fd = p.call('make a socket', 'socket', [families[family], SOCK_STREAM | flags, 0]);
  const bytes = socketAddress(address, port);
  const begun = p.label();
  const label = 'connect to a name server';
  const result = p.call(label, 'connect', [fd, p.bytes(bytes), bytes.length], {
    onError: 'ignore',
  });
  p.jumpIf('eq', result, 0, begun);
  p.jumpIf('eq', result, -errnoNumber('EINPROGRESS'), begun);
  p.fail(label, p.compute('sub', 0, result));
  p.place(begun);
  handOver(p, { name, kind: 'connection', fd, channel: firstKeptFd });
  p.exit(0);
  return p;
}

/** struct sockaddr_in (ip(7)) and struct sockaddr_in6 (ipv6(7)). */
function socketAddress(address: IpAddress, port: number): Uint8Array {
  const bytes = Buffer.alloc(address.family === 4 ? 16 : 28);
  bytes.writeUInt16LE(families[address.family], 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(addressBytes(address), address.family === 4 ? 4 : 8);
  return bytes;
}
