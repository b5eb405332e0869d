/** Docker's, in milliseconds. */
const firstDelayMs = 100;
const longestDelayMs = 60_000;

/** Who has run for this long is not one of those that end as soon as they are started. */
const steadyMs = 10_000;

/**
 * How long to wait before a program is started again: twice as long each time, from 100 milliseconds to a minute. From
 * the beginning again when it has run for 10 seconds.
 *
 * @param lastMs the wait before this one; 0: there was none
 * @param ranMs how long the program ran
 */
export function nextDelayMs(lastMs: number, ranMs: number): number {
  if (lastMs === 0 || ranMs >= steadyMs) return firstDelayMs;
  return Math.min(lastMs * 2, longestDelayMs);
}
