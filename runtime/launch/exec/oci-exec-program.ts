import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { sendToConsoleSocket } from '../terminal/console-socket.ts';
import { exitAs, waitForEnd } from '../process/exit-as.ts';
import { connectPidfdSocket, sendPidfd } from '../channels/pidfd-socket.ts';
import { lookAtOutput } from '../terminal/bare-lines.ts';
import { relayTerminal } from '../terminal/relay-terminal.ts';
import { takeOverTerminal } from '../terminal/take-over-terminal.ts';
import type { ContainerStreams } from '../process/streams.ts';
import { awaitExec, sayExecuted } from './await-exec.ts';
import type { ExecPlan } from './exec-plan.ts';
import { forkExec, hearOfBirth } from './fork-exec.ts';

/** What becomes of a process that is executed for another engine. */
export interface InheritedExec {
  /** Beginning of error messages. */
  readonly name: string;
  /** Socket that the terminal goes to (`--console-socket`). */
  readonly consoleSocket: string | undefined;
  /** Socket that a descriptor of the process goes to (`--pidfd-socket`). */
  readonly pidfdSocket: string | undefined;
  /**
   * `leave`: the program ends and whoever is the next subreaper inherits the process; `wait`: it stays the parent, relays
   * a terminal that goes to no socket, and ends with the process' exit status.
   */
  readonly then: 'leave' | 'wait';
}

/** The program of `berth oci exec`: the process has the standard streams of whoever calls, or a terminal. */
export function ociExecProgram(
  plan: ExecPlan,
  { name, consoleSocket, pidfdSocket, then }: InheritedExec,
): ProgramBuilder {
  const p = new ProgramBuilder(name);
  const socket = connectPidfdSocket(p, pidfdSocket);
  const { terminal } = plan.spec.process;
  const forking = forkExec(p, {
    plan,
    streams: streamsOf(p, { terminal, consoleSocket }),
    own: socket ? [socket] : [],
  });
  const forked = hearOfBirth(p, forking);
  const { child } = forked;
  const master = terminal ? takeOverTerminal(p, forked).stdout : -1;
  const toSocket = master !== -1 && consoleSocket !== undefined;
  if (toSocket) sendToConsoleSocket(p, { path: consoleSocket, master, child });
  sendPidfd(p, { socket, child, kind: 'setns' });
  awaitExec(p, plan, forked);
  sayExecuted(p, child);
  if (then === 'leave') p.exit(0);
  else if (master !== -1 && !toSocket) relayTerminal(p, { child, master });
  else exitAs(p, waitForEnd(p, child));
  return p;
}

/** A process that is executed does not wait: how its terminal writes is settled before it has it. */
function streamsOf(
  p: ProgramBuilder,
  {
    terminal,
    consoleSocket,
  }: { readonly terminal: boolean } & Pick<InheritedExec, 'consoleSocket'>,
): ContainerStreams {
  if (!terminal) return { kind: 'inherited' };
  if (consoleSocket !== undefined) return { kind: 'terminal' };
  return { kind: 'terminal', output: lookAtOutput(p) };
}
