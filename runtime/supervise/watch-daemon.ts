import { AT_FDCWD } from '../syscall/constants/fs.ts';
import {
  SIGCHLD,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGTERM,
  WNOHANG,
} from '../syscall/constants/process.ts';
import { phases, stateLayout } from './supervisor-state.ts';
import { writeState, poll, nextSignal, monotonicMs } from './frame.ts';
import type { Label } from '../syscall/program.ts';
import type { Frame } from './frame.ts';

/** Waits for signals until the daemon has ended; jumps to `ended` when it is to be started again. */
export function watchDaemon(frame: Frame, ended: Label): void {
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
export function pause(frame: Frame, to: { readonly start: Label; readonly stopIdle: Label }): void {
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

/** Removes the state and ends. */
export function end(frame: Frame): void {
  const { p, supervision } = frame;
  p.call('remove the state', 'unlinkat', [AT_FDCWD, p.string(supervision.stateFile), 0], {
    onError: 'ignore',
  });
  p.exit(0);
}
