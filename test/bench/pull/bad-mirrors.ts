import { join } from 'node:path';
import type { Fault } from '../../support/fault.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type FaultScript, isBlobDownload } from '../../support/fault-script.ts';
import { type BenchDaemon, berthd, dockerd } from '../daemons.ts';
import { wholeImage } from '../images/debian-images.ts';
import { figuresOf, timed } from '../median.ts';
import { type Result, noLimit } from '../report.ts';
import { withColdDaemon } from './cold-pull.ts';
import type { PullSetup } from './pull-figures.ts';

/** Nobody listens there. */
const dead = '127.0.0.1:1';
/** A pull that takes longer counts as one that does not end. */
const patienceMs = 90_000;

const cutsAtHalf: Fault = { kind: 'cut', at: { part: 0.5 }, how: 'end' };
const onBlobs = (fault: Fault): FaultScript => ({
  request: (request) => (isBlobDownload(request) ? fault : undefined),
});

/** What the second of the four mirrors does. */
export interface Stall {
  readonly words: string;
  readonly script: FaultScript;
}

/** Ways to stall. */
export const stalls: readonly Stall[] = [
  { words: 'never answers', script: { connection: () => 'stall' } },
  {
    words: 'stalls after 64 KB of every blob',
    script: onBlobs({ kind: 'stall', at: { bytes: 65_536 } }),
  },
];

/**
 * Pulls through four mirrors: dead, stalling, cutting every blob at half, good. dockerd mirrors only Docker Hub, so it is
 * Docker Hub whose mirrors they are, and that no one can reach.
 */
export async function badMirrors(setup: PullSetup, stall: Stall): Promise<readonly Result[]> {
  const cleanMb = await cleanPull(setup);
  const ours = await pullThrough(setup, stall.script, berthd);
  const theirs = await pullThrough(setup, stall.script, dockerd);
  if (ours.problem !== undefined) throw new Error(`berth: ${ours.problem}`);
  const name = `pull; 1st mirror dead, 2nd ${stall.words}, 3rd cuts every blob at half`;
  return [
    {
      name: `${name}: bytes that travel (clean: ${cleanMb.toFixed(1)} MB)`,
      unit: 'MB',
      ours: figuresOf([ours.sentMb]),
      outcome: describe(theirs),
      limit: { most: 1.5 * cleanMb },
    },
    { name: `${name}: time`, unit: 'ms', ours: figuresOf([ours.pullMs]), limit: noLimit },
  ];
}

interface Outcome {
  readonly sentMb: number;
  readonly pullMs: number;
  readonly problem?: string;
}

async function cleanPull({ workshop, registry }: PullSetup): Promise<number> {
  const proxy = await FaultProxy.start(registry);
  try {
    const mirrors = [`http://${proxy.host}`];
    const daemon = berthd({ folder: join(workshop.folder, 'berth-mirrors'), mirrors });
    await withColdDaemon(daemon, ({ docker }) => docker(['pull', '--quiet', wholeImage]));
    return proxy.bodyBytes() / 1e6;
  } finally {
    await proxy.stop();
  }
}

async function pullThrough(
  { workshop, registry }: PullSetup,
  script: FaultScript,
  make: typeof berthd,
): Promise<Outcome> {
  const proxies = await Promise.all(
    [script, onBlobs(cutsAtHalf), {}].map((each) => FaultProxy.start(registry, each)),
  );
  try {
    const mirrors = [dead, ...proxies.map(({ host }) => host)].map((host) => `http://${host}`);
    const daemon = make({ folder: join(workshop.folder, `${make.name}-mirrors`), mirrors });
    const { pullMs, problem } = await tryPull(daemon);
    const sentMb = proxies.reduce((sum, proxy) => sum + proxy.bodyBytes(), 0) / 1e6;
    return { sentMb, pullMs, ...(problem !== undefined && { problem }) };
  } finally {
    for (const proxy of proxies) await proxy.stop();
  }
}

function tryPull(daemon: BenchDaemon): Promise<Omit<Outcome, 'sentMb'>> {
  return withColdDaemon(daemon, async ({ docker }) => {
    let problem: string | undefined;
    const pullMs = await timed(async () => {
      try {
        await docker(['pull', '--quiet', wholeImage], patienceMs);
      } catch (error) {
        problem = error instanceof Error ? error.message.trim() : String(error);
      }
    });
    return { pullMs, ...(problem !== undefined && { problem }) };
  });
}

function describe({ sentMb, pullMs, problem }: Outcome): string {
  const seconds = `${(pullMs / 1000).toFixed(0)} s`;
  if (problem === undefined) return `dockerd: ${sentMb.toFixed(1)} MB in ${seconds}`;
  const ended = pullMs < patienceMs ? `fails after ${seconds}` : `has not ended after ${seconds}`;
  return `dockerd: ${ended}, ${sentMb.toFixed(1)} MB`;
}
