import { type Clock, systemClock } from '../../../runtime/host/clock.ts';

/** A clock that runs so many times as fast: what waits between two attempts is soon over. */
export function fastClock(factor: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
