import { AT_EMPTY_PATH } from '../../syscall/constants/fs.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM, TIOCSPGRP } from '../../syscall/constants/io.ts';
import {
  PR_SET_CHILD_SUBREAPER,
  SIG_SETMASK,
  SIGCHLD,
  SIGSET_SIZE,
  WNOHANG,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { StartPlan } from '../start-plan.ts';
import { executableFd, makeInitExecutable } from './init-executable.ts';
import type { InitImage } from './init-image.ts';
import { programIdOffset } from './init-program.ts';

/** Where Docker mounts its own; here nothing is at this path, it is what `ps` shows. */
const shownPath = '/sbin/docker-init';

/** What was made for the init while everything was still allowed. */
export interface PreparedInit {
  readonly image: InitImage;
  /** End of a socket pair that becomes the init's standard input: its program comes in, and a byte goes out. */
  readonly above: Ref;
  /** The other end: the container's program waits here for that byte, until there is an init above it. */
  readonly below: Ref;
}

/** Makes what an init needs, before limits, seccomp filter and user of the container hold; nothing without one. */
export function prepareInit(p: ProgramBuilder, plan: StartPlan): PreparedInit | undefined {
  const { init: image } = plan;
  if (!image) return undefined;
  const { mountLabel = '' } = plan.spec.linux;
  makeInitExecutable(p, {
    size: image.executableSize,
    label: mountLabel === '' ? undefined : mountLabel,
  });
  // Where the container has no process ids of its own, orphans would go past the init to that of the host.
  if (!plan.namespaces.newPid) {
    p.call('adopt orphans', 'prctl', [PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0]);
  }
  const ends = p.reserve(8);
  const type = SOCK_STREAM | SOCK_CLOEXEC;
  p.call('make the channel of the init', 'socketpair', [AF_UNIX, type, 0, ends]);
  return { image, above: p.value32(ends), below: p.value32(ends.at(4)) };
}

/**
 * Forks the container's program off, and makes an init of the process that goes on without it. What follows is done by
 * the program's process alone, once the init has been executed: a program that has run has had one from its first
 * instruction on.
 *
 * The init is executed, not merely gone on with: so it has the user, the capabilities and the security label that hold
 * for the container's program, and its memory has nothing of the host in it (docs/decisions/0009). Both processes have
 * the container's seccomp filter by now. What the init will do all its life is tried here, where a filter that forbids
 * it can still be told of.
 */
export function goUnderInit(p: ProgramBuilder, plan: StartPlan, init: PreparedInit): void {
  const [parent, goOn] = [p.label(), p.label()];
  // Those that come from here on are the init's, which finds them when it is ready.
  setMask(p, 0xff);
  const program = p.call('init: fork the program', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', program, 0, parent);
  p.call('init: close its end', 'close', [init.above]);
  const bytes = p.call('init: wait for it', 'read', [init.below, p.reserve(8), 1]);
  p.jumpIf('eq', bytes, 1, goOn);
  // It has failed, and has said so.
  p.exit(1);

  p.place(parent);
  leadGroup(p, plan, program);
  tryCalls(p, program);
  becomeInit(p, plan, { ...init, program });
  p.place(goOn);
  setMask(p, 0);
}

/** Blocks all signals, or none. */
function setMask(p: ProgramBuilder, byte: 0 | 0xff): void {
  const mask = p.bytes(Buffer.alloc(SIGSET_SIZE, byte));
  const label = byte === 0 ? 'init: unblock the signals of the program' : 'init: block all signals';
  p.call(label, 'rt_sigprocmask', [SIG_SETMASK, mask, 0, SIGSET_SIZE]);
}

/** The program leads a process group of its own, which Ctrl-C and the like are for: not the init. */
function leadGroup(p: ProgramBuilder, plan: StartPlan, program: Ref): void {
  p.call('init: make a process group', 'setpgid', [program, program]);
  if (!plan.spec.process.terminal) return;
  const group = p.reserve(8);
  p.set(group, program);
  p.call('init: give the terminal to the program', 'ioctl', [0, TIOCSPGRP, group]);
}

function tryCalls(p: ProgramBuilder, program: Ref): void {
  const waits = p.label();
  const [none, now] = [p.reserve(SIGSET_SIZE), p.reserve(16)];
  const label = 'init: wait for a signal';
  const args = [none, 0, now, SIGSET_SIZE];
  const result = p.call(label, 'rt_sigtimedwait', args, { onError: 'ignore' });
  p.jumpIf('eq', result, -errnoNumber('EAGAIN'), waits);
  p.fail(label, p.compute('sub', 0, result));
  p.place(waits);
  p.call('init: look for who has ended', 'wait4', [-1, 0, WNOHANG, 0]);
  p.call('init: reach the program', 'kill', [program, 0]);
}

function becomeInit(
  p: ProgramBuilder,
  { spec: { process } }: StartPlan,
  { image, above, below, program }: PreparedInit & { readonly program: Ref },
): void {
  const bytes = p.bytes(image.program);
  p.set(bytes.at(programIdOffset), program);
  p.call('init: write its program', 'write', [below, bytes, image.program.length]);
  p.call('init: take its program', 'dup3', [above, 0, 0]);
  const argv = p.stringArray([shownPath, '--', ...process.args]);
  const envp = p.stringArray(process.env);
  const label = 'init: execute';
  const path = p.string('');
  const failed = p.call(label, 'execveat', [executableFd, path, argv, envp, AT_EMPTY_PATH], {
    onError: 'ignore',
  });
  // A filter that knows execve(2) alone.
  p.call(label, 'execve', [p.string(`/proc/self/fd/${executableFd}`), argv, envp], {
    onError: 'ignore',
  });
  p.fail(label, p.compute('sub', 0, failed));
}
