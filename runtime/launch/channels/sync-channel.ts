import { AF_UNIX, MSG_NOSIGNAL, SOCK_CLOEXEC } from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { Address, type Ref, type Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;
const messageHeaderSize = 56;
const controlSize = 24;

/** A socket pair between the monitor and the container's first process while that starts; it keeps messages apart. */
export interface SyncChannel {
  readonly parent: Ref;
  readonly child: Ref;
}

/** Memory that is part of a message. */
interface MessagePiece {
  readonly start: Address | Ref;
  readonly length: number | Ref;
}

/** Makes the channel. Both ends close on exec: that is how the monitor learns that the program runs. */
export function openSyncChannel(p: ProgramBuilder): SyncChannel {
  const ends = p.reserve(8);
  p.call('make the start-up channel', 'socketpair', [
    AF_UNIX,
    SOCK_SEQPACKET | SOCK_CLOEXEC,
    0,
    ends,
  ]);
  return { parent: p.value32(ends), child: p.value32(ends.at(4)) };
}

/** The monitor lets the child go on. A child that has failed is gone; what it has said is read later. */
export function sendGo(p: ProgramBuilder, end: Ref): void {
  const args = [end, p.string('g'), 1, MSG_NOSIGNAL, 0, 0];
  p.call('let the container go on', 'sendto', args, { onError: 'ignore' });
}

/** The child waits until it may go on; when the monitor has died it ends. */
export function awaitGo(p: ProgramBuilder, end: Ref): void {
  const goOn = p.label();
  const count = p.call('wait for the monitor', 'read', [end, p.reserve(8), 1]);
  p.jumpIf('eq', count, 1, goOn);
  p.exit(1);
  p.place(goOn);
}

/**
 * Adds a call that reads what the other end has said. When that has ended with something unread, the word to go on, the
 * kernel says ECONNRESET before it gives what was said (unix(7)): the call is made again.
 */
export function hear(
  p: ProgramBuilder,
  {
    label,
    call,
    args,
  }: { readonly label: string; readonly call: string; readonly args: readonly Value[] },
): Ref {
  const [again, heard, reset] = [p.label(), p.label(), p.label()];
  p.place(again);
  const length = p.call(label, call, args, { onError: reset });
  p.jump(heard);
  p.place(reset);
  p.jumpIf('eq', length, -errnoNumber('ECONNRESET'), again);
  p.fail(label, p.compute('sub', 0, length));
  p.place(heard);
  return length;
}

/** Sends a file descriptor (unix(7), SCM_RIGHTS). */
export function sendDescriptor(p: ProgramBuilder, end: Ref, descriptor: Ref): void {
  const header = messageWithDescriptor(p, descriptor, [
    { start: p.bytes(Buffer.from('d')), length: 1 },
  ]);
  p.call('hand over the terminal', 'sendmsg', [end, header, MSG_NOSIGNAL]);
}

/** Makes a struct msghdr of the pieces, one after the other, and a descriptor (cmsg(3)). */
export function messageWithDescriptor(
  p: ProgramBuilder,
  descriptor: Ref,
  pieces: readonly MessagePiece[],
): Address {
  const { header, control } = messageWithControl(p, pieces);
  p.set(control, 20);
  p.set(control.at(8), SOL_SOCKET + SCM_RIGHTS * 2 ** 32);
  p.set(control.at(16), descriptor);
  return header;
}

/** Receives a message of at most `size` bytes and the descriptor that may come with it. */
export function receiveMessage(
  p: ProgramBuilder,
  end: Ref,
  { buffer, size }: { readonly buffer: Address; readonly size: number },
): { readonly length: Ref; readonly descriptor: Ref } {
  const { header, control } = messageWithControl(p, [{ start: buffer, length: size }]);
  const args = [end, header, MSG_CMSG_CLOEXEC];
  const length = hear(p, { label: 'hear from the container', call: 'recvmsg', args });
  return { length, descriptor: p.value32(control.at(16)) };
}

function messageWithControl(
  p: ProgramBuilder,
  pieces: readonly MessagePiece[],
): { readonly header: Address; readonly control: Address } {
  const header = p.bytes(new Uint8Array(messageHeaderSize));
  const vector = p.bytes(new Uint8Array(16 * pieces.length));
  const control = p.reserve(controlSize);
  for (const [i, { start, length }] of pieces.entries()) {
    const piece = vector.at(16 * i);
    if (start instanceof Address) p.pointer(piece, start);
    else p.set(piece, start);
    p.set(piece.at(8), length);
  }
  p.pointer(header.at(16), vector);
  p.set(header.at(24), pieces.length);
  p.pointer(header.at(32), control);
  p.set(header.at(40), controlSize);
  return { header, control };
}
