import {
  twentyOfPackages,
  twentyOfRegistries,
  type Twenty,
} from '../../support/mirrors/rank-twenty.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf, timed } from '../median.ts';
import type { Result } from '../report.ts';

/** What the issue asks for, in milliseconds. */
const mostMs = 5000;

/** `berth mirrors rank` over twenty mirrors on loopback, of which most are dead, stall or lie. */
export async function rankingFigures({ take, rounds = 5 }: BenchSetup): Promise<void> {
  await take('ranking of packages', () => ranking('packages', rounds, twentyOfPackages));
  await take('ranking of registries', () => ranking('Docker Hub', rounds, twentyOfRegistries));
}

async function ranking(
  kind: string,
  rounds: number,
  make: () => Promise<Twenty>,
): Promise<readonly Result[]> {
  const twenty = await make();
  const taken: number[] = [];
  let wrong = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      taken.push(
        await timed(async () => {
          const [first] = await twenty.rank();
          if (first?.name !== 'best') wrong += 1;
        }),
      );
    }
  } finally {
    await twenty.stop();
  }
  const name = `ranking of 20 mirrors of ${kind}: 3 dead, 4 that stall or drip, 8 that lie, refuse or are old`;
  return [
    { name: `${name}: time`, unit: 'ms', ours: figuresOf(taken), limit: { most: mostMs } },
    {
      name: `${name}: rounds in which another one than the best came first`,
      unit: 'of them',
      ours: figuresOf([wrong]),
      limit: { most: 0 },
    },
  ];
}
