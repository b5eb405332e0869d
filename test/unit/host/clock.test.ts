import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { systemClock } from '../../../runtime/host/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sleeps longer than a timer of Node.js can', async () => {
  const dayMs = 24 * 3600 * 1000;
  let woken = false;
  const sleeping = systemClock.sleep(60 * dayMs).then(() => {
    woken = true;
  });
  await vi.advanceTimersByTimeAsync(59 * dayMs);
  expect(woken).toBe(false);
  await vi.advanceTimersByTimeAsync(dayMs);
  expect(woken).toBe(true);
  await sleeping;
});

test('is woken from a long sleep, and leaves no timer', async () => {
  const abort = new AbortController();
  const sleeping = systemClock.sleep(2 ** 33, abort.signal);
  await vi.advanceTimersByTimeAsync(2 ** 32);
  abort.abort(new Error('enough'));
  await expect(sleeping).rejects.toThrow('enough');
  expect(vi.getTimerCount()).toBe(0);
});
