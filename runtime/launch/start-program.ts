import {
  AT_FDCWD,
  F_DUPFD_CLOEXEC,
  F_SETFL,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_WRONLY,
} from '../syscall/constants/fs.ts';
import { PR_SET_NAME, SIG_SETMASK, SIGSET_SIZE } from '../syscall/constants/process.ts';
import { failureSize } from '../syscall/layout.ts';
import { launcherFd } from '../syscall/launcher-program.ts';
import type { Address, Ref } from '../syscall/program.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { buildContainerProcess } from './container-process.ts';
import { forkContainer } from './fork-container.ts';
import { buildMonitor } from './monitor/monitor.ts';
import { openControlSocket } from './monitor/control-socket.ts';
import { joinCgroups, joinsItself } from './join-cgroups.ts';
import { makeCgroups } from './make-cgroups.ts';
import { mapIds } from './map-ids.ts';
import { passListenerOn } from './seccomp-listener.ts';
import { rootFolder, type StartPlan } from './start-plan.ts';
import { endsToClose, type MonitorStreams, openStreams } from './streams.ts';
import { openSyncChannel, receiveMessage, sendGo, type SyncChannel } from './sync-channel.ts';

/**
 * The program that starts a container and then watches over it: one process, the monitor, forks the container's first
 * process in its new namespaces, puts it into its cgroups, waits until it has executed the container's program, says
 * so, and goes on as the container's monitor.
 */
export function startProgram(plan: StartPlan, name: string): ProgramBuilder {
  const p = new ProgramBuilder(name);
  becomeMonitor(p, plan);
  makeCgroups(p, plan.cgroup);
  const log = openLog(p, plan.logFile);
  const control = openControlSocket(p);
  const streams = openStreams(p, { terminal: plan.spec.process.terminal, stdin: plan.stdin });
  const sync = openSyncChannel(p);

  const parent = p.label();
  const { child, inCgroup } = forkContainer(p, plan);
  p.jumpIf('ne', child, 0, parent);
  buildContainerProcess(p, { plan, sync: sync.child, streams: streams.container });

  p.place(parent);
  for (const end of [sync.child, ...endsToClose(streams.container)]) {
    p.call('close what belongs to the container', 'close', [end]);
  }
  if (plan.namespaces.newUser) mapIds(p, { child, plan, sync });
  if (!joinsItself(plan)) {
    const joined = p.label();
    p.jumpIf('ne', inCgroup, 0, joined);
    joinCgroups(p, {
      child,
      plan,
      sync,
      passFailureOn: (failure) => {
        passFailureOn(p, { child, ...failure });
      },
    });
    p.place(joined);
  }
  sendGo(p, sync.parent);
  const monitorStreams = awaitStart(p, { plan, child, sync, streams: streams.monitor });
  sayStarted(p, child);
  p.forgetSteps();
  const terminal = plan.spec.process.terminal ? monitorStreams.stdin : -1;
  buildMonitor(p, { child, log, control, streams: monitorStreams, terminal, cgroup: plan.cgroup });
  return p;
}

/** Leaves whoever started us: a session of its own, no signals, the folder of the container. */
function becomeMonitor(p: ProgramBuilder, plan: StartPlan): void {
  p.call('start a session', 'setsid', []);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-monitor')]);
  // A signal that ended the monitor would leave the container without one; only SIGKILL still can.
  const all = p.bytes(Buffer.alloc(SIGSET_SIZE, 0xff));
  p.call('block all signals', 'rt_sigprocmask', [SIG_SETMASK, all, 0, SIGSET_SIZE]);
  p.call('set the umask', 'umask', [0o022]);
  // Paths of a socket have at most 107 bytes: it gets a relative one.
  p.call(`enter ${plan.runDir}`, 'chdir', [p.string(plan.runDir)]);
  p.call('make the folder of the root', 'mkdirat', [AT_FDCWD, p.string(rootFolder), 0o700], {
    onError: 'ignore',
  });
  if (plan.namespaces.newUser) {
    // Root of a user namespace is an ordinary user to this folder: it must get to the mount point.
    p.call('let the container through', 'fchmodat', [AT_FDCWD, p.string('.'), 0o711]);
  }
}

function openLog(p: ProgramBuilder, path: string): Ref {
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  return p.call(`open the log ${path}`, 'openat', [AT_FDCWD, p.string(path), flags, 0o640]);
}

/** What the monitor holds while the container starts. */
interface Starting {
  readonly plan: StartPlan;
  readonly child: Ref;
  readonly sync: SyncChannel;
  readonly streams: MonitorStreams;
}

/** Waits until the start-up channel closes on exec; takes over the terminal on the way; passes a failure on. */
function awaitStart(p: ProgramBuilder, { plan, child, sync, streams }: Starting): MonitorStreams {
  const started = p.label();
  const buffer = p.reserve(failureSize);
  let result = streams;
  if (plan.spec.process.terminal) {
    const received = p.label();
    const { length, descriptor } = receiveMessage(p, sync.parent, { buffer, size: failureSize });
    p.jumpIf('eq', length, 1, received);
    passFailureOn(p, { child, buffer, length });
    p.place(received);
    p.call('make the terminal non-blocking', 'fcntl', [descriptor, F_SETFL, O_NONBLOCK]);
    // Input has a descriptor of its own: output closes its when nobody has the terminal open any more.
    const input = p.call('duplicate the terminal', 'fcntl', [descriptor, F_DUPFD_CLOEXEC, 0]);
    result = { stdin: input, stdout: descriptor, stderr: -1 };
  }
  if (plan.seccompListener) {
    passListenerOn(p, {
      child,
      sync,
      listener: plan.seccompListener,
      passFailureOn: (failure) => {
        passFailureOn(p, { child, ...failure });
      },
    });
  }
  const length = p.call('wait for the program', 'read', [sync.parent, buffer, failureSize]);
  p.jumpIf('eq', length, 0, started);
  passFailureOn(p, { child, buffer, length });
  p.place(started);
  p.call('close the start-up channel', 'close', [sync.parent]);
  return result;
}

/** The failure that the container's process has sent is a whole reply already: its id is that of this program. */
function passFailureOn(
  p: ProgramBuilder,
  {
    child,
    buffer,
    length,
  }: { readonly child: Ref; readonly buffer: Address; readonly length: Ref },
): void {
  // Its cgroups can be removed only when it is gone.
  p.call('wait for the end of the container', 'wait4', [child, 0, 0, 0], { onError: 'ignore' });
  p.call('pass the failure on', 'write', [launcherFd, buffer, length]);
  p.exit(1);
}

/** Answers with the process id; from then on nothing connects the monitor with whoever started it. */
function sayStarted(p: ProgramBuilder, child: Ref): void {
  const answer = p.reserve(8);
  p.set(answer, child);
  p.reply(answer, 8);
  p.call('close the launcher socket', 'close', [launcherFd]);
}
