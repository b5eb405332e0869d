import { SOCK_CLOEXEC, SOCK_STREAM, AF_UNIX } from '../../syscall/constants/io.ts';
import { PR_SET_NAME, SIG_SETMASK, SIGSET_SIZE } from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { socketAddress } from '../connect-to.ts';
import { takeOverTerminal } from '../take-over-terminal.ts';
import { awaitExec, sayExecuted } from './await-exec.ts';
import type { ExecLink, ExecPlan, ExecStreams } from './exec-plan.ts';
import { openExecStreams, relayEnds } from './exec-streams.ts';
import { forkExec } from './fork-exec.ts';
import { helloSize, linkKind, tokenSize } from './protocol.ts';
import { buildRelay, type RelayLinks } from './relay.ts';

/** How the streams of an executed process are relayed. */
export interface RelayedExec {
  /** Beginning of error messages. */
  readonly name: string;
  readonly streams: ExecStreams;
  readonly link: ExecLink;
}

/**
 * The program that executes a process in a running container and relays its streams: one process, the relay, has the
 * process forked into the container, waits until it has executed its program, says so, and carries its streams until its
 * end. The relay itself stays in the host's namespaces, where nobody in the container can see it, and its cgroups.
 */
export function execProgram(plan: ExecPlan, { name, streams, link }: RelayedExec): ProgramBuilder {
  const p = new ProgramBuilder(name);
  const { terminal } = plan.spec.process;
  becomeRelay(p);
  const links = openLinks(p, link, streams);
  const ends = openExecStreams(p, { terminal, streams });
  const own = [links.control, ...(links.stdin === -1 ? [] : [links.stdin])];
  const forked = forkExec(p, {
    plan,
    streams: ends.container,
    own: [...own, ...relayEnds(ends.monitor)],
  });
  const relayed = terminal ? takeOverTerminal(p, forked) : ends.monitor;
  awaitExec(p, plan, forked);
  sayExecuted(p, forked.child);
  p.forgetSteps();
  const { child } = forked;
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

function openLinks(p: ProgramBuilder, link: ExecLink, { stdin }: ExecStreams): RelayLinks {
  const address = socketAddress(link.path);
  const open = (kind: number): Ref => {
    const socket = p.call('make a connection', 'socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0]);
    p.call('connect to berthd', 'connect', [socket, p.bytes(address), address.length]);
    const hello = Buffer.alloc(helloSize);
    hello.set(link.token);
    hello.writeUInt32LE(kind, tokenSize);
    p.call('say hello', 'write', [socket, p.bytes(hello), hello.length]);
    return socket;
  };
  return {
    control: open(linkKind.control),
    stdin: stdin === 'open' ? open(linkKind.stdin) : -1,
  };
}
