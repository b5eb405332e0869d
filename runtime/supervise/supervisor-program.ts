import {
  AT_FDCWD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../syscall/constants/fs.ts';
import { CLOCK_MONOTONIC, CLOCK_REALTIME, POLLFD_SIZE, POLLIN } from '../syscall/constants/io.ts';
import {
  PR_SET_NAME,
  PR_SET_PDEATHSIG,
  SFD_CLOEXEC,
  SIG_BLOCK,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGNALFD_SIGINFO_SIZE,
  SIGSET_SIZE,
  SIGTERM,
  signalSet,
  WNOHANG,
} from '../syscall/constants/process.ts';
import type { Address, Label, Ref, Value } from '../syscall/program.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import { phases, stateLayout } from './supervisor-state.ts';

/** What is supervised, and how. */
export interface Supervision {
  /** Program and arguments of the daemon; the program is an absolute path. */
  readonly argv: readonly [string, ...string[]];
  /** Its whole environment, as `NAME=value`. */
  readonly environment: readonly string[];
  /** Its standard output and error are appended here. */
  readonly logFile: string;
  /** See `stateLayout`; exists while the supervisor does. */
  readonly stateFile: string;
  /** Pause before the next start, in milliseconds: doubled from `firstMs` to `longestMs`. */
  readonly backOff: {
    readonly firstMs: number;
    readonly longestMs: number;
    /** A daemon that has run this long was healthy: the next pause is `firstMs` again. */
    readonly resetAfterMs: number;
  };
  /** After SIGTERM, how long the daemon may take before SIGKILL, in milliseconds. */
  readonly graceMs: number;
}

/** Values that the parts of the program share. */
interface Frame {
  readonly p: ProgramBuilder;
  readonly supervision: Supervision;
  readonly state: Address;
  readonly stateFd: Ref;
  readonly signals: Ref;
  readonly signalMask: Address;
  /** i64: pid of the daemon, 0 while none runs. */
  readonly daemon: Address;
  /** i64: next pause, in milliseconds. */
  readonly delay: Address;
  /** i64: CLOCK_MONOTONIC in milliseconds when the daemon was started. */
  readonly startedAt: Address;
}

/**
 * The supervisor: a process of a few kilobytes that starts the daemon, starts it again with a growing pause when it
 * ends, forwards SIGHUP, and on SIGTERM or SIGINT stops it and ends. It replies once, when all is set up.
 */
export function supervisorProgram(supervision: Supervision): ProgramBuilder {
  const p = new ProgramBuilder('supervisor');
  const frame = setUp(p, supervision);
  const start = p.label();
  const ended = p.label();
  const stopIdle = p.label();

  p.place(start);
  startDaemon(frame);
  watchDaemon(frame, ended);

  p.place(ended);
  pause(frame, { start, stopIdle });

  p.place(stopIdle);
  end(frame);
  return p;
}

function setUp(p: ProgramBuilder, supervision: Supervision): Frame {
  p.call('leave the session', 'setsid', [], { onError: 'ignore' });
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-supervise')]);
  p.call('go to /', 'chdir', [p.string('/')]);
  const signalMask = p.bytes(signalSet(SIGCHLD, SIGTERM, SIGINT, SIGHUP));
  p.call('block signals', 'rt_sigprocmask', [SIG_BLOCK, signalMask, 0, SIGSET_SIZE]);
  const signals = p.call('watch signals', 'signalfd4', [-1, signalMask, SIGSET_SIZE, SFD_CLOEXEC]);
  openStreams(p, supervision.logFile);
  const stateFd = p.call(`open ${supervision.stateFile}`, 'openat', [
    AT_FDCWD,
    p.string(supervision.stateFile),
    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
    0o644,
  ]);
  const frame: Frame = {
    p,
    supervision,
    state: p.reserve(stateLayout.stat + stateLayout.statSize),
    stateFd,
    signals,
    signalMask,
    daemon: p.reserve(8),
    delay: p.reserve(8),
    startedAt: p.reserve(8),
  };
  p.set(frame.delay, supervision.backOff.firstMs);
  describeSelf(frame);
  const nothing = p.reserve(8);
  p.reply(nothing, 8);
  // Nobody listens any more, and the daemon must not inherit the launcher's socket.
  p.call('close the reply socket', 'close', [p.value32(p.replyFd)]);
  return frame;
}

function openStreams(p: ProgramBuilder, logFile: string): void {
  const input = p.call('open /dev/null', 'openat', [
    AT_FDCWD,
    p.string('/dev/null'),
    O_RDONLY | O_CLOEXEC,
    0,
  ]);
  p.call('take standard input', 'dup3', [input, 0, 0]);
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  const log = p.call(`open ${logFile}`, 'openat', [AT_FDCWD, p.string(logFile), flags, 0o640]);
  p.call('take standard output', 'dup3', [log, 1, 0]);
  p.call('take standard error', 'dup3', [log, 2, 0]);
  p.call('close the spare log descriptor', 'close', [log]);
  p.call('close the spare input', 'close', [input]);
}

/** Fills in what never changes and writes the whole state. */
function describeSelf(frame: Frame): void {
  const { p, state, stateFd } = frame;
  p.store(32, state.at(stateLayout.supervisor), p.call('get own pid', 'getpid', []));
  p.store(32, state.at(stateLayout.lastStatus), -1);
  const self = p.call('open /proc/self/stat', 'openat', [
    AT_FDCWD,
    p.string('/proc/self/stat'),
    O_RDONLY | O_CLOEXEC,
    0,
  ]);
  const text = state.at(stateLayout.stat);
  const length = p.call('read /proc/self/stat', 'read', [self, text, stateLayout.statSize]);
  p.set(state.at(stateLayout.statLength), length);
  p.call('close /proc/self/stat', 'close', [self]);
  const size = stateLayout.stat + stateLayout.statSize;
  p.call('write the state', 'pwrite64', [stateFd, state, size, 0]);
}

function startDaemon(frame: Frame): void {
  const { p, state, supervision } = frame;
  const parent = p.label();
  const notForked = p.label();
  p.set(frame.startedAt, monotonicMs(p));
  const pid = p.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0], { onError: notForked });
  p.jumpIf('ne', pid, 0, parent);
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

