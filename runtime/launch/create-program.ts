import { PR_SET_PDEATHSIG, SIGKILL } from '../syscall/constants/process.ts';
import { failureSize } from '../syscall/layout.ts';
import { firstKeptFd } from '../syscall/launcher-program.ts';
import type { Ref } from '../syscall/program.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { bringUp, type BroughtUp } from './bring-up.ts';
import { sendToConsoleSocket } from './terminal/console-socket.ts';
import { exitAs, waitForEnd } from './process/exit-as.ts';
import { serveCreateHooks } from './hooks/hooks-of-runtime.ts';
import { makeCgroups } from './cgroups/make-cgroups.ts';
import { passFailureOn } from './channels/pass-failure-on.ts';
import { lookAtOutput, writeBareLines } from './terminal/bare-lines.ts';
import { relayTerminal } from './terminal/relay-terminal.ts';
import { enterRunFolder } from './run-folder.ts';
import { connectPidfdSocket, sendPidfd } from './channels/pidfd-socket.ts';
import { passListenerOn, type SeccompListener } from './seccomp/seccomp-listener.ts';
import { openGate, readySize } from './channels/start-gate.ts';
import type { StartPlan } from './start-plan.ts';
import { hear, receiveMessage } from './channels/sync-channel.ts';

/** What becomes of a container that is made without a monitor. */
export interface Creation {
  /** Beginning of error messages. */
  readonly name: string;
  /** Socket that the terminal goes to (`--console-socket`). */
  readonly consoleSocket: string | undefined;
  /** Socket that a descriptor of the first process goes to (`--pidfd-socket`). */
  readonly pidfdSocket: string | undefined;
  /**
   * `leave`: the program ends and whoever is the next subreaper inherits the container; `wait`: it stays the parent,
   * relays a terminal that goes to no socket, and ends with the container's exit status.
   */
  readonly then: 'leave' | 'wait';
}

/**
 * The program of OCI's `create` (runtime.md, "Create"): brings the container up to the point where only its program is
 * left to be executed, and answers with its process id. No monitor: the engine above takes care of streams and end.
 */
export function createProgram(plan: StartPlan, creation: Creation): ProgramBuilder {
  const p = new ProgramBuilder(creation.name);
  // Who is killed while they make a container must not leave hooks behind that go on, and who waits for them.
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const socket = connectPidfdSocket(p, creation.pidfdSocket);
  enterRunFolder(p, plan);
  makeCgroups(p, plan.cgroup);
  const gate = openGate(p);
  const { terminal } = plan.spec.process;
  const streams = { kind: terminal ? 'terminal' : 'inherited' } as const;
  const up = bringUp(p, { plan, streams, gate, own: socket ? [socket] : [] });
  const master = awaitReady(p, plan, up);
  if (master && creation.consoleSocket !== undefined)
    sendToConsoleSocket(p, { path: creation.consoleSocket, master, child: up.child });
  else if (master && creation.then === 'wait') writeBareLines(p, master, lookAtOutput(p));
  sendPidfd(p, { socket, child: up.child, kind: 'standard' });
  p.call('live on without the launcher', 'prctl', [PR_SET_PDEATHSIG, 0, 0, 0, 0]);
  sayCreated(p, up.child);
  if (creation.then === 'leave' && plan.seccompListener) closeStreams(p);
  if (plan.seccompListener) passOn(p, { listener: plan.seccompListener, up });
  if (creation.then === 'leave') p.exit(0);
  else if (master && creation.consoleSocket === undefined)
    relayTerminal(p, { child: up.child, master });
  else exitAs(p, waitForEnd(p, up.child));
  return p;
}

/** Waits until the container waits for its start; gives the terminal's other end where it has one. */
function awaitReady(
  p: ProgramBuilder,
  { spec, hooks }: StartPlan,
  { child, sync }: BroughtUp,
): Ref | undefined {
  const buffer = p.reserve(failureSize);
  const said = (length: Ref): void => {
    const goOn = p.label();
    p.jumpIf('eq', length, readySize, goOn);
    passFailureOn(p, { child, buffer, length });
    p.place(goOn);
  };
  let master: Ref | undefined;
  if (spec.process.terminal) {
    const received = receiveMessage(p, sync.parent, { buffer, size: failureSize });
    said(received.length);
    master = received.descriptor;
  }
  serveCreateHooks(p, { hooks, child, sync });
  const args = [sync.parent, buffer, failureSize];
  said(hear(p, { label: 'wait until the container is made', call: 'read', args }));
  return master;
}

function sayCreated(p: ProgramBuilder, child: Ref): void {
  const answer = p.reserve(8);
  p.set(answer, child);
  p.reply(answer, 8);
}

/** A filter is installed after the start: until then the program stays, but holds nobody's streams open. */
function closeStreams(p: ProgramBuilder): void {
  for (const stream of [0, 1, 2])
    p.call('close a stream of the container', 'close', [firstKeptFd + stream]);
}

function passOn(
  p: ProgramBuilder,
  { listener, up }: { readonly listener: SeccompListener; readonly up: BroughtUp },
): void {
  passListenerOn(p, {
    child: up.child,
    sync: up.sync,
    listener,
    failureGoesTo: 'container',
    // Whoever starts the container hears of it at the gate.
    passFailureOn: () => {
      p.exit(1);
    },
  });
}
