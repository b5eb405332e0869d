import { O_CLOEXEC } from './constants/fs.ts';
import {
  AF_UNIX,
  MSG_NOSIGNAL,
  POLLFD_SIZE,
  POLLIN,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
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
const cmsghdrSize = 16;

/**
 * Sends one datagram. The program runs in a process of its own, but a service manager listens to the service's main
 * process alone (`NotifyAccess=main`): so the message carries that one's credentials, which the kernel lets root do
 * (CAP_SYS_ADMIN). Where it does not, the message goes in the program's own name.
 */
export function notifyProgram(notification: Notification): ProgramBuilder {
  const p = new ProgramBuilder('notify the service manager');
  const { message } = messageHeader(p, notification, none);
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

/** How long `barrierProgram` waits. */
interface Patience {
  /** In milliseconds. */
  readonly patienceMs: number;
}

/**
 * Waits until the service manager has read all that was sent before (sd_notify_barrier(3), systemd 246): it gets one end of
 * a pipe, and closes it then. Who ends at once could not be told by his process id any more. Answers with 1 byte: 1 when it
 * has, 0 when it has not in time, as one that knows nothing of barriers does not.
 */
export function barrierProgram({
  socket: name,
  sender,
  patienceMs,
}: Omit<Notification, 'text'> & Patience): ProgramBuilder {
  const p = new ProgramBuilder('wait for the service manager');
  const { message, control } = messageHeader(
    p,
    { socket: name, sender, text: 'BARRIER=1' },
    descriptorMessage,
  );
  const ends = p.reserve(8);
  p.call('make a pipe', 'pipe2', [ends, O_CLOEXEC]);
  const [mine, theirs] = [p.value32(ends), p.value32(ends.at(4))];
  const rights = control.at(credentialsSize);
  p.set(rights.at(cmsghdrSize), theirs);
  const [sent, plain] = [p.label(), p.label()];
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const socket = p.call('make a socket', 'socket', [AF_UNIX, type, 0]);
  p.call('send with credentials', 'sendmsg', [socket, message, MSG_NOSIGNAL], { onError: plain });
  p.jump(sent);
  p.place(plain);
  p.set(message.at(msghdr.control), p.compute('add', rights, 0));
  p.set(message.at(msghdrControlLength), descriptorMessage.length);
  p.call('send', 'sendmsg', [socket, message, MSG_NOSIGNAL]);
  p.place(sent);
  p.call('close the end that was sent', 'close', [theirs]);
  const polled = p.reserve(POLLFD_SIZE);
  p.store(32, polled, mine);
  p.store(32, polled.at(4), POLLIN);
  const patience = BigInt64Array.of(
    BigInt(Math.floor(patienceMs / 1000)),
    BigInt((patienceMs % 1000) * 1_000_000),
  );
  const timeout = p.bytes(Buffer.from(patience.buffer));
  const answer = p.reserve(8);
  p.set(answer, p.call('wait for the other end', 'ppoll', [polled, 1, timeout, 0, 0]));
  p.reply(answer, 1);
  p.exit(0);
  return p;
}

/** A control message that passes a descriptor on, which is still to be set (unix(7), SCM_RIGHTS). */
const descriptorMessage = ((): Buffer => {
  const control = Buffer.alloc(cmsghdrSize + 8);
  control.writeBigUInt64LE(BigInt(cmsghdrSize + 4), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  return control;
})();

const none = Buffer.alloc(0);

function messageHeader(
  p: ProgramBuilder,
  notification: Notification,
  further: Buffer,
): { readonly message: Address; readonly control: Address } {
  const text = Buffer.from(notification.text);
  const address = notifyAddress(notification.socket);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(BigInt(text.length), 8);
  const header = Buffer.alloc(msghdrSize);
  header.writeUInt32LE(address.length, msghdr.nameLength);
  header.writeBigUInt64LE(1n, msghdr.vectorLength);
  header.writeBigUInt64LE(BigInt(credentialsSize + further.length), msghdrControlLength);
  const message = p.bytes(header);
  const pieces = p.bytes(vector);
  p.pointer(pieces, p.bytes(text));
  p.pointer(message.at(msghdr.name), p.bytes(address));
  p.pointer(message.at(msghdr.vector), pieces);
  const control = p.bytes(Buffer.concat([credentialsOf(notification.sender), further]));
  p.pointer(message.at(msghdr.control), control);
  return { message, control };
}

/** struct sockaddr_un of `NOTIFY_SOCKET`, no longer than its name: that of an abstract one ends where the address ends. */
export function notifyAddress(socket: string): Buffer {
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
