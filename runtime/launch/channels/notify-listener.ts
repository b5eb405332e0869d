import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import {
  AF_UNIX,
  MSG_DONTWAIT,
  POLLIN,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
} from '../../syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { notifyAddress } from '../../syscall/notify-program.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { socketAddress } from './connect-to.ts';
import { PollSet } from '../monitor/poll-set.ts';

/** Name of the socket in the folder that the container sees. */
export const notifySocketName = 'notify.sock';

/** Label of the step that fails when nobody listens to what the container says. */
export const reachHostLabel = 'reach NOTIFY_SOCKET';

/** Label of the step that fails with EADDRINUSE when another start listens already. */
export const bindLabel = 'bind the socket of the container';

/** Any user of the container may say that it is ready. */
const everybodysMode = 0o777;

/** The longest message that is read; those of sd_notify(3) are a few lines. */
const messageSize = 4096;

const wanted = 'READY=';

/** What is listened to, and for whom. */
export interface NotifyListener {
  /** Absolute path of the folder that the container sees, on the host. */
  readonly folder: string;
  /** The container's first process: with it ends the listening. */
  readonly pid: number;
  /** `NOTIFY_SOCKET` of the caller: see `Notification`. */
  readonly host: string;
}

/**
 * Listens to what the service manager's protocol says in a container (sd_notify(3)). Answers with 8 bytes when the socket is
 * there, and ends with the first message that has a line `READY=`, which is its last answer, or with the container.
 */
export function notifyListenerProgram({ folder, pid, host }: NotifyListener): ProgramBuilder {
  const p = new ProgramBuilder('listen to the container');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  reachHost(p, host);
  const socket = bindSocket(p, folder);
  const process = p.call('hold the first process', 'pidfd_open', [pid, 0]);
  p.reply(p.reserve(8), 8);

  const polled = new PollSet(p, 2);
  const [messages, end] = [polled.add(socket, POLLIN), polled.add(process, POLLIN)];
  // Room for what is compared behind the last byte.
  const message = p.reserve(messageSize + 8);
  const [loop, none, found] = [p.label(), p.label(), p.label()];
  p.place(loop);
  polled.wait();
  // First what was said, then the end: a container may end as soon as it has said it.
  polled.skipUnlessReady(messages, none);
  const args = [socket, message, messageSize, MSG_DONTWAIT, 0, 0];
  const length = p.call('hear the container', 'recvfrom', args, { onError: none });
  skipUnlessReady(p, { message, length, otherwise: loop });
  p.jump(found);
  p.place(none);
  polled.skipUnlessReady(end, loop);
  p.exit(0);
  p.place(found);
  p.reply(message, length);
  p.exit(0);
  return p;
}

/** Nobody is to wait for a message that goes nowhere. */
function reachHost(p: ProgramBuilder, host: string): void {
  const type = SOCK_DGRAM | SOCK_CLOEXEC;
  const socket = p.call('make a socket', 'socket', [AF_UNIX, type, 0]);
  const address = notifyAddress(host);
  const label = `${reachHostLabel} ${host}`;
  p.call(label, 'connect', [socket, p.bytes(address), address.length]);
  p.call(label, 'close', [socket]);
}

function bindSocket(p: ProgramBuilder, folder: string): Ref {
  // Paths of a socket have at most 107 bytes: it gets a relative one.
  p.call(`enter ${folder}`, 'chdir', [p.string(folder)]);
  const name = p.string(notifySocketName);
  const address = socketAddress(notifySocketName);
  const args = [
    p.call('make a socket', 'socket', [AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0]),
    p.bytes(address),
    address.length,
  ] as const;
  const [abandoned, taken, bound] = [p.label(), p.label(), p.label()];
  p.call(bindLabel, 'bind', args, { onError: taken });
  p.jump(bound);
  // Of a start that is under way, or of one that was killed: nobody in the container can write here.
  p.place(taken);
  const other = p.call('make a socket', 'socket', [AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0]);
  p.call('look who listens', 'connect', [other, args[1], args[2]], { onError: abandoned });
  p.fail(bindLabel, errnoNumber('EADDRINUSE'));
  p.place(abandoned);
  p.call('close', 'close', [other]);
  p.call('remove the socket', 'unlinkat', [AT_FDCWD, name, 0], { onError: 'ignore' });
  p.call(bindLabel, 'bind', args);
  p.place(bound);
  const [socket] = args;
  p.call('open the socket to all', 'fchmodat', [AT_FDCWD, name, everybodysMode]);
  return socket;
}

/** Goes on at a label unless a line of the message begins with what is wanted. */
function skipUnlessReady(
  p: ProgramBuilder,
  {
    message,
    length,
    otherwise,
  }: { readonly message: Address; readonly length: Ref; readonly otherwise: Label },
): void {
  const [line, next, seen] = [p.label(), p.label(), p.label()];
  const cursor = p.value(p.reserve(8));
  const end = p.compute('add', message, length);
  // What an earlier message has left is not of this one.
  p.store(64, end, 0);
  p.set(cursor, p.compute('add', message, 0));
  p.place(line);
  for (const [i, letter] of Buffer.from(wanted).entries())
    p.jumpIf('ne', p.load(8, p.compute('add', cursor, i)), letter, next);
  p.jump(seen);
  p.place(next);
  p.jumpIf('ge', cursor, end, otherwise);
  const passed = p.load(8, cursor);
  p.set(cursor, p.compute('add', cursor, 1));
  p.jumpIf('ne', passed, '\n'.charCodeAt(0), next);
  p.jump(line);
  p.place(seen);
}
