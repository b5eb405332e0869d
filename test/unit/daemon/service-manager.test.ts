import { describe, expect, test } from 'vitest';
import { whileStarting, type ServiceNews } from '../../../runtime/daemon/service-manager.ts';
import { takeServiceWishes } from '../../../runtime/daemon/service-wishes.ts';
import { feedWatchdog } from '../../../runtime/daemon/watchdog.ts';
import type { Clock } from '../../../runtime/host/clock.ts';

const own = String(process.pid);

describe('the wishes of a service manager', () => {
  test.for([
    [{ NOTIFY_SOCKET: '/run/n' }, { notifySocket: '/run/n' }],
    [{ NOTIFY_SOCKET: '@abstract' }, { notifySocket: '@abstract' }],
    [{ NOTIFY_SOCKET: 'vsock:2:1' }, {}],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: own }, { watchdogMs: 30_000 }],
    [{ WATCHDOG_USEC: '30000000' }, { watchdogMs: 30_000 }],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }, {}],
    [{ WATCHDOG_USEC: 'x' }, {}],
    [{}, {}],
  ] as const)('of %o are %o', ([variables, wishes]) => {
    const env = { ...variables, PATH: '/bin' };
    expect(takeServiceWishes(env)).toEqual(wishes);
    expect(env).toEqual({ PATH: '/bin' });
  });
});

/** A clock that a test moves by letting sleepers go, one after the other. */
function handClock(): { clock: Clock; slept: number[] } {
  const slept: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: async (ms, signal) => {
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
  return { clock, slept };
}

/** Collects what is told; ends the work after so many. */
function listener(limit: number): {
  news: ServiceNews[];
  stop: AbortController;
  notify: (one: ServiceNews) => Promise<void>;
} {
  const news: ServiceNews[] = [];
  const stop = new AbortController();
  const notify = (one: ServiceNews): Promise<void> => {
    news.push(one);
    if (news.length >= limit) stop.abort(new Error('enough'));
    return Promise.resolve();
  };
  return { news, stop, notify };
}

describe('the watchdog', () => {
  test('hears of a living daemon four times as often as it wants', async () => {
    const { clock, slept } = handClock();
    const { news, stop, notify } = listener(3);
    const isAlive = (): Promise<boolean> => Promise.resolve(true);
    await feedWatchdog({ watchdogMs: 40_000, isAlive, notify, clock, stop: stop.signal });
    expect(news).toEqual([{ WATCHDOG: '1' }, { WATCHDOG: '1' }, { WATCHDOG: '1' }]);
    expect(new Set(slept)).toEqual(new Set([10_000]));
  });

  test.for([
    ['answers wrongly', () => Promise.resolve(false)],
    ['fails', () => Promise.reject(new Error('no'))],
  ] as const)('hears nothing of a daemon that %s, until it is well again', async ([, ill]) => {
    const { clock, slept } = handClock();
    const { news, stop, notify } = listener(1);
    let asked = 0;
    const isAlive = (): Promise<boolean> => {
      asked += 1;
      return asked < 5 ? ill() : Promise.resolve(true);
    };
    await feedWatchdog({ watchdogMs: 4, isAlive, notify, clock, stop: stop.signal });
    expect(news.length).toBe(1);
    expect(slept.length).toBe(5);
  });
});

describe('a long start', () => {
  test('asks for patience until it has ended', async () => {
    const { clock } = handClock();
    const work = Promise.withResolvers<string>();
    const { news, notify } = listener(Infinity);
    const started = whileStarting(
      {
        clock,
        notify: async (one) => {
          await notify(one);
          if (news.length === 2) work.resolve('up');
        },
      },
      work.promise,
    );
    expect(await started).toBe('up');
    expect(news[0]).toEqual({ EXTEND_TIMEOUT_USEC: '60000000' });
    expect(news.length).toBeGreaterThanOrEqual(2);
  });
});
