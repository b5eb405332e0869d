import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachHost } from '../../../../scripts/fleet/each-host.ts';

const never = new AbortController().signal;

test('every item once, in order, never more than asked at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(5), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      async (turns, parallel) => {
        let running = 0;
        let most = 0;
        const items = turns.map((count, id) => ({ id, count }));
        const results = await eachHost(items, {
          parallel,
          signal: never,
          work: async ({ id, count }, index) => {
            running += 1;
            most = Math.max(most, running);
            for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
            running -= 1;
            return [id, index];
          },
          notBegun: () => [],
        });
        expect(results).toEqual(items.map(({ id }) => [id, id]));
        expect(most).toBeLessThanOrEqual(parallel);
      },
    ),
  );
});

test('once it is stopped no more are begun', async () => {
  const stop = new AbortController();
  const results = await eachHost(['a', 'b', 'c'], {
    parallel: 1,
    signal: stop.signal,
    work: (item) => {
      if (item === 'b') stop.abort();
      return Promise.resolve(`${item} ran`);
    },
    notBegun: (item) => `${item} waits`,
  });
  expect(results).toEqual(['a ran', 'b ran', 'c waits']);
});
