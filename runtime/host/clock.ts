/** The time, as a part receives it: tests pass one that they move by hand. */
export interface Clock {
  /** Wall clock, in milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a timer of Node.js takes: with more it would be over at once. 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** The real time. */
export const systemClock = realClock('keeps');

/** The real time, for what a process does not stay for: sleepers alone do not keep it from ending. */
export const backgroundClock = realClock('lets-go');

/** @param process whether a sleeper keeps the process from ending */
function realClock(process: 'keeps' | 'lets-go'): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const stop = (): void => {
          clearTimeout(armed);
          reject(signal?.reason as Error);
        };
        const arm = (leftMs: number): NodeJS.Timeout => {
          const timer = setTimeout(
            () => {
              if (leftMs > longestTimerMs) {
                armed = arm(leftMs - longestTimerMs);
                return;
              }
              signal?.removeEventListener('abort', stop);
              resolve();
            },
            Math.min(leftMs, longestTimerMs),
          );
          return process === 'keeps' ? timer : timer.unref();
        };
        let armed = arm(ms);
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}