/** In the child: becomes the daemon, or ends with 127. */
function execute(p: ProgramBuilder, supervision: Supervision, signalMask: Address): void {
  const failed = p.label();
  // A daemon without its supervisor could not be told apart from a stray one: it ends with it. Containers run on.
  p.call('end with the supervisor', 'prctl', [PR_SET_PDEATHSIG, SIGTERM], { onError: failed });
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

/** Waits for signals until the daemon has ended; jumps to `ended` when it is to be started again. */
function watchDaemon(frame: Frame, ended: Label): void {
  const { p, supervision } = frame;
  const wait = p.label();
  const reap = p.label();
  const stop = p.label();
  const hangUp = p.label();
  p.jumpIf('eq', p.value(frame.daemon), 0, ended);
  p.place(wait);
  const signal = nextSignal(frame, { onError: wait });
  p.jumpIf('eq', signal, SIGHUP, hangUp);
  p.jumpIf('ne', signal, SIGCHLD, stop);

  p.place(reap);
  reapDaemon(frame, { ended, wait });

  p.place(hangUp);
  p.call('forward SIGHUP', 'kill', [p.value(frame.daemon), SIGHUP], { onError: 'ignore' });
  p.jump(wait);

  p.place(stop);
  stopDaemon(frame, supervision.graceMs);
  end(frame);
}

/** Reaps all that has ended; jumps to `ended` when the daemon was among it, else to `wait`. */
function reapDaemon(frame: Frame, to: { readonly ended: Label; readonly wait: Label }): void {
  const { p, state } = frame;
  const next = p.label();
  const status = p.reserve(8);
  p.place(next);
  const pid = p.call('reap', 'wait4', [-1, status, WNOHANG, 0], { onError: to.wait });
  p.jumpIf('eq', pid, 0, to.wait);
  p.jumpIf('ne', pid, p.value(frame.daemon), next);
  p.set(frame.daemon, 0);
  p.store(32, state.at(stateLayout.lastStatus), p.value32(status));
  p.store(32, state.at(stateLayout.daemon), 0);
  p.jump(to.ended);
}

/** SIGTERM, then after the grace period SIGKILL; ends when the daemon has been reaped. */
function stopDaemon(frame: Frame, graceMs: number): void {
  const { p, state } = frame;
  const gone = p.label();
  const check = p.label();
  const late = p.label();
  const wait = p.label();
  p.set(state.at(stateLayout.phase), phases.stopping);
  writeState(frame);
  p.call('send SIGTERM', 'kill', [p.value(frame.daemon), SIGTERM], { onError: 'ignore' });
  const deadline = p.compute('add', monotonicMs(p), graceMs);
  p.place(wait);
  const left = p.compute('sub', deadline, monotonicMs(p));
  p.jumpIf('lt', left, 1, late);
  const ready = poll(frame, left);
  p.jumpIf('lt', ready, 1, check);
  nextSignal(frame, { onError: check });
  p.place(check);
  const pid = p.call('reap', 'wait4', [p.value(frame.daemon), 0, WNOHANG, 0], { onError: gone });
  p.jumpIf('eq', pid, 0, wait);
  p.jump(gone);
  p.place(late);
  p.call('send SIGKILL', 'kill', [p.value(frame.daemon), SIGKILL], { onError: 'ignore' });
  p.call('reap', 'wait4', [p.value(frame.daemon), 0, 0, 0], { onError: gone });
  p.place(gone);
}

/** Pauses before the next start, the longer the more often the daemon has ended early. */
function pause(frame: Frame, to: { readonly start: Label; readonly stopIdle: Label }): void {
  const { p, state, supervision, delay } = frame;
  const { firstMs, longestMs, resetAfterMs } = supervision.backOff;
  const early = p.label();
  const wait = p.label();
  const again = p.label();
  const short = p.label();
  p.set(state.at(stateLayout.phase), phases.waiting);
  writeState(frame);
  const ranMs = p.compute('sub', monotonicMs(p), p.value(frame.startedAt));
  p.jumpIf('lt', ranMs, resetAfterMs, early);
  p.set(delay, firstMs);
  p.place(early);
  const deadline = p.compute('add', monotonicMs(p), p.value(delay));
  p.place(wait);
  const left = p.compute('sub', deadline, monotonicMs(p));
  p.jumpIf('lt', left, 1, again);
  p.jumpIf('lt', poll(frame, left), 1, wait);
  const signal = nextSignal(frame, { onError: wait });
  p.jumpIf('eq', signal, SIGTERM, to.stopIdle);
  p.jumpIf('eq', signal, SIGINT, to.stopIdle);
  p.jump(wait);

  p.place(again);
  p.set(delay, p.compute('mul', p.value(delay), 2));
  p.jumpIf('lt', p.value(delay), longestMs, short);
  p.set(delay, longestMs);
  p.place(short);
  const restarts = p.compute('add', p.value32(state.at(stateLayout.restarts)), 1);
  p.store(32, state.at(stateLayout.restarts), restarts);
  p.jump(to.start);
}

function end(frame: Frame): void {
  const { p, supervision } = frame;
  p.call('remove the state', 'unlinkat', [AT_FDCWD, p.string(supervision.stateFile), 0], {
    onError: 'ignore',
  });
  p.exit(0);
}

function writeState({ p, state, stateFd }: Frame): void {
  p.call('write the state', 'pwrite64', [stateFd, state, stateLayout.stat, 0], {
    onError: 'ignore',
  });
}

/** Waits up to `ms` milliseconds for a signal; positive when there is one. */
function poll({ p, signals }: Frame, ms: Value): Ref {
  const polled = p.reserve(POLLFD_SIZE);
  p.set(polled, p.compute('or', signals, POLLIN * 2 ** 32));
  const timeout = p.reserve(16);
  p.set(timeout, p.compute('div', ms, 1000));
  p.set(timeout.at(8), p.compute('mul', p.compute('rem', ms, 1000), 1_000_000));
  return p.call('wait for a signal', 'ppoll', [polled, 1, timeout, 0, 0], { onError: 'ignore' });
}

/** Takes the next signal, waiting for one; its number. */
function nextSignal({ p, signals }: Frame, { onError }: { readonly onError: Label }): Ref {
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take a signal', 'read', [signals, info, SIGNALFD_SIGINFO_SIZE], { onError });
  return p.value32(info);
}

function monotonicMs(p: ProgramBuilder): Ref {
  const time = p.reserve(16);
  p.call('read the clock', 'clock_gettime', [CLOCK_MONOTONIC, time]);
  const seconds = p.compute('mul', p.value(time), 1000);
  return p.compute('add', seconds, p.compute('div', p.value(time.at(8)), 1_000_000));
}

function clockSeconds(p: ProgramBuilder, clock: number): Ref {
  const time = p.reserve(16);
  p.call('read the clock', 'clock_gettime', [clock, time]);
  return p.value(time);
}
