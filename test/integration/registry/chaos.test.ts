import { expect, test } from 'vitest';
import { runChaos } from '../../support/chaos/chaos-run.ts';

// A short one of what `npm run bench -- --only faults` does with 1,000 faults over 200 pulls.
test('75 random faults over 15 pulls: right digests or an error, and a whole store after each', async () => {
  const outcome = await runChaos({ pulls: 15, faults: 75, seed: 3 });
  expect(outcome.problems).toEqual([]);
  expect(outcome.pulls).toBeGreaterThanOrEqual(15);
  expect(outcome.faults).toBeGreaterThanOrEqual(75);
  expect(outcome.completed).toBeGreaterThan(0);
});
