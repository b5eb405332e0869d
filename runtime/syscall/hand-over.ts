import { MSG_DONTWAIT, MSG_NOSIGNAL, SCM_RIGHTS, SOL_SOCKET } from './constants/io.ts';
import type { Value } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** What Node.js makes of a socket, by its kind. */
const types = {
  /** A dgram.Socket of IPv4, and one of IPv6. */
  datagrams: { type: 'dgram.Socket', dgramType: 'udp4' },
  datagrams6: { type: 'dgram.Socket', dgramType: 'udp6' },
  /** A net.Server; it must not listen yet. */
  server: { type: 'net.Server' },
  /** A net.Socket, which is connected or about to be: it reads at once. */
  connection: { type: 'net.Socket' },
} as const;

/** A socket that a program has made, for the process that runs the launcher. */
export interface HandedSocket {
  /** What `onSocket` of the launcher is told. */
  readonly name: string;
  /** What it becomes there. */
  readonly kind: keyof typeof types;
  readonly fd: Value;
  /** The launcher's channel: see its options. */
  readonly channel: number;
}

/** struct msghdr of a 64-bit kernel (recvmsg(2)): offsets of its pointers in bytes. */
const msghdr = { size: 56, vector: 16, vectorLength: 24, control: 32, controlLength: 40 } as const;
/** struct cmsghdr (cmsg(3)). */
const cmsghdrSize = 16;
/** Room for some answers at once; each is a line of 25 bytes. */
const answersSize = 4096;

/**
 * Adds steps that hand a socket over, which keeps the network namespace that it was made in. It goes as Node.js passes handles
 * between processes (`subprocess.send`, documentation of child_process): a line of JSON with the descriptor attached
 * (unix(7), SCM_RIGHTS), and Node's own code makes the socket of it. The line's form is in lib/internal/child_process.js of
 * Node.js 26, `handleConversion`; a change there fails the tests of this.
 */
export function handOver(p: ProgramBuilder, { name, kind, fd, channel }: HandedSocket): void {
  const line = Buffer.from(
    `${JSON.stringify({ cmd: 'NODE_HANDLE', ...types[kind], msg: name })}\n`,
  );
  const vector = p.bytes(lengthAt(16, 8, line.length));
  p.pointer(vector, p.bytes(line));
  const control = p.bytes(rights());
  p.set(control.at(cmsghdrSize), fd);
  const header = lengthAt(msghdr.size, msghdr.vectorLength, 1);
  header.writeBigUInt64LE(BigInt(cmsghdrSize + 8), msghdr.controlLength);
  const message = p.bytes(header);
  p.pointer(message.at(msghdr.vector), vector);
  p.pointer(message.at(msghdr.control), control);
  const label = `hand over ${name}`;
  p.call(label, 'sendmsg', [channel, message, MSG_NOSIGNAL]);
  // Node.js confirms every handle. Nobody needs that, but unread it would fill the channel.
  const answers = p.reserve(answersSize);
  p.call(label, 'recvfrom', [channel, answers, answersSize, MSG_DONTWAIT, 0, 0], {
    onError: 'ignore',
  });
}

/** A control message with one descriptor, which is still to be set. */
function rights(): Buffer {
  const control = lengthAt(cmsghdrSize + 8, 0, cmsghdrSize + 4);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  return control;
}

function lengthAt(size: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeBigUInt64LE(BigInt(length), at);
  return bytes;
}
