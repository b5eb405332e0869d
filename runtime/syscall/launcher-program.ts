import { closeFrom } from './close-from.ts';
import { AT_FDCWD, F_SETFD, FD_CLOEXEC, O_CLOEXEC, O_RDONLY } from './constants/fs.ts';
import { POLLFD_SIZE, POLLIN } from './constants/io.ts';
import {
  PR_SET_DUMPABLE,
  PR_SET_NAME,
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SIG_BLOCK,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGNALFD_SIGINFO_SIZE,
  SIGSET_SIZE,
  signalSet,
  WNOHANG,
} from './constants/process.ts';
import { launcherName } from './launcher-name.ts';
import { header, reply, replyKind } from './layout.ts';
import type { Address, Label, Ref, Value } from './program.ts';
import { ProgramBuilder } from './program-builder.ts';

/** File descriptor of the launcher's socket: programs come in, replies go out. */
export const launcherFd = 3;

/**
 * Where a launcher that keeps its caller's standard streams has them: 0, 1 and 2 are `firstKeptFd` and the two after it,
 * then what the caller handed over beyond them, in order. All close on exec.
 */
export const firstKeptFd = launcherFd + 1;

/** Step number in the failure of a program whose process could not be made. */
export const forkStep = 0xffffffff;

/**
 * The launcher: receives programs on a socket, forks a process for each, and tells when one has ended. It ends when
 * the other side closes the socket; programs that outlive it, such as monitors, go on.
 *
 * It never waits for a program: what it forks does its own waiting, and its replies carry the program's id.
 *
 * @param kept descriptors from `firstKeptFd` on that programs may use.
 */
export function launcherProgram(kept = 0): ProgramBuilder {
  const p = new ProgramBuilder('launcher');
  p.call('close the launcher socket on exec', 'fcntl', [launcherFd, F_SETFD, FD_CLOEXEC]);
  p.call('let go of the boot pipe', 'dup3', [1, 0, 0]);
  for (let fd = firstKeptFd; fd < firstKeptFd + kept; fd += 1)
    p.call('close a kept descriptor on exec', 'fcntl', [fd, F_SETFD, FD_CLOEXEC]);
  // What whoever started Node.js left open would go on to every container.
  closeFrom(p, firstKeptFd + kept);
  forbidExecution(p);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string(launcherName)], {
    onError: 'ignore',
  });
  // Nobody but root may look into or trace a process that runs with all of root's powers in a container's namespaces.
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0]);

  const childEnded = p.bytes(signalSet(SIGCHLD));
  p.call('block SIGCHLD', 'rt_sigprocmask', [SIG_BLOCK, childEnded, 0, SIGSET_SIZE]);
  const signals = p.call('watch SIGCHLD', 'signalfd4', [
    -1,
    childEnded,
    SIGSET_SIZE,
    SFD_CLOEXEC | SFD_NONBLOCK,
  ]);

  const polled = p.reserve(2 * POLLFD_SIZE);
  p.set(polled, launcherFd + POLLIN * 2 ** 32);
  p.set(polled.at(POLLFD_SIZE), p.compute('or', signals, POLLIN * 2 ** 32));

  const wait = p.label();
  const programs = p.label();
  p.place(wait);
  p.call('wait', 'ppoll', [polled, 2, 0, 0, 0], { onError: wait });
  p.jumpIf('lt', p.value32(polled.at(POLLFD_SIZE + 4)), 1 << 16, programs);
  reapChildren(p, { signals, done: programs });

  p.place(programs);
  // revents is the upper half of the word behind the descriptor.
  p.jumpIf('lt', p.value32(polled.at(4)), 1 << 16, wait);
  receiveProgram(p, { signals, childEnded });
  p.jump(wait);
  return p;
}

/**
 * Nobody may execute the executor any more: an image's program that is a link to /proc/self/exe, or a script that names it,
 * would run it as the container's own, whose /proc/<pid>/exe it may open then (CVE-2019-5736). Without any permission to
 * execute not even root can (EACCES).
 */
function forbidExecution(p: ProgramBuilder): void {
  const label = 'forbid to execute the executor';
  const flags = O_RDONLY | O_CLOEXEC;
  const unknown = p.label();
  const self = p.string('/proc/self/exe');
  const file = p.call(label, 'openat', [AT_FDCWD, self, flags, 0], { onError: unknown });
  p.call(label, 'fchmod', [file, 0], { onError: 'ignore' });
  p.call(label, 'close', [file]);
  p.place(unknown);
}

function reapChildren(
  p: ProgramBuilder,
  { signals, done }: { readonly signals: Ref; readonly done: Label },
): void {
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  const status = p.reserve(8);
  const next = p.label();
  p.call('take the signal', 'read', [signals, info, SIGNALFD_SIGINFO_SIZE], { onError: 'ignore' });
  p.place(next);
  const pid = p.call('reap', 'wait4', [-1, status, WNOHANG, 0], { onError: done });
  p.jumpIf('eq', pid, 0, done);
  sendReply(p, { kind: replyKind.exited, id: 0, first: pid, second: p.value32(status) });
  p.jump(next);
}

function receiveProgram(
  p: ProgramBuilder,
  { signals, childEnded }: { readonly signals: Ref; readonly childEnded: Address },
): void {
  const refused = p.label();
  const received = p.label();
  const parent = p.label();
  const notForked = p.label();
  const forget = p.label();
  const program = p.receive('receive a program', launcherFd, { onError: refused });
  p.jumpIf('ne', program, 0, received);
  p.exit(0);

  p.place(refused);
  // What follows on the socket cannot be told apart from the rest of a program that was refused.
  sendReply(p, { kind: replyKind.refused, id: 0, first: p.compute('sub', 0, program), second: 0 });
  p.exit(1);

  p.place(received);
  const id = p.load(64, p.compute('add', program, header.failureId));
  const pid = p.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0], { onError: notForked });
  p.jumpIf('ne', pid, 0, parent);
  p.call('close the signal descriptor', 'close', [signals]);
  p.call('unblock SIGCHLD', 'rt_sigprocmask', [SIG_UNBLOCK, childEnded, 0, SIGSET_SIZE]);
  p.run(program);

  p.place(parent);
  sendReply(p, { kind: replyKind.started, id, first: pid, second: 0 });
  p.jump(forget);
  p.place(notForked);
  sendReply(p, { kind: replyKind.failed, id, first: forkStep, second: p.compute('sub', 0, pid) });
  p.place(forget);
  const size = p.load(64, p.compute('add', program, header.memorySize));
  p.call('forget the program', 'munmap', [program, size]);
}

/** Sends a reply whose payload is two 32-bit values. */
function sendReply(
  p: ProgramBuilder,
  {
    kind,
    id,
    first,
    second,
  }: { readonly kind: number; readonly id: Value; readonly first: Value; readonly second: Value },
): void {
  const message = p.reserve(reply.size + 8);
  p.set(message, kind + 8 * 2 ** 32);
  p.set(message.at(reply.id), id);
  p.set(
    message.at(reply.size),
    p.compute('or', p.compute('and', first, 0xffffffff), p.compute('shl', second, 32)),
  );
  p.call('reply', 'write', [launcherFd, message, reply.size + 8]);
}
