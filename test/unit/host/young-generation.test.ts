import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { collectInPause } from '../../../runtime/host/young-generation.ts';

/** What the engine says of a collection. */
interface Collection {
  readonly kind: number;
  readonly flags: number;
}

test('the young generation is collected a moment after an answer', async () => {
  const collections: Collection[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      collections.push((entry as PerformanceEntry & { readonly detail: Collection }).detail);
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => {
    observer.disconnect();
  });
  collectInPause();
  // One that V8 does by itself is not forced.
  await expect
    .poll(() => collections, { timeout: 10_000 })
    .toContainEqual({
      kind: constants.NODE_PERFORMANCE_GC_MINOR,
      flags: constants.NODE_PERFORMANCE_GC_FLAGS_FORCED,
    });
});
