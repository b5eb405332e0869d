import { CLOCK_REALTIME } from '../syscall/constants/io.ts';
import {
  PR_SET_PDEATHSIG,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGSET_SIZE,
  SIGTERM,
} from '../syscall/constants/process.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { phases, stateLayout } from './supervisor-state.ts';
import { writeState, monotonicMs, clockSeconds } from './frame.ts';
import type { Address, Ref } from '../syscall/program.ts';
import type { Supervision } from './supervision.ts';
import type { Frame } from './frame.ts';

/** Forks and executes the daemon; the parent goes on behind this. */
export function startDaemon(frame: Frame): void {
  const { p, state, supervision } = frame;
  const parent = p.label();
  const notForked = p.label();
  p.set(frame.startedAt, monotonicMs(p));
  const supervisor = p.call('remember the own pid', 'getpid', []);
  const pid = p.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0], { onError: notForked });
  p.jumpIf('ne', pid, 0, parent);
  endWithSupervisor(p, supervisor);
  execute(p, supervision, frame.signalMask);

  // No process could be made (EAGAIN, ENOMEM): as good as a daemon that ended at once.
  p.place(notForked);
  p.set(pid, 0);
  p.place(parent);
  p.set(frame.daemon, pid);
  p.store(32, state.at(stateLayout.daemon), pid);
  p.set(state.at(stateLayout.startedAt), clockSeconds(p, CLOCK_REALTIME));
  p.set(state.at(stateLayout.phase), phases.running);
  writeState(frame);
}

/**
 * In the child: a daemon without its supervisor could not be told apart from a stray one, so it ends with it; containers
 * run on. A supervisor that died before the call is no parent any more, and nothing would ever be sent.
 */
function endWithSupervisor(p: ProgramBuilder, supervisor: Ref): void {
  const together = p.label();
  p.call('end with the supervisor', 'prctl', [PR_SET_PDEATHSIG, SIGTERM]);
  p.jumpIf('eq', p.call('look for the supervisor', 'getppid', []), supervisor, together);
  p.exit(127);
  p.place(together);
}

/** In the child: becomes the daemon, or ends with 127. */
function execute(p: ProgramBuilder, supervision: Supervision, signalMask: Address): void {
  const failed = p.label();
  p.call('unblock signals', 'rt_sigprocmask', [SIG_UNBLOCK, signalMask, 0, SIGSET_SIZE]);
  const [path] = supervision.argv;
  const argv = p.stringArray(supervision.argv);
  const envp = p.stringArray(supervision.environment);
  p.call('execve', 'execve', [p.string(path), argv, envp], { onError: failed });
  p.place(failed);
  const complaint = Buffer.from(`berth supervisor: "${path}" cannot be executed\n`);
  p.call('complain', 'write', [2, p.bytes(complaint), complaint.length], { onError: 'ignore' });
  p.exit(127);
}
