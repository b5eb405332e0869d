import { readFileSync } from 'node:fs';
import { AT_FDCWD, O_APPEND, O_CREAT, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { AF_UNIX, POLLFD_SIZE, POLLIN, SOCK_DGRAM } from '../../../runtime/syscall/constants/io.ts';
import { launcherFd } from '../../../runtime/syscall/launcher-program.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

const room = 64 * 1024;
/** Behind each datagram in the file. */
const separator = '\x1e';

/** Who receives datagrams. */
export interface DatagramReceiver {
  /** What has arrived by now. */
  readonly arrived: () => readonly string[];
  /** Of its process: one that is stopped lets the socket fill up. */
  readonly pid: number;
}

/** Receives datagrams on a Unix socket, as journald and syslogd do, until the launcher is stopped. */
export async function receiveDatagrams(
  launcher: Launcher,
  { socket, file }: { readonly socket: string; readonly file: string },
): Promise<DatagramReceiver> {
  const p = new ProgramBuilder('receiver');
  const fd = p.call('make a socket', 'socket', [AF_UNIX, SOCK_DGRAM, 0]);
  const address = Buffer.alloc(2 + socket.length + 1);
  address.writeUInt16LE(AF_UNIX);
  address.write(socket, 2);
  p.call('bind', 'bind', [fd, p.bytes(address), address.length]);
  const flags = O_WRONLY | O_CREAT | O_APPEND;
  const out = p.call('open', 'openat', [AT_FDCWD, p.string(file), flags, 0o600]);
  p.reply(p.reserve(8), 8);
  const [buffer, polled, again, end] = [
    p.reserve(room),
    p.reserve(2 * POLLFD_SIZE),
    p.label(),
    p.label(),
  ];
  p.store(32, polled, fd);
  p.store(32, polled.at(4), POLLIN);
  p.store(32, polled.at(8), launcherFd);
  p.place(again);
  p.call('wait', 'ppoll', [polled, 2, 0, 0, 0]);
  p.jumpIf('ne', p.value32(polled.at(12)), 0, end);
  const count = p.call('receive', 'recvfrom', [fd, buffer, room, 0, 0, 0]);
  p.call('write', 'write', [out, buffer, count]);
  p.call('write', 'write', [out, p.string(separator), 1]);
  p.jump(again);
  p.place(end);
  const { pid } = await launcher.spawn(p);
  return { arrived: () => readFileSync(file, 'utf8').split(separator).slice(0, -1), pid };
}
