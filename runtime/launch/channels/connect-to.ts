import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../../syscall/constants/io.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Adds a call without which the container cannot go on, and what is done when it fails; gives its result. */
export type NeededCall = (label: string, call: string, args: readonly Value[]) => Ref;

/** Connects to a socket of the host that the container cannot go on without; gives the connection. */
export function connectTo(
  p: ProgramBuilder,
  {
    path,
    label,
    must,
  }: { readonly path: string; readonly label: string; readonly must: NeededCall },
): Ref {
  const socket = must(label, 'socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0]);
  const address = socketAddress(path);
  const to = [socket, p.bytes(address), address.length];
  must(label, 'connect', to);
  return socket;
}

/** struct sockaddr_un: {u16 family, path with its NUL} (unix(7)). */
export function socketAddress(path: string): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, Buffer.from(`${path}\0`)]);
}
