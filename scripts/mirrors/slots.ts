import type { TransferSlots } from './probe.ts';

/**
 * At most `count` at a time, first come first served: mirrors that were quick with their index have the first turns, and
 * transfers do not take the line from each other.
 */
export function transferSlots(count: number): TransferSlots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    run: async (work) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
