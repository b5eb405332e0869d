import { PR_SET_NAME, SIGCHLD, SIGSET_SIZE, WNOHANG } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { header } from '../../syscall/layout.ts';
import { Address, type Label, type Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';

/** What `ps` and /proc/1/comm call it, as in Docker. */
export const initName = 'docker-init';

/**
 * Where, in the encoded program, the process id of the container's program is put before it runs: the 64 bits of the
 * program's own number, which nothing else needs here since it replies to nobody.
 */
export const programIdOffset = header.failureId;

/**
 * The container's PID 1 with `--init`: reaps whatever becomes its child, passes every signal but SIGCHLD on to the
 * container's program, and ends as that does: with its exit status, or 128 and the signal that ended it.
 *
 * It runs in a process that has just executed the executor (`under-init.ts`), with all signals blocked: none is lost
 * between the steps, and those to PID 1 without a handler would be dropped by the kernel (pid_namespaces(7)). Signals
 * that a fault of its own raises end it all the same (force_sig in the kernel pays no heed to the mask), so those that
 * somebody sends, such as `docker kill -s ABRT`, are for the program.
 */
export function initProgram(): ProgramBuilder {
  const p = new ProgramBuilder(initName);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string(initName)], { onError: 'ignore' });
  // The program waits for this byte at the other end of what this came by.
  p.call('let the program go on', 'write', [0, p.string('g'), 1], { onError: 'ignore' });
  // 1 and 2 stay: /proc/1/fd/1 is how cron and its like reach the container's log.
  p.call('let go of the program', 'close', [0], { onError: 'ignore' });
  watchOver(p);
  return p;
}

/** The rest of an init's life; the number of the process that it is there for is at `programIdOffset`. */
export function watchOver(p: ProgramBuilder): void {
  const program = p.value(new Address('header', programIdOffset));
  const [reap, wait] = [p.label(), p.label()];
  // Whoever ended before is found without its signal.
  p.place(reap);
  endWith(p, { program, ...reapOne(p, wait) });
  p.jump(reap);

  p.place(wait);
  forwardOne(p, { program, wait, reap });
}

interface Reaped {
  readonly pid: Ref;
  /** As wait4(2) gives it. */
  readonly status: Ref;
}

/** Reaps a child that has ended; goes on at `none` when there is no such. */
function reapOne(p: ProgramBuilder, none: Label): Reaped {
  const status = p.reserve(8);
  // Fails (ECHILD) only when the kernel itself reaps, because whoever started berthd ignored SIGCHLD: then nobody knows
  // how the program ended, and this must not wait for ever.
  const pid = p.call('reap', 'wait4', [-1, status, WNOHANG, 0]);
  p.jumpIf('eq', pid, 0, none);
  return { pid, status: p.value32(status) };
}

/** Ends as the container's program did, if it was that; what it leaves the kernel then kills. */
function endWith(
  p: ProgramBuilder,
  { program, pid, status }: Reaped & { readonly program: Ref },
): void {
  const [other, killed] = [p.label(), p.label()];
  p.jumpIf('ne', pid, program, other);
  const signal = p.compute('and', status, 0x7f);
  p.jumpIf('ne', signal, 0, killed);
  p.exit(p.compute('and', p.compute('shr', status, 8), 0xff));
  p.place(killed);
  p.exit(p.compute('add', signal, 128));
  p.place(other);
}

/** Waits for a signal (rt_sigtimedwait(2)) and passes it on, or goes to reap. */
function forwardOne(
  p: ProgramBuilder,
  {
    program,
    wait,
    reap,
  }: {
    readonly program: Ref;
    readonly wait: Label;
    readonly reap: Label;
  },
): void {
  const all = p.bytes(Buffer.alloc(SIGSET_SIZE, 0xff));
  const interrupted = p.label();
  const args = [all, 0, 0, SIGSET_SIZE];
  const signal = p.call('wait for a signal', 'rt_sigtimedwait', args, { onError: interrupted });
  p.jumpIf('eq', signal, SIGCHLD, reap);
  // One that has just ended is about to be reaped; one that became another user is out of reach, as in Docker.
  p.call('pass the signal on', 'kill', [program, signal], { onError: 'ignore' });
  p.jump(wait);

  p.place(interrupted);
  // Stopped and continued, or traced. Anything else would come back at once, for ever.
  p.jumpIf('eq', signal, -errnoNumber('EINTR'), wait);
  p.fail('wait for a signal', p.compute('sub', 0, signal));
}
