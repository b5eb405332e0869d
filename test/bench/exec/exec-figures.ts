import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { berthd, dockerd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { inBlocks, inTurn, timed } from '../median.ts';
import { runCommand, startDaemon } from '../process.ts';
import type { Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';
import { ExecClient } from './exec-client.ts';

const [image, container] = ['berth-bench-busybox', 'berth-bench-exec'];
const program = ['/busybox', 'true'] as const;

/** Executes in a running container: at the API, and by the docker command; against dockerd in the same run. */
export async function execFigures({ workshop, rounds = 50, take }: BenchSetup): Promise<void> {
  await take('exec', () => measure(workshop, rounds));
}

async function measure(workshop: Workshop, rounds: number): Promise<readonly Result[]> {
  const ours = berthd({ folder: join(workshop.folder, 'berth-exec') });
  const theirs = dockerd({ folder: join(workshop.folder, 'docker-exec') });
  const started = [await startDaemon(ours, ours.socket), await startDaemon(theirs, theirs.socket)];
  const tar = workshop.path('busybox.tar');
  execFileSync('tar', ['-C', workshop.rootfs, '-cf', tar, '.']);
  const clients = { ours: new ExecClient(ours.socket), theirs: new ExecClient(theirs.socket) };
  const docker =
    (socket: string) =>
    (...args: readonly string[]): Promise<void> =>
      runCommand(['docker', ...args], { env: { DOCKER_HOST: `unix://${socket}` } });
  const commands = { ours: docker(ours.socket), theirs: docker(theirs.socket) };
  try {
    for (const run of Object.values(commands)) {
      await run('import', tar, image);
      const options = ['--detach', '--name', container, '--network', 'none'];
      await run('run', ...options, image, '/busybox', 'sleep', '100000');
    }
    let turn = 0;
    // Never the same arguments twice: what is kept of one exec for the next is not its answer.
    const atApi = (client: ExecClient) => () => {
      turn += 1;
      return timed(() => client.run(container, [...program, String(turn)]));
    };
    const byCommand = (run: (typeof commands)['ours']) => () =>
      timed(() => run('exec', container, ...program));
    const both = { ours: atApi(clients.ours), theirs: atApi(clients.theirs) };
    return [
      // What JavaScript does for the first time is interpreted; a daemon is not started for fifty commands.
      result(
        'exec at the API, the first fifty of a new daemon',
        { ratio: 1 },
        await inBlocks({ blocks: 5, size: 10 }, both),
      ),
      result(
        'exec at the API, create to end',
        { most: 3 },
        await inBlocks({ blocks: 10, size: rounds / 2 }, both),
      ),
      result('the same, in turn with the other daemon', { ratio: 1 }, await inTurn(rounds, both)),
      result(
        'docker exec',
        { ratio: 1 },
        await inTurn(rounds, {
          ours: byCommand(commands.ours),
          theirs: byCommand(commands.theirs),
        }),
      ),
    ];
  } finally {
    for (const client of Object.values(clients)) await client.close();
    for (const run of Object.values(commands))
      await run('rm', '--force', container).catch(() => undefined);
    for (const daemon of started) await daemon.stop();
  }
}

function result(
  name: string,
  limit: Result['limit'],
  measured: Awaited<ReturnType<typeof inTurn>>,
): Result {
  return {
    name,
    unit: 'ms',
    ours: measured.ours,
    theirs: { name: 'dockerd', figures: measured.theirs },
    limit,
  };
}
