import { AT_FDCWD, LOCK_EX, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../syscall/constants/fs.ts';
import { MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_DGRAM } from '../../syscall/constants/io.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Messages for a socket, and where it is written down how many of them were sent. */
export interface Datagrams {
  /** A struct sockaddr: of unix(7), ip(7) or ipv6(7). */
  readonly address: Uint8Array;
  readonly messages: readonly Datagram[];
  /** File whose beginning becomes the `mark` of the last message that was sent. */
  readonly markFile: string;
}

/** One message. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly mark: Uint8Array;
}

/**
 * Sends messages in a process of its own, which goes on to the end when berthd is killed: each message is either sent and
 * marked, or neither. (Node.js has no datagrams on Unix sockets.)
 *
 * @throws SYSCALL_FAILED naming the step; the messages before it are sent and marked
 */
export async function sendDatagrams(launcher: Launcher, datagrams: Datagrams): Promise<void> {
  const { address, messages, markFile } = datagrams;
  const p = new ProgramBuilder('send a log');
  const marks = openMarks(p, markFile);
  const [family = 0] = address;
  const socket = p.call('make a socket', 'socket', [family, SOCK_DGRAM | SOCK_CLOEXEC, 0]);
  p.call('connect', 'connect', [socket, p.bytes(address), address.length]);
  for (const { bytes, mark } of messages) {
    p.call('send', 'sendto', [socket, p.bytes(bytes), bytes.length, MSG_NOSIGNAL, 0, 0]);
    p.call('mark', 'pwrite64', [marks, p.bytes(mark), mark.length, 0]);
  }
  await launcher.run(p);
}

/** Waits until nobody sends any more who was begun by a berthd that was killed. */
export async function awaitSender(launcher: Launcher, markFile: string): Promise<void> {
  const p = new ProgramBuilder('wait for who sends a log');
  openMarks(p, markFile);
  await launcher.run(p);
}

/** The file, for this process alone until it ends. */
function openMarks(p: ProgramBuilder, path: string): ReturnType<ProgramBuilder['call']> {
  const args = [AT_FDCWD, p.string(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600];
  const marks = p.call(`open ${path}`, 'openat', args);
  p.call('lock it', 'flock', [marks, LOCK_EX]);
  return marks;
}
