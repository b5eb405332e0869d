import {
  AT_FDCWD,
  AT_REMOVEDIR,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
} from '../../syscall/constants/fs.ts';
import { CLOCK_REALTIME, POLLIN } from '../../syscall/constants/io.ts';
import {
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SIGCHLD,
  SIGNALFD_SIGINFO_SIZE,
  SIGSET_SIZE,
  signalSet,
  WNOHANG,
} from '../../syscall/constants/process.ts';
import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { HooksPlan } from '../hooks/hooks-plan.ts';
import { runPoststop } from '../hooks/hooks-of-runtime.ts';
import { endStragglers } from '../namespaces/end-stragglers.ts';
import { unmountRoot } from '../root/shared-root.ts';
import type { MonitorStreams } from '../process/streams.ts';
import { Connections } from './connections.ts';
import { Input } from './input.ts';
import { LogLines } from './log-lines.ts';
import type { LogRequest } from './log-request.ts';
import type { OpenLog } from './log-rotation.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Output } from './output.ts';
import { PollSet } from './poll-set.ts';
import {
  controlSocketName,
  exitFileName,
  exitHeaderSize,
  maxConnections,
  maxCounterSize,
} from './protocol.ts';

/** What the monitor watches over. */
export interface MonitorInput {
  /** The container's first process, a child of the monitor. */
  readonly child: Ref;
  readonly log: OpenLog;
  readonly logging: LogRequest;
  readonly control: Ref;
  readonly streams: MonitorStreams;
  /** For resizing; -1 for a container without a terminal. */
  readonly terminal: Ref | -1;
  readonly cgroup: CgroupPlan;
  readonly hooks: HooksPlan;
  readonly cleanUp: CleanUp;
}

/** What does not go by itself with the container's first process. */
interface CleanUp {
  /** Whether other processes of its cgroup may live on: it has no PID namespace of its own. */
  readonly stragglers: boolean;
  /** Where its root is mounted, when that is not in a mount namespace of its own. */
  readonly root: { readonly namespace: Ref; readonly target: string } | undefined;
  /** Adds the steps that let go of the host's ports. */
  readonly ports: () => void;
}

/** How often the removal of a cgroup is tried again, and the pause before: a second in all. */
const maxRetries = 200;
const pauseNs = 5_000_000n;

/**
 * Reads that the monitor makes at most for output that was written before the end, until there is none: far more than the
 * largest pipe takes, and a terminal, which gives a few hundred bytes at a time. Without a PID namespace of the container's own
 * somebody may go on to write for ever.
 */
const lastReads = 1024;

/**
 * The monitor's poll loop: output to the log, input to the container, messages of berthd, and in the end the exit
 * record. It needs nobody: berthd may stop, crash and come back while it goes on.
 */
export function buildMonitor(
  p: ProgramBuilder,
  { child, log, logging, control, streams, terminal, cgroup, hooks, cleanUp }: MonitorInput,
): void {
  // Signals, two outputs, the two ends of the input, memory, the listener and its connections.
  const polled = new PollSet(p, 7 + maxConnections);
  const signals = polled.add(watchChildren(p), POLLIN);
  const stdout = polled.add(streams.stdout, POLLIN);
  const stderr = polled.add(streams.stderr, POLLIN);
  const input = new Input(p, polled, streams.stdin);
  const memory = new MemoryWatch(p, polled, cgroup);
  const connections = new Connections(p, polled, control);
  const lines = new LogLines(p, log, logging);
  const news = { lost: lines.lost, exhausted: memory.exhausted };
  const interactive = streams.stdin !== -1;
  const output = new Output(p, { polled, lines, stdout, stderr, interactive });

  const [loop, drain, runs, quiet] = [p.label(), p.label(), p.label(), p.label()];
  const [idle, ended] = [p.label(), p.label()];
  const status = p.reserve(8);
  // Rounds that are left, and one, once the container has ended; 0 before that.
  const rounds = p.value(p.reserve(8));
  // A child that ended before its signal was watched is found before the first wait.
  p.jump(idle);

  p.place(loop);
  input.settle();
  polled.wait(output.patience());
  p.place(drain);
  output.forward();
  memory.serve();
  p.jumpIf('eq', rounds, 0, runs);
  p.set(rounds, p.compute('sub', rounds, 1));
  p.jumpIf('eq', p.compute('mul', rounds, output.some), 0, ended);
  p.jump(drain);
  p.place(runs);
  p.jumpIf('eq', p.compute('or', output.grown, memory.exhausted), 0, quiet);
  p.set(output.grown, 0);
  connections.announce(news);
  p.place(quiet);
  input.forward();
  connections.serve({ child, terminal, input });
  connections.accept(child, news);
  polled.skipUnlessReady(signals, loop);
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take the signal', 'read', [signals.fd, info, SIGNALFD_SIGINFO_SIZE], {
    onError: 'ignore',
  });
  p.place(idle);
  const pid = p.call('reap', 'wait4', [child, status, WNOHANG, 0], { onError: 'ignore' });
  p.jumpIf('eq', pid, 0, loop);
  p.set(rounds, lastReads + 1);
  p.jump(drain);

  p.place(ended);
  finish(p, { status: p.value32(status), cgroup, hooks, cleanUp });
}

