import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../syscall/constants/io.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { orEnd } from './end-container.ts';

/** Connects to a socket of the host that the container cannot go on without; gives the connection. */
export function connectTo(
  p: ProgramBuilder,
  { path, label, child }: { readonly path: string; readonly label: string; readonly child: Ref },
): Ref {
  const args = [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0];
  const socket = orEnd(p, { child, label, call: 'socket', args });
  const address = socketAddress(path);
  const to = [socket, p.bytes(address), address.length];
  orEnd(p, { child, label, call: 'connect', args: to });
  return socket;
}

/** struct sockaddr_un: {u16 family, path with its NUL} (unix(7)). */
export function socketAddress(path: string): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, Buffer.from(`${path}\0`)]);
}
