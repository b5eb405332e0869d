import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchDaemon, berthd, dockerd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { type Figures, figuresOf, timed } from '../median.ts';
import { type Daemon, runCommand, startDaemon } from '../process.ts';
import { noLimit, type Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';

const [image, container] = ['berth-bench-lines', 'berth-bench-log'];

/** A megabyte of lines of a hundred bytes, two hundred times. */
const line = `${'0123456789'.repeat(10).slice(0, 99)}\n`;
const megabytes = 200;
const script = `i=0; while [ $i -lt ${megabytes} ]; do /busybox cat /lines; i=$((i+1)); done`;

/** What one measurement takes: of the clock, and of the daemon's processor time. */
interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Output of a container on its way to a client, and out of its log again; against dockerd in the same run. */
export async function logFigures({ workshop, rounds = 3, take }: BenchSetup): Promise<void> {
  await take('logs', () => measure(workshop, rounds));
}

async function measure(workshop: Workshop, rounds: number): Promise<readonly Result[]> {
  const daemons = {
    ours: berthd({ folder: join(workshop.folder, 'berth-logs') }),
    theirs: dockerd({ folder: join(workshop.folder, 'docker-logs') }),
  };
  writeFileSync(join(workshop.rootfs, 'lines'), line.repeat(10_000));
  const tar = workshop.path('lines.tar');
  execFileSync('tar', ['-C', workshop.rootfs, '-cf', tar, '.']);
  const sides = { ours: await open(daemons.ours, tar), theirs: await open(daemons.theirs, tar) };
  const taken = { ours: [] as Round[], theirs: [] as Round[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      taken.ours.push(await sides.ours.round());
      taken.theirs.push(await sides.theirs.round());
    }
  } finally {
    await sides.ours.close();
    await sides.theirs.close();
  }
  return (['run', 'logs', 'tail'] as const).flatMap((what) => [
    result(
      names[what],
      { ratio: 1 / 3 },
      figures(taken, (round) => round[what].ms),
    ),
    result(
      `${names[what]}: processor time of the daemon`,
      noLimit,
      figures(taken, (round) => round[what].cpuMs),
    ),
  ]);
}

const names = {
  run: `docker run of ${megabytes} MB of lines, attached`,
  logs: 'docker logs of them',
  tail: 'docker logs --tail 10 of them',
};

type Round = Readonly<Record<keyof typeof names, Taken>>;

interface Side {
  round(): Promise<Round>;
  close(): Promise<void>;
}

async function open(command: BenchDaemon, tar: string): Promise<Side> {
  const daemon = await startDaemon(command, command.socket);
  const env = { DOCKER_HOST: `unix://${command.socket}` };
  const docker = (...args: readonly string[]): Promise<void> =>
    runCommand(['docker', ...args], { env, timeoutMs: 120_000 });
  await docker('import', tar, image);
  const round = async (): Promise<Round> => {
    const options = ['--name', container, '--network', 'none'];
    const run = await takenBy(daemon, () =>
      docker('run', ...options, image, '/busybox', 'sh', '-c', script),
    );
    const logs = await takenBy(daemon, () => docker('logs', container));
    const tail = await takenBy(daemon, () => docker('logs', '--tail', '10', container));
    await docker('rm', container);
    return { run, logs, tail };
  };
  const close = async (): Promise<void> => {
    await docker('rm', '--force', container).catch(() => undefined);
    await daemon.stop();
  };
  return { round, close };
}

async function takenBy(daemon: Daemon, action: () => Promise<void>): Promise<Taken> {
  const before = daemon.cpuMs();
  const ms = await timed(action);
  return { ms, cpuMs: daemon.cpuMs() - before };
}

function figures(
  taken: Readonly<Record<'ours' | 'theirs', readonly Round[]>>,
  of: (round: Round) => number,
): Readonly<Record<'ours' | 'theirs', Figures>> {
  return { ours: figuresOf(taken.ours.map(of)), theirs: figuresOf(taken.theirs.map(of)) };
}

function result(
  name: string,
  limit: Result['limit'],
  { ours, theirs }: Readonly<Record<'ours' | 'theirs', Figures>>,
): Result {
  return { name, unit: 'ms', ours, theirs: { name: 'dockerd', figures: theirs }, limit };
}