/** A descriptor that can be read when a child has ended (signalfd(2)). SIGCHLD must be blocked. */
export function watchChildren(p: ProgramBuilder): Ref {
  const set = p.bytes(signalSet(SIGCHLD));
  return p.call('watch SIGCHLD', 'signalfd4', [-1, set, SIGSET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK]);
}

/**
 * Writes the exit record, removes the cgroups, runs the hooks of poststop, removes the socket, and ends, which berthd
 * sees as the end. The record comes first: how the container ended must not be lost with a hook that takes its time.
 */
function finish(
  p: ProgramBuilder,
  {
    status,
    cgroup,
    hooks,
    cleanUp,
  }: Pick<MonitorInput, 'cgroup' | 'hooks' | 'cleanUp'> & { readonly status: Ref },
): void {
  if (cleanUp.stragglers) endStragglers(p, cgroup);
  // Before anybody hears of the end, and may want to start the container again.
  cleanUp.ports();
  const record = p.reserve(exitHeaderSize + maxCounterSize);
  const length = p.reserve(8);
  if (cgroup.oomCounter !== undefined)
    readCounter(p, { file: cgroup.oomCounter.file, into: record.at(exitHeaderSize), length });
  p.call('look at the clock', 'clock_gettime', [CLOCK_REALTIME, record]);
  p.store(32, record.at(16), status);
  p.store(32, record.at(20), p.value(length));

  // Only ever seen whole. Its folder is on a memory file system, as a rule: a power cut ends all containers anyway.
  const temporary = p.string(`${exitFileName}.tmp`);
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const fd = p.call('write the exit record', 'openat', [AT_FDCWD, temporary, flags, 0o600], {
    onError: 'ignore',
  });
  p.call('write the exit record', 'write', [fd, record, exitHeaderSize + maxCounterSize], {
    onError: 'ignore',
  });
  p.call(
    'publish the exit record',
    'renameat',
    [AT_FDCWD, temporary, AT_FDCWD, p.string(exitFileName)],
    { onError: 'ignore' },
  );
  for (const folder of cgroup.remove) removeFolder(p, folder, cleanUp.stragglers ? maxRetries : 0);
  runPoststop(p, hooks);
  p.call('remove the control socket', 'unlinkat', [AT_FDCWD, p.string(controlSocketName), 0], {
    onError: 'ignore',
  });
  if (cleanUp.root) unmountRoot(p, cleanUp.root);
  p.exit(0);
}

/** A cgroup whose last process is still on its way out cannot be removed yet (EBUSY), though it lists none any more. */
function removeFolder(p: ProgramBuilder, folder: string, retries: number): void {
  const [again, done] = [p.label(), p.label()];
  const left = p.value(p.reserve(8));
  const pause = p.bytes(Buffer.from(BigInt64Array.of(0n, pauseNs).buffer));
  p.set(left, retries);
  p.place(again);
  const args = [AT_FDCWD, p.string(folder), AT_REMOVEDIR];
  const result = p.call('remove a cgroup', 'unlinkat', args, { onError: 'ignore' });
  p.jumpIf('ne', result, -errnoNumber('EBUSY'), done);
  p.jumpIf('eq', left, 0, done);
  p.set(left, p.compute('sub', left, 1));
  p.call('let them end', 'nanosleep', [pause, 0], { onError: 'ignore' });
  p.jump(again);
  p.place(done);
}

function readCounter(
  p: ProgramBuilder,
  {
    file,
    into,
    length,
  }: {
    readonly file: string;
    readonly into: ReturnType<ProgramBuilder['reserve']>;
    readonly length: ReturnType<ProgramBuilder['reserve']>;
  },
): void {
  const missing = p.label();
  const fd = p.call(
    'open the OOM counter',
    'openat',
    [AT_FDCWD, p.string(file), O_RDONLY | O_CLOEXEC, 0],
    { onError: missing },
  );
  const count = p.call('read the OOM counter', 'read', [fd, into, maxCounterSize], {
    onError: missing,
  });
  p.set(length, count);
  p.place(missing);
}
