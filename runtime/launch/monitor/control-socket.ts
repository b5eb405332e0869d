import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from '../../syscall/constants/io.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { controlSocketName } from './protocol.ts';

/** Connections that may wait while the monitor is busy; connect(2) says EAGAIN to further ones. */
const backlog = 128;

/** Makes the socket on which the monitor is reached, in the current folder; one of a former run gives way. */
export function openControlSocket(p: ProgramBuilder): Ref {
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const socket = p.call('make the control socket', 'socket', [AF_UNIX, type, 0]);
  const address = Buffer.alloc(2 + controlSocketName.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(controlSocketName, 2);
  const name = p.string(controlSocketName);
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
