import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Recorded } from './judge.ts';
import { operations } from './operations.ts';
import type { Operation } from './operation.ts';
import { cuts } from './power/disk.ts';
import type { Cut } from './power/disk.ts';
import { Machine } from './power/machine.ts';
import { cutUnder, recordPowerCut } from './power/power-cut.ts';
import type { Moment } from './power/power-cut.ts';
import { dice, note, oneOf, oursOf, wanted } from './selection.ts';

let machine: Machine;

beforeEach(async () => {
  machine = await Machine.open();
});
afterEach(() => machine.close());

/** All that is wrong after power cuts, each with the moment. */
async function faultsAt(
  { operation, recorded }: { readonly operation: Operation; readonly recorded: Recorded },
  planned: readonly (readonly [Moment, Cut])[],
): Promise<readonly string[]> {
  const all: string[] = [];
  for (const [moment, cut] of planned) {
    const subject = `power cut: ${operation.name}`;
    const { killed, faults } = await cutUnder(machine, { operation, recorded }, { moment, cut });
    const when = moment === 'answered' ? moment : `${moment.role}, ${moment.call.shown}`;
    note({ subject, when, cut, killed, faults });
    all.push(...faults.map((fault) => `${subject}, ${when}, ${cut}: ${fault}`));
  }
  return all;
}

describe.runIf(wanted !== 'all')('a machine that loses power', () => {
  test(
    `has on its disk what clients were told (BERTH_TEST_SEED=${dice.seed})`,
    { timeout: 360_000 },
    async () => {
      const operation = oneOf(operations);
      const { recorded, points } = await recordPowerCut(machine, operation);
      const planned = [
        ['answered', oneOf(cuts)],
        [oneOf(points), oneOf(cuts)],
      ] as const;
      expect(await faultsAt({ operation, recorded }, planned)).toEqual([]);
    },
  );
});

describe.runIf(wanted === 'all')('a machine that loses power under', () => {
  test.each(operations)('$name', { timeout: 4 * 3600_000 }, async (operation) => {
    const { recorded, points } = await recordPowerCut(machine, operation);
    const planned = [
      ...cuts.map((cut) => ['answered', cut] as const),
      ...points.map((point) => [point, oneOf(cuts)] as const),
    ];
    expect(await faultsAt({ operation, recorded }, oursOf(planned))).toEqual([]);
  });
});
