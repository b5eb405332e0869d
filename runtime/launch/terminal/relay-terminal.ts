import { F_SETFL, O_NONBLOCK } from '../../syscall/constants/fs.ts';
import {
  POLLIN,
  POLLOUT,
  TCGETS,
  TCSETS,
  TERMIOS_SIZE,
  TIOCGWINSZ,
  TIOCSWINSZ,
} from '../../syscall/constants/io.ts';
import {
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SIG_BLOCK,
  SIGCHLD,
  SIGNALFD_SIGINFO_SIZE,
  signalSet,
  SIGSET_SIZE,
  SIGWINCH,
  WNOHANG,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { exitAs } from '../process/exit-as.ts';
import { holdTerminal } from './hold-terminal.ts';
import { PollSet, type PollSlot } from '../monitor/poll-set.ts';

const bufferSize = 4096;
const [callerInput, callerOutput] = [firstKeptFd, firstKeptFd + 1];

/** A container's terminal that is shown on the caller's own. */
export interface RelayedTerminal {
  readonly child: Ref;
  /** The end of the terminal that is not the container's. */
  readonly master: Ref;
}

/**
 * Relays between the caller's streams and the container's terminal until the container ends, and ends with its status. A
 * caller's terminal is raw meanwhile, and its size is the container's: at the beginning and with every SIGWINCH that this
 * process is sent (termios(3), ioctl_tty(2)).
 */
export function relayTerminal(p: ProgramBuilder, { child, master }: RelayedTerminal): void {
  const polled = new PollSet(p, 3);
  const signals = polled.add(watchSignals(p), POLLIN);
  const input = polled.add(callerInput, POLLIN);
  const output = polled.add(master, POLLIN);
  const before = p.reserve(TERMIOS_SIZE);
  const wasTerminal = makeRaw(p, before);
  const status = p.reserve(8);
  const buffer = p.reserve(bufferSize);
  const [loop, ended] = [p.label(), p.label()];

  holdTerminal(p, master);
  p.place(loop);
  copySize(p, master);
  const reaped = p.call('reap', 'wait4', [child, status, WNOHANG, 0], { onError: 'ignore' });
  p.jumpIf('eq', reaped, child, ended);
  polled.wait();
  skipSignals(p, { polled, signals });
  copy(p, { polled, from: input, to: master, buffer });
  copy(p, { polled, from: output, to: callerOutput, buffer });
  p.jump(loop);

  p.place(ended);
  drain(p, { output, buffer });
  const done = p.label();
  p.jumpIf('ne', wasTerminal, 0, done);
  p.call('restore the terminal', 'ioctl', [callerInput, TCSETS, before], { onError: 'ignore' });
  p.place(done);
  exitAs(p, p.value32(status));
}

function watchSignals(p: ProgramBuilder): Ref {
  const set = p.bytes(signalSet(SIGCHLD, SIGWINCH));
  p.call('block signals', 'rt_sigprocmask', [SIG_BLOCK, set, 0, SIGSET_SIZE]);
  return p.call('watch signals', 'signalfd4', [-1, set, SIGSET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK]);
}

/** cfmakeraw(3) on the caller's terminal; gives 0 when it is one. What it was is kept in `before`. */
function makeRaw(p: ProgramBuilder, before: Address): Ref {
  const is = p.call('look at the terminal of the caller', 'ioctl', [callerInput, TCGETS, before], {
    onError: 'ignore',
  });
  const done = p.label();
  p.jumpIf('ne', is, 0, done);
  const raw = p.reserve(TERMIOS_SIZE);
  const words = TERMIOS_SIZE / 4;
  for (let i = 0; i < words; i += 1) p.store(32, raw.at(4 * i), p.value32(before.at(4 * i)));
  // struct termios: c_iflag, c_oflag, c_cflag, c_lflag. The bits that cfmakeraw(3) clears, and CS8, which it sets.
  const cleared = [0o2753, 0o1, 0o460, 0o100113];
  cleared.forEach((bits, i) => {
    const flags = p.compute('and', p.value32(before.at(4 * i)), ~bits >>> 0);
    p.store(32, raw.at(4 * i), i === 2 ? p.compute('or', flags, 0o60) : flags);
  });
  p.call('make the terminal raw', 'ioctl', [callerInput, TCSETS, raw], { onError: 'ignore' });
  p.place(done);
  return is;
}

function copySize(p: ProgramBuilder, master: Ref): void {
  const size = p.reserve(8);
  const none = p.label();
  const args = [callerInput, TIOCGWINSZ, size];
  p.call('look at the size of the terminal', 'ioctl', args, { onError: none });
  p.call('set the size of the terminal', 'ioctl', [master, TIOCSWINSZ, size], {
    onError: 'ignore',
  });
  p.place(none);
}

function skipSignals(
  p: ProgramBuilder,
  { polled, signals }: { readonly polled: PollSet; readonly signals: PollSlot },
): void {
  const none = p.label();
  polled.skipUnlessReady(signals, none);
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take the signal', 'read', [signals.fd, info, SIGNALFD_SIGINFO_SIZE], {
    onError: 'ignore',
  });
  p.place(none);
}

/** Copies what is there; an end, or an error, is polled no longer. */
function copy(
  p: ProgramBuilder,
  {
    polled,
    from,
    to,
    buffer,
  }: {
    readonly polled: PollSet;
    readonly from: PollSlot;
    readonly to: Ref | number;
    readonly buffer: Address;
  },
): void {
  const [ended, done] = [p.label(), p.label()];
  polled.skipUnlessReady(from, done);
  const count = p.call('read', 'read', [from.fd, buffer, bufferSize], { onError: ended });
  p.jumpIf('eq', count, 0, ended);
  writeAll(p, { to, buffer, count, failed: done });
  p.jump(done);
  p.place(ended);
  polled.assign(from, -1);
  p.place(done);
}

/** Waits where the caller's stream takes no more: one that is not blocking says so instead (write(2), EAGAIN). */
function writeAll(
  p: ProgramBuilder,
  {
    to,
    buffer,
    count,
    failed,
  }: {
    readonly to: Ref | number;
    readonly buffer: Address;
    readonly count: Ref;
    readonly failed: Label;
  },
): void {
  const [again, full] = [p.label(), p.label()];
  const done = p.value(p.reserve(8));
  p.set(done, 0);
  p.jump(again);
  p.place(full);
  const room = new PollSet(p, 1);
  room.add(to, POLLOUT);
  room.wait();
  p.place(again);
  const from = p.compute('add', buffer, done);
  const rest = p.compute('sub', count, done);
  const written = p.call('write', 'write', [to, from, rest], { onError: 'ignore' });
  p.jumpIf('eq', written, -errnoNumber('EAGAIN'), full);
  p.jumpIf('lt', written, 0, failed);
  p.set(done, p.compute('add', done, written));
  p.jumpIf('lt', done, count, again);
}

/** What the container wrote last. */
function drain(
  p: ProgramBuilder,
  { output, buffer }: { readonly output: PollSlot; readonly buffer: Address },
): void {
  const [again, done] = [p.label(), p.label()];
  p.jumpIf('lt', output.fd, 0, done);
  p.call('wait for no more output', 'fcntl', [output.fd, F_SETFL, O_NONBLOCK], {
    onError: 'ignore',
  });
  p.place(again);
  const count = p.call('read', 'read', [output.fd, buffer, bufferSize], { onError: done });
  p.jumpIf('eq', count, 0, done);
  writeAll(p, { to: callerOutput, buffer, count, failed: done });
  p.jump(again);
  p.place(done);
}
