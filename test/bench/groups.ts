import { join } from 'node:path';
import { berthd, dockerd } from './daemons.ts';
import { networkFigures } from './networks/network-figures.ts';
import { dnsFigures } from './dns/dns-figures.ts';
import { fiftyFigures } from './crowd/fifty-figures.ts';
import { thousandFigures } from './crowd/thousand-figures.ts';
import { crunFigures } from './engine/crun-figures.ts';
import { execFigures } from './exec/exec-figures.ts';
import { logFigures } from './logs/log-figures.ts';
import { faultFigures } from './faults/fault-figures.ts';
import { rankingFigures } from './mirrors/ranking-figures.ts';
import { coldStart, dockerRun, engineAgainstRunc, monitorMemory } from './figures.ts';
import { initMemory } from './init-memory.ts';
import { archiveFigures, mirrorFigures, pullFigures } from './pull/pull-figures.ts';
import type { Result } from './report.ts';
import { upFigures } from './up/up-figures.ts';
import type { Workshop } from './workshop.ts';

/** What every group of figures gets. */
export interface BenchSetup {
  readonly workshop: Workshop;
  /** Rounds of each figure; a group has its own idea unless told. */
  readonly rounds?: number;
  /** Tells the user what goes on. */
  readonly say: (line: string) => void;
  /** Takes figures as they come. One that cannot be taken is reported, and the others still are taken. */
  readonly take: (name: string, measure: () => Promise<readonly Result[]>) => Promise<void>;
}

/** The figures by the names that `--only` takes. */
export const groups: Readonly<Record<string, (setup: BenchSetup) => Promise<void>>> = {
  start: startFigures,
  engine: crunFigures,
  exec: execFigures,
  logs: logFigures,
  fifty: fiftyFigures,
  thousand: thousandFigures,
  up: upFigures,
  pull: pullFigures,
  mirrors: mirrorFigures,
  ranking: rankingFigures,
  archives: archiveFigures,
  faults: faultFigures,
  networks: networkFigures,
  dns: dnsFigures,
};

async function startFigures({ workshop, rounds = 30, take }: BenchSetup): Promise<void> {
  const daemons = {
    ours: berthd({ folder: join(workshop.folder, 'berth') }),
    theirs: dockerd({ folder: join(workshop.folder, 'docker') }),
  };
  await take('engine', async () => [await engineAgainstRunc(workshop, rounds)]);
  await take('docker run', () => dockerRun(workshop, daemons, rounds));
  await take('monitor', async () => [await monitorMemory(workshop, 5)]);
  await take('init', async () => [await initMemory(workshop, 5)]);
  await take('cold start', () => coldStart(daemons, Math.max(3, Math.round(rounds / 6))));
}
