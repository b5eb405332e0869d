import { SOCK_NONBLOCK } from '../syscall/constants/io.ts';
import { PR_SET_NAME, SIG_SETMASK, SIGSET_SIZE } from '../syscall/constants/process.ts';
import { failureSize } from '../syscall/layout.ts';
import { launcherFd } from '../syscall/launcher-program.ts';
import type { Ref } from '../syscall/program.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { bringUp } from './bring-up.ts';
import { openControlSocket } from './channels/control-socket.ts';
import { collectFailures } from './hooks/collect-failures.ts';
import { serveCreateHooks, serveStartHooks } from './hooks/hooks-of-runtime.ts';
import { makeCgroups } from './cgroups/make-cgroups.ts';
import type { LogRequest } from './monitor/log-request.ts';
import { openLog } from './monitor/log-rotation.ts';
import { buildMonitor } from './monitor/monitor.ts';
import { controlSocketName } from './monitor/protocol.ts';
import { passFailureOn } from './channels/pass-failure-on.ts';
import type { HeldPort } from './ports/held-port.ts';
import { holdPorts, letGo } from './ports/hold-ports.ts';
import { forkRelays } from './ports/fork-relay.ts';
import { enterRunFolder } from './run-folder.ts';
import { passListenerOn } from './seccomp/seccomp-listener.ts';
import { openRootNamespace } from './root/shared-root.ts';
import { rootFolder, type StartPlan } from './start-plan.ts';
import { monitorEnds, type MonitorStreams, openStreams, type Streams } from './process/streams.ts';
import { hear, type SyncChannel } from './channels/sync-channel.ts';
import { holdTerminal } from './terminal/hold-terminal.ts';
import { takeOverTerminal } from './terminal/take-over-terminal.ts';

/** What a container with a monitor has besides its plan. */
export interface MonitoredStart extends LogRequest {
  /** Beginning of error messages. */
  readonly name: string;
  readonly stdin: 'none' | 'open';
  /** See `StartRequest`. */
  readonly heldPorts?: readonly HeldPort[] | undefined;
}

/**
 * The program that starts a container and then watches over it: one process, the monitor, brings up the container's
 * first process, waits until it has executed the container's program, says so, and goes on as the container's monitor.
 */
export function startProgram(
  plan: StartPlan,
  { name, stdin, heldPorts, ...logging }: MonitoredStart,
): ProgramBuilder {
  const p = new ProgramBuilder(name);
  watchOver(p, { plan, stdin, heldPorts, logging }, (streams, own) => {
    const { child, sync } = bringUp(p, { plan, streams: streams.container, own });
    const monitorStreams = awaitStart(p, { plan, child, sync, streams: streams.monitor });
    sayStarted(p, plan, child);
    return { child, streams: monitorStreams };
  });
  return p;
}

/** A container whose first process is the monitor's child, and the monitor's ends of its streams. */
export interface Watched {
  readonly child: Ref;
  readonly streams: MonitorStreams;
}

/**
 * Becomes the monitor of a container.
 * @param bring makes the first process with its ends of the streams, and tells whoever waits for it; `own`: descriptors that it must not have.
 */
export function watchOver(
  p: ProgramBuilder,
  {
    plan,
    stdin,
    heldPorts = [],
    logging,
  }: Pick<MonitoredStart, 'stdin' | 'heldPorts'> & {
    readonly plan: StartPlan;
    readonly logging: LogRequest;
  },
  bring: (streams: Streams, own: readonly Ref[]) => Watched,
): void {
  becomeMonitor(p, plan);
  // Before anything is made: a port that another process has is a usual thing, and another one is tried then.
  const held = holdPorts(p, heldPorts);
  const rootNamespace = openRootNamespace(p, plan);
  const log = openLog(p, logging.logFile);
  // Before anything that outlives us: who finds it, and nobody behind it, knows that we are gone.
  const control = openControlSocket(p, { name: controlSocketName, flags: SOCK_NONBLOCK });
  makeCgroups(p, plan.cgroup);
  const streams = openStreams(p, { terminal: plan.spec.process.terminal, stdin });
  const own = [
    ...held.map(({ socket }) => socket),
    log.file,
    log.folder,
    control,
    ...monitorEnds(streams),
    ...(rootNamespace ? [rootNamespace] : []),
  ];
  const { child, streams: monitorStreams } = bring(streams, own);
  const relays = forkRelays(p, held, { own, streams: monitorStreams, folder: plan.runDir });
  p.forgetSteps();
  const terminal = plan.spec.process.terminal ? monitorStreams.stdin : -1;
  const { cgroup, hooks } = plan;
  buildMonitor(p, {
    child,
    log,
    logging,
    control,
    streams: monitorStreams,
    terminal,
    cgroup,
    hooks,
    cleanUp: {
      stragglers: !plan.namespaces.newPid,
      root: rootNamespace && {
        namespace: rootNamespace,
        target: `${plan.runDir}/${rootFolder}`,
      },
      ports: () => {
        relays.end();
        letGo(p, held);
      },
    },
  });
  relays.build();
}

/** Leaves whoever started us: a session of its own, no signals, the folder of the container. */
function becomeMonitor(p: ProgramBuilder, plan: StartPlan): void {
  p.call('start a session', 'setsid', []);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-monitor')]);
  // A signal that ended the monitor would leave the container without one; only SIGKILL still can.
  const all = p.bytes(Buffer.alloc(SIGSET_SIZE, 0xff));
  p.call('block all signals', 'rt_sigprocmask', [SIG_SETMASK, all, 0, SIGSET_SIZE]);
  p.call('set the umask', 'umask', [0o022]);
  enterRunFolder(p, plan);
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
  const result = plan.spec.process.terminal ? takeOverTerminal(p, { child, sync }) : streams;
  if (plan.spec.process.terminal && result.stdout !== -1) holdTerminal(p, result.stdout);
  const runtime = { hooks: plan.hooks, child, sync };
  serveCreateHooks(p, runtime);
  if (plan.seccompListener) {
    passListenerOn(p, {
      child,
      sync,
      listener: plan.seccompListener,
      failureGoesTo: 'caller',
      passFailureOn: (failure) => {
        passFailureOn(p, { child, ...failure });
      },
    });
  }
  serveStartHooks(p, runtime);
  const args = [sync.parent, buffer, failureSize];
  const length = hear(p, { label: 'wait for the program', call: 'read', args });
  p.jumpIf('eq', length, 0, started);
  passFailureOn(p, { child, buffer, length });
  p.place(started);
  p.call('close the start-up channel', 'close', [sync.parent]);
  return result;
}

/** Runs the hooks of poststart, and answers with the process id and what failed of them; from then on nothing connects the monitor with whoever started it. */
function sayStarted(p: ProgramBuilder, { hooks }: StartPlan, child: Ref): void {
  const { answer, length } = collectFailures(p, hooks, { kind: 'poststart', pid: child });
  p.set(answer, child);
  // A berthd that was killed meanwhile hears nothing, but the next one finds the container: it is not to be left alone.
  p.reply(answer, length, { onError: 'ignore' });
  p.call('close the launcher socket', 'close', [launcherFd]);
}
