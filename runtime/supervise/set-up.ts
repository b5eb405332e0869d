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
import {
  PR_SET_NAME,
  SFD_CLOEXEC,
  SIG_BLOCK,
  SIGCHLD,
  SIGHUP,
  SIGINT,
  SIGSET_SIZE,
  SIGTERM,
  signalSet,
} from '../syscall/constants/process.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { stateLayout } from './supervisor-state.ts';
import type { Supervision } from './supervision.ts';
import type { Frame } from './frame.ts';

/** The beginning: session, name, signals, streams, state file, and the one reply. */
export function setUp(p: ProgramBuilder, supervision: Supervision): Frame {
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
