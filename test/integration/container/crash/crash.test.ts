import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { crashUnder, recordOperation } from './crash-point.ts';
import type { CrashPoint, Outcome } from './crash-point.ts';
import type { Recorded } from './judge.ts';
import { operations } from './operations.ts';
import { crashInEnd, recordEnd } from './end.ts';
import { crashInStart, recordStart } from './start-up.ts';
import { dice, note, oneOf, oursOf, wanted } from './selection.ts';
import { World } from './world.ts';

/** Something that berthd does, and is killed under. */
interface Subject {
  readonly name: string;
  record(
    world: World,
  ): Promise<{ readonly recorded: Recorded; readonly points: readonly CrashPoint[] }>;
  crash(world: World, recorded: Recorded, point: CrashPoint): Promise<Outcome>;
}

const subjects: readonly Subject[] = [
  { name: 'start of berthd', record: recordStart, crash: crashInStart },
  { name: 'end of berthd', record: recordEnd, crash: crashInEnd },
  ...operations.map((operation) => ({
    name: operation.name,
    record: (world: World) => recordOperation(world, operation),
    crash: (world: World, recorded: Recorded, point: CrashPoint) =>
      crashUnder(world, { operation, recorded }, point),
  })),
];

let world: World;

beforeEach(async () => {
  world = new World();
  await world.open();
});
afterEach(() => world.close());

/** All that is wrong after crashes at these points, each with the call that berthd did not live to make. */
async function faultsAt(
  subject: Subject,
  recorded: Recorded,
  points: readonly CrashPoint[],
): Promise<readonly string[]> {
  const all: string[] = [];
  for (const point of points) {
    const { killed, again, faults } = await subject.crash(world, recorded, point);
    const { role, call } = point;
    note({
      subject: subject.name,
      role,
      call: call.shown,
      count: call.count,
      killed,
      again,
      faults,
    });
    const when = [role, call.shown, ...(again === undefined ? [] : [`again at ${again}`])].join(
      ', ',
    );
    all.push(...faults.map((fault) => `${subject.name}, ${when}: ${fault}`));
  }
  return all;
}

describe.runIf(wanted !== 'all')('a berthd that is killed between two system calls', () => {
  test(
    `has lost nothing, and leaves nothing (BERTH_TEST_SEED=${dice.seed})`,
    { timeout: 120_000 + Number(wanted) * 60_000 },
    async () => {
      for (let done = 0; done < Number(wanted); done += 1) {
        const subject = oneOf(subjects);
        const { recorded, points } = await subject.record(world);
        expect(await faultsAt(subject, recorded, [oneOf(points)])).toEqual([]);
      }
    },
  );
});

describe.runIf(wanted === 'all')('a berthd that is killed before any system call of', () => {
  test.each(subjects)('$name', { timeout: 4 * 3600_000 }, async (subject) => {
    const { recorded, points } = await subject.record(world);
    expect(points.length).toBeGreaterThan(1);
    expect(await faultsAt(subject, recorded, oursOf(points))).toEqual([]);
  });
});
