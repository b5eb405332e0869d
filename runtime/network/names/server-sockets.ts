import {
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../syscall/constants/io.ts';
import { handOver } from '../../syscall/hand-over.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Label, Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { enterNamespace } from '../namespaces/network-namespace.ts';
import { AF_INET, AF_NETLINK, NETLINK_NETFILTER } from '../netlink/constants.ts';
import { messageHead } from '../netlink/message.ts';
import { addTable, replaceTable } from '../netlink/tables.ts';
import { dnsPort, redirectTable, serverAddressBytes } from './redirect-table.ts';

const SOCK_RAW = 3;
/**
 * Bytes of questions that wait while berthd does something else. The kernel doubles the number and counts some 768 for a question:
 * room for 5,000 of one container.
 */
const receiveBuffer = 2 * 1024 * 1024;
/** Room for the kernel's first answer to a batch: struct nlmsgerr and what it says of. */
const answerSize = 4096;

/** The sockets of one container. */
export interface SocketsPlan {
  /** Where the container's network namespace is kept. */
  readonly namespace: string;
  /** At which they are while the container sees them at port 53. */
  readonly port: number;
  /** What they are called when they are handed over. */
  readonly names: { readonly datagrams: string; readonly server: string };
}

/**
 * The program that makes a container's sockets, of UDP and TCP, leads 127.0.0.11:53 to them and hands them over to berthd. It
 * replies with 4 bytes: 0, or the errno with which the kernel refused the redirection, as one without nf_tables does; then they are
 * at port 53 itself.
 * @throws EADDRINUSE (as SYSCALL_FAILED) the container has something at that port
 */
export function socketsProgram({ namespace, port, names }: SocketsPlan): ProgramBuilder {
  const p = new ProgramBuilder('serve names');
  enterNamespace(p, namespace);
  const datagrams = p.value(p.reserve(8));
  const server = p.value(p.reserve(8));
  const error = p.reserve(8);
  const [plain, made] = [p.label(), p.label()];
  makeSockets(p, { datagrams, server, port });
  redirect(p, { port, error: p.value(error), failed: plain });
  p.jump(made);
  p.place(plain);
  p.call('close a socket', 'close', [datagrams]);
  p.call('close a socket', 'close', [server]);
  makeSockets(p, { datagrams, server, port: dnsPort });
  p.place(made);
  const channel = firstKeptFd;
  handOver(p, { name: names.datagrams, kind: 'datagrams', fd: datagrams, channel });
  handOver(p, { name: names.server, kind: 'server', fd: server, channel });
  p.reply(error, 4);
  p.exit(0);
  return p;
}

function makeSockets(
  p: ProgramBuilder,
  {
    datagrams,
    server,
    port,
  }: { readonly datagrams: Ref; readonly server: Ref; readonly port: number },
): void {
  const flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
  // struct sockaddr_in (ip(7)).
  const address = p.bytes(
    Buffer.of(
      AF_INET,
      0,
      port >> 8,
      port & 0xff,
      ...serverAddressBytes,
      ...new Array<0>(8).fill(0),
    ),
  );
  const buffer = p.bytes(new Uint8Array(Uint32Array.of(receiveBuffer).buffer));
  for (const [socket, type] of [
    [datagrams, SOCK_DGRAM],
    [server, SOCK_STREAM],
  ] as const) {
    p.set(socket, p.call('make a socket', 'socket', [AF_INET, type | flags, 0]));
    p.call(`bind 127.0.0.11:${port}`, 'bind', [socket, address, 16]);
  }
  const args = [datagrams, SOL_SOCKET, SO_RCVBUFFORCE, buffer, 4];
  // Needs CAP_NET_ADMIN: without it there is less room, which is no reason to answer nothing.
  p.call('enlarge the buffer', 'setsockopt', args, { onError: 'ignore' });
}

/** Adds the table; after a restart of berthd there is one of the sockets before. */
function redirect(
  p: ProgramBuilder,
  { port, error, failed }: { readonly port: number; readonly error: Ref; readonly failed: Label },
): void {
  const label = 'redirect 127.0.0.11:53';
  const [noSocket, over] = [p.label(), p.label()];
  const args = [AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER];
  const socket = p.call(label, 'socket', args, { onError: noSocket });
  const table = redirectTable(port);
  const answer = p.reserve(answerSize);
  const exchange = (batch: Buffer): void => {
    const [notSent, done] = [p.label(), p.label()];
    const bytes = p.bytes(batch);
    const sent = p.call(label, 'sendto', [socket, bytes, batch.length, 0, 0, 0], {
      onError: notSent,
    });
    p.call(label, 'recvfrom', [socket, answer, answerSize, 0, 0, 0]);
    p.set(error, p.compute('sub', 0, p.value32(answer.at(messageHead.size))));
    p.jump(done);
    p.place(notSent);
    p.set(error, p.compute('sub', 0, sent));
    p.place(done);
  };
  exchange(addTable(table));
  p.jumpIf('ne', error, errnoNumber('EEXIST'), over);
  exchange(replaceTable(table));
  p.jump(over);
  p.place(noSocket);
  p.set(error, p.compute('sub', 0, socket));
  p.place(over);
  p.jumpIf('ne', error, 0, failed);
}
