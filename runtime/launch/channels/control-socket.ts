import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../../syscall/constants/io.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Connections that may wait while the monitor is busy; connect(2) says EAGAIN to further ones. */
const backlog = 128;

/**
 * Makes a socket on which berth is reached, in the current folder; one of a former run gives way.
 *
 * @param options `flags` of socket(2) besides close-on-exec.
 */
export function openControlSocket(
  p: ProgramBuilder,
  { name: socketName, flags }: { readonly name: string; readonly flags: number },
): Ref {
  const type = SOCK_STREAM | flags | SOCK_CLOEXEC;
  const socket = p.call('make the control socket', 'socket', [AF_UNIX, type, 0]);
  const address = Buffer.alloc(2 + socketName.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(socketName, 2);
  const name = p.string(socketName);
  p.call('remove the former control socket', 'unlinkat', [AT_FDCWD, name, 0], {
    onError: 'ignore',
  });
  // Whoever can connect can kill the container: only root may.
  const umask = p.call('set the umask', 'umask', [0o177]);
  p.call('name the control socket', 'bind', [socket, p.bytes(address), address.length]);
  p.call('set the umask', 'umask', [umask]);
  p.call('listen on the control socket', 'listen', [socket, backlog]);
  return socket;
}
