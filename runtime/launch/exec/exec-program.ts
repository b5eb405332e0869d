import { SOCK_CLOEXEC, SOCK_STREAM, AF_UNIX } from '../../syscall/constants/io.ts';
import { PR_SET_NAME, SIG_SETMASK, SIGSET_SIZE } from '../../syscall/constants/process.ts';
import type { Address, Ref, StringSlots } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statSize } from '../../syscall/tree/stat.ts';
import { socketAddress } from '../channels/connect-to.ts';
import { holdTerminal } from '../terminal/hold-terminal.ts';
import { takeOverTerminal } from '../terminal/take-over-terminal.ts';
import { awaitExec, sayExecuted } from './await-exec.ts';
import type { ExecPlan, ExecStreams } from './exec-plan.ts';
import { openExecStreams, relayEnds } from './exec-streams.ts';
import { forkExec, hearOfBirth } from './fork-exec.ts';
import { helloSize, linkKind, tokenSize } from './protocol.ts';
import { buildRelay, type RelayLinks } from './relay.ts';

/** How the streams of an executed process are relayed. */
export interface RelayedExec {
  /** Beginning of error messages. */
  readonly name: string;
  readonly streams: ExecStreams;
  /** Unix socket of berthd that the relay connects to. */
  readonly socketPath: string;
  /** Bytes for `process.args`. */
  readonly argumentBytes: number;
  /** Files that must be what they were: see `requireUnchanged`. */
  readonly unchangedPaths: readonly string[];
}

/** A program, and where in its data belongs what is another each time. */
export interface ExecProgram {
  readonly program: ProgramBuilder;
  /** `tokenSize` bytes by which the relay is known. */
  readonly token: Address;
  /** `process.args`. */
  readonly args: StringSlots;
  /** A struct stat for each of the files that must be what they were. */
  readonly unchanged: Address;
}

/**
 * The program that executes a process in a running container and relays its streams: one process, the relay, has the
 * process forked into the container, waits until it has executed its program, says so, and carries its streams until its
 * end. The program that is executed is part of it, for it is searched for; its arguments are filled in. The relay itself stays in the host's namespaces, where nobody in the container can see it, and its cgroups.
 */
export function execProgram(
  plan: ExecPlan,
  { name, streams, socketPath, argumentBytes, unchangedPaths }: RelayedExec,
): ExecProgram {
  const p = new ProgramBuilder(name);
  const { terminal } = plan.spec.process;
  becomeRelay(p);
  const token = p.bytes(new Uint8Array(tokenSize));
  const ends = openExecStreams(p, { terminal, streams });
  const args = p.stringSlots(plan.spec.process.args.length, argumentBytes);
  const unchanged = p.bytes(new Uint8Array(statSize * unchangedPaths.length));
  const forking = forkExec(p, {
    plan,
    argv: args.array,
    unchanged: { paths: unchangedPaths, status: unchanged },
    streams: ends.container,
    own: relayEnds(ends.monitor),
  });
  // While the process is forked and becomes its program, berthd gets ready for what it says.
  const links = openLinks(p, { socketPath, token }, streams);
  const forked = hearOfBirth(p, forking);
  const relayed = terminal ? takeOverTerminal(p, forked) : ends.monitor;
  if (terminal && relayed.stdout !== -1) holdTerminal(p, relayed.stdout);
  awaitExec(p, plan, forked);
  sayExecuted(p, forked.child);
  p.forgetSteps();
  const { child } = forked;
  buildRelay(p, { child, links, streams: relayed, terminal: terminal ? relayed.stdin : -1 });
  return { program: p, token, args, unchanged };
}

/** Leaves whoever started us. */
function becomeRelay(p: ProgramBuilder): void {
  p.call('start a session', 'setsid', []);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-exec')]);
  const all = p.bytes(Buffer.alloc(SIGSET_SIZE, 0xff));
  p.call('block all signals', 'rt_sigprocmask', [SIG_SETMASK, all, 0, SIGSET_SIZE]);
}

function openLinks(
  p: ProgramBuilder,
  { socketPath, token }: { readonly socketPath: string; readonly token: Address },
  { stdin }: ExecStreams,
): RelayLinks {
  const address = socketAddress(socketPath);
  const open = (kind: number): Ref => {
    const socket = p.call('make a connection', 'socket', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0]);
    p.call('connect to berthd', 'connect', [socket, p.bytes(address), address.length]);
    const hello = p.reserve(helloSize);
    p.set(hello, p.value(token));
    p.set(hello.at(8), p.value(token.at(8)));
    p.set(hello.at(tokenSize), kind);
    p.call('say hello', 'write', [socket, hello, helloSize]);
    return socket;
  };
  return {
    control: open(linkKind.control),
    stdin: stdin === 'open' ? open(linkKind.stdin) : -1,
  };
}
