import { CLOCK_MONOTONIC, POLLIN } from '../../syscall/constants/io.ts';
import { SIGKILL, SIGNALFD_SIGINFO_SIZE, WNOHANG } from '../../syscall/constants/process.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { PollSet } from '../monitor/poll-set.ts';
import type { OutputTail } from './output-tail.ts';

const nanosecondsPerSecond = 1e9;

/** Reads that are still made when a hook has ended: more than a pipe holds, and an end to what it may have left running. */
const lastReads = 40;

/** A hook that runs. */
export interface RunningHook {
  readonly pid: Ref;
  /** Seconds; `undefined`: no limit. */
  readonly timeout: number | undefined;
  /** Tells of children that have ended (signalfd(2)); non-blocking. */
  readonly signals: Ref;
  /** Where its output comes from; non-blocking. */
  readonly output: Ref;
  readonly tail: OutputTail;
}

/** A hook that has ended. */
export interface EndedHook {
  /** As wait(2) gives it. */
  readonly status: Ref;
  /** The seconds that it had when it was killed for want of an end; else 0. */
  readonly timedOut: Ref;
}

/**
 * Waits for the end of a hook while its output is read, so that it never waits for us. One whose time is up is killed,
 * with all of its process group.
 */
export function watchHook(p: ProgramBuilder, running: RunningHook): EndedHook {
  const { pid, timeout = 0, signals, output, tail } = running;
  const status = p.reserve(8);
  const timedOut = p.value(p.reserve(8));
  const polled = new PollSet(p, 2);
  const ended = polled.add(signals, POLLIN);
  const said = polled.add(output, POLLIN);
  const until = timeout === 0 ? undefined : deadline(p, timeout);

  const [again, quiet, silent, late, done] = [
    p.label(),
    p.label(),
    p.label(),
    p.label(),
    p.label(),
  ];
  p.set(timedOut, 0);
  p.place(again);
  polled.skipUnlessReady(said, quiet);
  tail.read(said.fd, { nothing: quiet, ended: silent });
  p.jump(quiet);
  p.place(silent);
  polled.assign(said, -1);
  p.place(quiet);
  p.jumpIf('ne', p.call('reap the hook', 'wait4', [pid, status, WNOHANG, 0]), 0, done);
  polled.wait(until && timeLeft(p, until, late));
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  const signal = [ended.fd, info, SIGNALFD_SIGINFO_SIZE];
  p.call('take the signal', 'read', signal, { onError: 'ignore' });
  p.jump(again);

  p.place(late);
  p.set(timedOut, timeout);
  // The group has the process' own number, once it has started its session.
  for (const target of [p.compute('sub', 0, pid), pid])
    p.call('kill the hook', 'kill', [target, SIGKILL], { onError: 'ignore' });
  p.call('reap the hook', 'wait4', [pid, status, 0, 0]);
  p.place(done);
  readRest(p, output, tail);
  return { status: p.value32(status), timedOut };
}

/** What was written before the end; a process that the hook has left behind may go on writing for ever. */
function readRest(p: ProgramBuilder, output: Ref, tail: OutputTail): void {
  const left = p.value(p.reserve(8));
  const [again, done] = [p.label(), p.label()];
  p.set(left, lastReads);
  p.place(again);
  tail.read(output, { nothing: done, ended: done });
  p.set(left, p.compute('sub', left, 1));
  p.jumpIf('lt', 0, left, again);
  p.place(done);
}

function now(p: ProgramBuilder): Ref {
  const time = p.reserve(16);
  p.call('look at the clock', 'clock_gettime', [CLOCK_MONOTONIC, time]);
  const seconds = p.compute('mul', p.value(time), nanosecondsPerSecond);
  return p.compute('add', seconds, p.value(time.at(8)));
}

function deadline(p: ProgramBuilder, seconds: number): Ref {
  return p.compute('add', now(p), BigInt(seconds) * BigInt(nanosecondsPerSecond));
}

/** The time until the deadline as a struct timespec; goes on at `late` when there is none. */
function timeLeft(p: ProgramBuilder, until: Ref, late: Label): Address {
  const left = p.compute('sub', until, now(p));
  p.jumpIf('lt', left, 1, late);
  const timespec = p.reserve(16);
  p.set(timespec, p.compute('div', left, nanosecondsPerSecond));
  p.set(timespec.at(8), p.compute('rem', left, nanosecondsPerSecond));
  return timespec;
}
