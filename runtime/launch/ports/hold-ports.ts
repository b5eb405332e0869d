import {
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../syscall/constants/io.ts';
import {
  AF_INET6,
  IPPROTO_IPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_V6ONLY,
  SO_ATTACH_FILTER,
  SO_REUSEADDR,
  SOCKADDR_IN6_SIZE,
} from '../../syscall/constants/inet.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { askForDestination } from './relay-datagrams.ts';
import { type HeldPort, holdLabel, socketAddress } from './held-port.ts';

/** Type and protocol for socket(2). */
const kinds = {
  tcp: [SOCK_STREAM, IPPROTO_TCP],
  udp: [SOCK_DGRAM, IPPROTO_UDP],
  sctp: [SOCK_STREAM, IPPROTO_SCTP],
} as const;

/** Connections that may wait for the relay; the kernel takes net.core.somaxconn when that is less. */
const backlog = 4096;

/** A port and the socket that holds it. */
export interface HeldSocket {
  readonly port: HeldPort;
  readonly socket: Ref;
}

/**
 * Adds the steps that bind the ports, in the network namespace that the program is in. Each fails with the port in its label
 * (`holdLabel`). What comes in without a relay is refused (TCP, SCTP) or dropped (UDP): nothing waits for somebody to read it.
 */
export function holdPorts(p: ProgramBuilder, ports: readonly HeldPort[]): readonly HeldSocket[] {
  const one = p.bytes(Buffer.from(Int32Array.of(1).buffer));
  const zero = p.reserve(4);
  return ports.map((port) => {
    const label = holdLabel(port);
    const [type, protocol] = kinds[port.protocol];
    const { family, bytes } = socketAddress(port);
    const set = (socket: Ref, level: number, option: number, value: Address): void => {
      p.call(label, 'setsockopt', [socket, level, option, value, 4]);
    };
    const flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    const socket = p.call(label, 'socket', [family, type | flags, protocol]);
    // 0.0.0.0 has a socket of its own.
    if (family === AF_INET6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, one);
    if (port.protocol === 'udp') {
      if (port.relayTo) set(socket, ...askForDestination(family === AF_INET6 ? 6 : 4), one);
      else dropAll(p, { label, socket });
    }
    // Connections of a former holder that are in TIME_WAIT are in nobody's way.
    if (port.protocol === 'tcp') set(socket, SOL_SOCKET, SO_REUSEADDR, one);
    p.call(label, 'bind', [socket, p.bytes(bytes), SOCKADDR_IN6_SIZE]);
    if (port.protocol === 'tcp') {
      if (port.relayTo) p.call(label, 'listen', [socket, backlog]);
      // Without a listener two that allow reuse could share the port, and the other one could listen.
      else set(socket, SOL_SOCKET, SO_REUSEADDR, zero);
    }
    return { port, socket };
  });
}

/** Adds the steps that close the sockets: the ports are free afterwards. */
export function letGo(p: ProgramBuilder, held: readonly HeldSocket[]): void {
  for (const { socket } of held)
    p.call('let go of a port', 'close', [socket], { onError: 'ignore' });
}

/** Lets the kernel drop what arrives at a socket: a filter of one instruction, `ret 0` (Documentation/networking/filter.rst). */
function dropAll(
  p: ProgramBuilder,
  { label, socket }: { readonly label: string; readonly socket: Ref },
): void {
  const BPF_RET = 0x06;
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(BPF_RET);
  // struct sock_fprog: how many instructions, and where they are.
  const program = p.bytes(Buffer.from(BigUint64Array.of(1n, 0n).buffer));
  p.pointer(program.at(8), p.bytes(instruction));
  p.call(label, 'setsockopt', [socket, SOL_SOCKET, SO_ATTACH_FILTER, program, 16]);
}
