import { runChaos } from '../../support/chaos/chaos-run.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf } from '../median.ts';

/** What the issue asks for. */
const [faults, pulls] = [1000, 200];

/** Random faults between berth and its registries; the short version of it is in the integration tests. */
export async function faultFigures({ say, take }: BenchSetup): Promise<void> {
  // Another seed is another run; the same seed asks for the same faults, though not at the same moment.
  const seed = Number(process.env['BERTH_BENCH_SEED'] ?? 1);
  await take('faults', async () => {
    const outcome = await runChaos({ pulls, faults, seed, say });
    for (const problem of outcome.problems) say(problem);
    const failed = Object.values(outcome.failed).reduce((sum, count) => sum + count, 0);
    const ends = `${outcome.completed} complete, ${failed} fail with an error, ${outcome.stopped} are stopped`;
    return [
      {
        name: `${outcome.faults} random faults over ${outcome.pulls} pulls (${ends}): wrong digests, damaged stores, other errors`,
        unit: 'of them',
        ours: figuresOf([outcome.problems.length]),
        limit: { most: 0 },
      },
    ];
  });
}
