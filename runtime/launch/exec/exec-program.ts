import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../../syscall/constants/io.ts';
import {
  PR_SET_DUMPABLE,
  PR_SET_NAME,
  SIG_SETMASK,
  SIGSET_SIZE,
} from '../../syscall/constants/process.ts';
import { failureSize } from '../../syscall/layout.ts';
import { launcherFd } from '../../syscall/launcher-program.ts';
import type { Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { socketAddress } from '../connect-to.ts';
import { forkInto } from '../fork-here.ts';
import { passFailureOn } from '../pass-failure-on.ts';
import { passListenerOn } from '../seccomp-listener.ts';
import { setSecurityLabels } from '../security-labels.ts';
import { endsToClose, type MonitorStreams } from '../streams.ts';
import { openSyncChannel, type SyncChannel } from '../sync-channel.ts';
import { takeOverTerminal } from '../take-over-terminal.ts';
import { openExecCgroups } from './exec-cgroups.ts';
import type { ExecPlan } from './exec-plan.ts';
import { buildExecProcess } from './exec-process.ts';
import { openExecStreams, relayEnds } from './exec-streams.ts';
import { joinLabel, joinTarget, openTarget } from './join-target.ts';
import { OomScore } from './oom-score.ts';
import { linkKind, tokenSize } from './protocol.ts';
import { buildRelay, type RelayLinks } from './relay.ts';

/** The step that fails when the container's pid namespace has ended. */
export const forkLabel = `${joinLabel} with a new process`;

/**
 * The program that executes a process in a running container and then relays its streams: one process, the relay, enters
 * the container's namespaces, forks the process right into them, waits until it has executed its program, says so, and
 * goes on as the relay.
 *
 * The relay itself stays in the host's pid namespace, where nobody in the container can see it, and in the host's
 * cgroups. What the container's processes can see is born inside of its root file system, is not dumpable, and holds
 * nothing but its own streams once its first steps are done (CVE-2016-9962, CVE-2024-21626).
 */
export function execProgram(plan: ExecPlan, name: string): ProgramBuilder {
  const p = new ProgramBuilder(name);
  const { terminal } = plan.spec.process;
  becomeRelay(p);
  const links = openLinks(p, plan);
  const streams = openExecStreams(p, { terminal, streams: plan.streams });
  const sync = openSyncChannel(p);
  const target = openTarget(p, plan.target);
  const cgroups = openExecCgroups(p, plan.cgroup);
  // Labels hold from exec on, and go on to whom the relay forks.
  setSecurityLabels(p, plan.spec.process);
  const oomScore = new OomScore(p, plan.oomScoreAdj);
  joinTarget(p, target, plan.joins);
  // The change of user namespace may have made it dumpable (proc_sys_fs(5), suid_dumpable).
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0, 0, 0, 0]);

  const parent = p.label();
  oomScore.set();
  const { child, inCgroup } = forkInto(p, { label: forkLabel, flags: 0, folder: cgroups.folder });
  p.jumpIf('ne', child, 0, parent);
  for (const fd of [launcherFd, links.control, ...stdinOf(links), ...relayEnds(streams.monitor)])
    p.call('close what belongs to the relay', 'close', [fd]);
  oomScore.close();
  buildExecProcess(p, { plan, sync: sync.child, streams: streams.container, cgroups, inCgroup });

  p.place(parent);
  oomScore.restore();
  for (const end of [sync.child, ...endsToClose(streams.container), ...cgroups.all])
    p.call('close what belongs to the process', 'close', [end]);
  const relayed = awaitExec(p, { plan, child, sync, streams: streams.monitor });
  sayStarted(p, child);
  p.forgetSteps();
  buildRelay(p, { child, links, streams: relayed, terminal: terminal ? relayed.stdin : -1 });
  return p;
}

/** Leaves whoever started us. */
function becomeRelay(p: ProgramBuilder): void {
  p.call('start a session', 'setsid', []);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-exec')]);
  const all = p.bytes(Buffer.alloc(SIGSET_SIZE, 0xff));
  p.call('block all signals', 'rt_sigprocmask', [SIG_SETMASK, all, 0, SIGSET_SIZE]);
}

function openLinks(p: ProgramBuilder, { link, streams }: ExecPlan): RelayLinks {
  const address = socketAddress(link.path);
  const open = (kind: number): Ref => {
    const socket = p.call('make a connection', 'socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0]);
    p.call('connect to berthd', 'connect', [socket, p.bytes(address), address.length]);
    const hello = Buffer.alloc(tokenSize + 8);
    hello.set(link.token);
    hello.writeUInt32LE(kind, tokenSize);
    p.call('say hello', 'write', [socket, p.bytes(hello), hello.length]);
    return socket;
  };
  return {
    control: open(linkKind.control),
    stdin: streams.stdin === 'open' ? open(linkKind.stdin) : -1,
  };
}

function stdinOf({ stdin }: RelayLinks): readonly Ref[] {
  return stdin === -1 ? [] : [stdin];
}

interface Starting {
  readonly plan: ExecPlan;
  readonly child: Ref;
  readonly sync: SyncChannel;
  readonly streams: MonitorStreams;
}

/** Waits until the start-up channel closes on exec; takes over the terminal on the way; passes a failure on. */
function awaitExec(p: ProgramBuilder, { plan, child, sync, streams }: Starting): MonitorStreams {
  const started = p.label();
  const buffer = p.reserve(failureSize);
  const result = plan.spec.process.terminal ? takeOverTerminal(p, { child, sync }) : streams;
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

/** Answers with the process id; from then on nothing connects the relay with whoever started it. */
function sayStarted(p: ProgramBuilder, child: Ref): void {
  const answer = p.reserve(8);
  p.set(answer, child);
  p.reply(answer, 8);
  p.call('close the launcher socket', 'close', [launcherFd]);
}
