import { AT_FDCWD, LOCK_EX, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../syscall/constants/fs.ts';
import {
  MSG_NOSIGNAL,
  SO_SNDTIMEO,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../../syscall/constants/io.ts';
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

/** A server that takes nothing for so long has the rest sent to it later, by another process. */
const patienceS = 5n;

/** Long enough for all messages of a program, each of which may take its time. */
const timeoutMs = 3_600_000;

/**
 * Sends messages in a process of its own, which goes on to the end when berthd is killed: each message is either sent and
 * marked, or neither. (Node.js has no datagrams on Unix sockets.)
 *
 * @throws SYSCALL_FAILED naming the step, also (EAGAIN) of a server that does not read; the messages before it are sent and marked
 */
export async function sendDatagrams(launcher: Launcher, datagrams: Datagrams): Promise<void> {
  const { address, messages, markFile } = datagrams;
  const p = new ProgramBuilder('send a log');
  const marks = openMarks(p, markFile);
  const [family = 0] = address;
  const socket = p.call('make a socket', 'socket', [family, SOCK_DGRAM | SOCK_CLOEXEC, 0]);
  // It ends by itself: who is killed may have sent a message, and not yet marked it.
  const patience = p.bytes(Buffer.from(BigInt64Array.of(patienceS, 0n).buffer));
  p.call('limit the wait', 'setsockopt', [socket, SOL_SOCKET, SO_SNDTIMEO, patience, 16]);
  p.call('connect', 'connect', [socket, p.bytes(address), address.length]);
  for (const { bytes, mark } of messages) {
    p.call('send', 'sendto', [socket, p.bytes(bytes), bytes.length, MSG_NOSIGNAL, 0, 0]);
    p.call('mark', 'pwrite64', [marks, p.bytes(mark), mark.length, 0]);
  }
  await launcher.run(p, { timeoutMs });
}

/** Waits until nobody sends any more who was begun by a berthd that was killed. @throws PROGRAM_TIMEOUT when that takes half a minute */
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
