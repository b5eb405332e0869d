import { POLLIN, TIOCSWINSZ } from '../../syscall/constants/io.ts';
import { SIGNALFD_SIGINFO_SIZE, WNOHANG } from '../../syscall/constants/process.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Input } from '../monitor/input.ts';
import { watchChildren } from '../monitor/monitor.ts';
import { PollSet, type PollSlot } from '../monitor/poll-set.ts';
import { messageSize, messageType } from '../monitor/protocol.ts';
import type { MonitorStreams } from '../process/streams.ts';
import { RelayOutput } from './relay-output.ts';

/** What the relay stands between. */
export interface RelayInput {
  /** The executed process, a child of the relay. */
  readonly child: Ref;
  readonly links: RelayLinks;
  readonly streams: MonitorStreams;
  /** For resizing; -1 without a terminal. */
  readonly terminal: Ref | -1;
}

/** Connections to berthd. */
export interface RelayLinks {
  readonly control: Ref;
  /** -1 when nobody is connected to standard input. */
  readonly stdin: Ref | -1;
}

/**
 * Reads that are made at most for output that was written before the end, until there is none: far more than the largest
 * pipes take, and a terminal, which gives a few hundred bytes at a time. What the process has left running may go on to write
 * for ever.
 */
const lastReads = 1024;

/**
 * The poll loop between an executed process and berthd: output to berthd, input from it, its messages, and in the end
 * the wait status. When berthd is gone the process goes on: its output is lost, its input ends.
 */
export function buildRelay(
  p: ProgramBuilder,
  { child, links, streams, terminal }: RelayInput,
): void {
  // Signals, messages, output's two sources and its sink, the two ends of the input.
  const polled = new PollSet(p, 7);
  const signals = polled.add(watchChildren(p), POLLIN);
  const commands = polled.add(links.control, POLLIN);
  const { stdout, stderr } = streams;
  const output = new RelayOutput(p, polled, { connection: links.control, stdout, stderr });
  const input = relayInput(p, { polled, links, streams, terminal });

  const [loop, wait, reap, drain, finish] = [p.label(), p.label(), p.label(), p.label(), p.label()];
  const [status, ended, reads] = [p.reserve(8), p.value(p.reserve(8)), p.value(p.reserve(8))];
  p.set(ended, 0);
  p.set(reads, 0);
  // A child that ended before its signal was watched is found before the first wait.
  p.jump(reap);

  p.place(loop);
  p.jumpIf('eq', ended, 0, wait);
  p.jumpIf('eq', output.waiting, 0, drain);
  p.place(wait);
  input?.settle();
  output.settle();
  polled.wait();
  serve(p, { polled, commands, output, child, ended, terminal });
  input?.forward();
  output.forward();
  polled.skipUnlessReady(signals, loop);
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take the signal', 'read', [signals.fd, info, SIGNALFD_SIGINFO_SIZE], {
    onError: 'ignore',
  });
  p.place(reap);
  p.jumpIf('ne', ended, 0, loop);
  const pid = p.call('reap', 'wait4', [child, status, WNOHANG, 0], { onError: 'ignore' });
  p.jumpIf('eq', pid, 0, loop);
  p.set(ended, 1);
  p.jump(loop);

  p.place(drain);
  p.set(reads, p.compute('add', reads, 1));
  p.jumpIf('lt', lastReads, reads, finish);
  output.drain(loop);
  p.place(finish);
  output.sayEnded(p.value32(status));
  p.exit(0);
}

function relayInput(
  p: ProgramBuilder,
  {
    polled,
    links,
    streams,
    terminal,
  }: Pick<RelayInput, 'links' | 'streams' | 'terminal'> & { readonly polled: PollSet },
): Input | undefined {
  if (links.stdin === -1) return undefined;
  const input = new Input(p, polled, streams.stdin);
  input.connect(links.stdin);
  // The end of what is typed is not the end of a terminal.
  if (terminal === -1) input.askToClose();
  return input;
}

interface Serving {
  readonly polled: PollSet;
  readonly commands: PollSlot;
  readonly output: RelayOutput;
  readonly child: Ref;
  readonly ended: Ref;
  readonly terminal: Value;
}

/** Carries out a message of berthd, if there is one. */
function serve(
  p: ProgramBuilder,
  { polled, commands, output, child, ended, terminal }: Serving,
): void {
  const [gone, notResize, done] = [p.label(), p.label(), p.label()];
  polled.skipUnlessReady(commands, done);
  const message = p.reserve(messageSize);
  const args = [commands.fd, message, messageSize];
  const count = p.call('read a message', 'read', args, { onError: 'ignore' });
  // Messages are written whole: anything else is the end of the connection.
  p.jumpIf('ne', count, messageSize, gone);
  p.jumpIf('ne', p.value32(message), messageType.resize, notResize);
  // struct winsize: rows, columns and two unused numbers of 16 bits.
  const size = p.reserve(8);
  p.store(32, size, p.value32(message.at(4)));
  p.call('resize the terminal', 'ioctl', [terminal, TIOCSWINSZ, size], { onError: 'ignore' });
  p.jump(done);
  p.place(notResize);
  p.jumpIf('ne', p.value32(message), messageType.signal, done);
  // Once it has been reaped its process id may be another's.
  p.jumpIf('ne', ended, 0, done);
  p.call('send a signal', 'kill', [child, p.value32(message.at(4))], { onError: 'ignore' });
  p.jump(done);
  p.place(gone);
  p.call('close the connection', 'close', [commands.fd]);
  polled.assign(commands, -1);
  output.forgetConnection();
  p.place(done);
}
