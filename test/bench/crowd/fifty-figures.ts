import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type BenchDaemon, berthd, dockerd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf, inTurn, timed } from '../median.ts';
import { runCommand, startDaemon } from '../process.ts';
import { noLimit, type Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';
import { atOnce } from './api-client.ts';
import { memoryKb, parentOf } from './own-memory.ts';

const image = 'berth-bench-idle';
const count = 50;
const names = Array.from({ length: count }, (_, number) => `berth-bench-idle-${number}`);

/** Fifty containers that come and go at once, by the docker command; against dockerd in the same run. */
export async function fiftyFigures({ workshop, rounds = 3, take }: BenchSetup): Promise<void> {
  await take('fifty', () => measure(workshop, rounds));
}

async function measure(workshop: Workshop, rounds: number): Promise<readonly Result[]> {
  const tar = workshop.path('idle.tar');
  execFileSync('tar', ['-C', workshop.rootfs, '-cf', tar, '.']);
  const ours = await open(berthd({ folder: join(workshop.folder, 'berth-fifty') }), tar);
  const theirs = await open(dockerd({ folder: join(workshop.folder, 'docker-fifty') }), tar);
  try {
    const run = await inTurn(rounds, { ours: ours.round, theirs: theirs.round });
    return [
      result(`docker run -d, ${count} of them, 8 at once`, run, { limit: { ratio: 1 / 4 } }),
      result(
        `docker rm -f of ${count}`,
        { ours: figuresOf(ours.removals), theirs: figuresOf(theirs.removals) },
        { limit: { ratio: 1 / 4 } },
      ),
      result(
        'memory beside an idle container (Pss of its monitor, of its shim)',
        { ours: figuresOf(ours.memory), theirs: figuresOf(theirs.memory) },
        { limit: { ratio: 1 / 50 }, unit: 'KB' },
      ),
      result('docker version', await inTurn(20, { ours: ours.version, theirs: theirs.version }), {
        limit: noLimit,
      }),
    ];
  } finally {
    await ours.close();
    await theirs.close();
  }
}

interface Side {
  /** Starts all, looks at their memory and removes them; gives the milliseconds of the start. */
  readonly round: () => Promise<number>;
  readonly version: () => Promise<number>;
  /** Milliseconds. */
  readonly removals: number[];
  /** KB, of each container. */
  readonly memory: number[];
  close(): Promise<void>;
}

async function open(command: BenchDaemon, tar: string): Promise<Side> {
  const daemon = await startDaemon(command, command.socket);
  const env = { DOCKER_HOST: `unix://${command.socket}` };
  const docker = (...args: readonly string[]): Promise<void> =>
    runCommand(['docker', ...args], { env, timeoutMs: 120_000 });
  await docker('import', tar, image);
  const [removals, memory]: [number[], number[]] = [[], []];
  const pidOf = (name: string): number =>
    Number(
      execFileSync('docker', ['inspect', '--format', '{{.State.Pid}}', name], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      }),
    );
  const round = async (): Promise<number> => {
    const options = ['--detach', '--network', 'none'];
    const started = await timed(() =>
      atOnce({ count, workers: 8 }, (number) =>
        docker('run', ...options, '--name', names[number] ?? '', image, '/busybox', 'sleep', '1d'),
      ),
    );
    memory.push(...names.map((name) => memoryKb(parentOf(pidOf(name)))));
    removals.push(await timed(() => docker('rm', '--force', ...names)));
    return started;
  };
  return {
    ...{ round, removals, memory },
    version: () => timed(() => docker('version')),
    close: async () => {
      await docker('rm', '--force', ...names).catch(() => undefined);
      await daemon.stop();
    },
  };
}

function result(
  name: string,
  { ours, theirs }: Awaited<ReturnType<typeof inTurn>>,
  { limit, unit = 'ms' }: { readonly limit: Result['limit']; readonly unit?: Result['unit'] },
): Result {
  return { name, unit, ours, theirs: { name: 'dockerd', figures: theirs }, limit };
}
