import {
  AF_UNIX,
  MSG_NOSIGNAL,
  SCM_CREDENTIALS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
} from './constants/io.ts';
import type { Address } from './program.ts';
import { ProgramBuilder } from './program-builder.ts';

/** A message for a service manager (sd_notify(3), systemd 252). */
export interface Notification {
  /** `NOTIFY_SOCKET`: a path, or `@` and an abstract name. */
  readonly socket: string;
  /** `NAME=value`, one a line. */
  readonly text: string;
  /** In whose name it is sent: pid of the service's main process. */
  readonly sender: number;
}

/** struct msghdr of a 64-bit kernel (recvmsg(2)): offsets in bytes. */
const msghdr = { name: 0, nameLength: 8, vector: 16, vectorLength: 24, control: 32 } as const;
const msghdrControlLength = 40;
const msghdrSize = 56;
/** struct cmsghdr and a struct ucred behind it (unix(7), cmsg(3)): length without, and with, its padding. */
const credentialsLength = 28;
const credentialsSize = 32;

/**
 * Sends one datagram. The program runs in a process of its own, but a service manager listens to the service's main
 * process alone (`NotifyAccess=main`): so the message carries that one's credentials, which the kernel lets root do
 * (CAP_SYS_ADMIN). Where it does not, the message goes in the program's own name.
 */
export function notifyProgram(notification: Notification): ProgramBuilder {
  const p = new ProgramBuilder('notify the service manager');
  const message = messageHeader(p, notification);
  const done = p.label();
  const plain = p.label();
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const socket = p.call('make a socket', 'socket', [AF_UNIX, type, 0]);
  p.call('send with credentials', 'sendmsg', [socket, message, MSG_NOSIGNAL], { onError: plain });
  p.jump(done);
  p.place(plain);
  p.set(message.at(msghdr.control), 0);
  p.set(message.at(msghdrControlLength), 0);
  p.call('send', 'sendmsg', [socket, message, MSG_NOSIGNAL]);
  p.place(done);
  p.exit(0);
  return p;
}

function messageHeader(p: ProgramBuilder, notification: Notification): Address {
  const text = Buffer.from(notification.text);
  const address = socketAddress(notification.socket);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(BigInt(text.length), 8);
  const header = Buffer.alloc(msghdrSize);
  header.writeUInt32LE(address.length, msghdr.nameLength);
  header.writeBigUInt64LE(1n, msghdr.vectorLength);
  header.writeBigUInt64LE(BigInt(credentialsSize), msghdrControlLength);
  const message = p.bytes(header);
  const pieces = p.bytes(vector);
  p.pointer(pieces, p.bytes(text));
  p.pointer(message.at(msghdr.name), p.bytes(address));
  p.pointer(message.at(msghdr.vector), pieces);
  p.pointer(message.at(msghdr.control), p.bytes(credentialsOf(notification.sender)));
  return message;
}

/** struct sockaddr_un, no longer than its name: that of an abstract one ends where the address ends. */
function socketAddress(socket: string): Buffer {
  const name = socket.startsWith('@') ? `\0${socket.slice(1)}` : `${socket}\0`;
  const address = Buffer.alloc(2 + Buffer.byteLength(name));
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(name, 2);
  return address;
}

/** The control message: root, in the given process. */
function credentialsOf(pid: number): Buffer {
  const control = Buffer.alloc(credentialsSize);
  control.writeBigUInt64LE(BigInt(credentialsLength), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_CREDENTIALS, 12);
  control.writeInt32LE(pid, 16);
  return control;
}
