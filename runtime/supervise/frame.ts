import { CLOCK_MONOTONIC, POLLFD_SIZE, POLLIN } from '../syscall/constants/io.ts';
import { SIGNALFD_SIGINFO_SIZE } from '../syscall/constants/process.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { stateLayout } from './supervisor-state.ts';
import type { Address, Label, Ref, Value } from '../syscall/program.ts';
import type { Supervision } from './supervision.ts';

/** Values that the parts of the program share. */
export interface Frame {
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

/** Writes what changes of the state; that it cannot be written is no reason to stop supervising. */
export function writeState({ p, state, stateFd }: Frame): void {
  p.call('write the state', 'pwrite64', [stateFd, state, stateLayout.stat, 0], {
    onError: 'ignore',
  });
}

/** Waits up to `ms` milliseconds for a signal; positive when there is one. */
export function poll({ p, signals }: Frame, ms: Value): Ref {
  const polled = p.reserve(POLLFD_SIZE);
  p.set(polled, p.compute('or', signals, POLLIN * 2 ** 32));
  const timeout = p.reserve(16);
  p.set(timeout, p.compute('div', ms, 1000));
  p.set(timeout.at(8), p.compute('mul', p.compute('rem', ms, 1000), 1_000_000));
  return p.call('wait for a signal', 'ppoll', [polled, 1, timeout, 0, 0], { onError: 'ignore' });
}

/** Takes the next signal, waiting for one; its number. */
export function nextSignal({ p, signals }: Frame, { onError }: { readonly onError: Label }): Ref {
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take a signal', 'read', [signals, info, SIGNALFD_SIGINFO_SIZE], { onError });
  return p.value32(info);
}

/** CLOCK_MONOTONIC, in milliseconds. */
export function monotonicMs(p: ProgramBuilder): Ref {
  const time = p.reserve(16);
  p.call('read the clock', 'clock_gettime', [CLOCK_MONOTONIC, time]);
  const seconds = p.compute('mul', p.value(time), 1000);
  return p.compute('add', seconds, p.compute('div', p.value(time.at(8)), 1_000_000));
}

/** A clock, in seconds. */
export function clockSeconds(p: ProgramBuilder, clock: number): Ref {
  const time = p.reserve(16);
  p.call('read the clock', 'clock_gettime', [clock, time]);
  return p.value(time);
}
