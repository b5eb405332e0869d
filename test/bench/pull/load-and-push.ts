import { join } from 'node:path';
import { startRegistryProcess } from '../../support/registry-process.ts';
import { type BenchDaemon, berthd, dockerd } from '../daemons.ts';
import { figuresOf, inTurn, timed } from '../median.ts';
import { runCommand } from '../process.ts';
import { type Result, noLimit } from '../report.ts';
import { withColdDaemon } from './cold-pull.ts';
import type { PullSetup } from './pull-figures.ts';

/** `docker load` of a `docker save` archive into an empty store, and `docker push` of it into an empty registry. */
export async function loadAndPush(setup: PullSetup): Promise<readonly Result[]> {
  const { workshop, images, rounds = 5 } = setup;
  const archive = workshop.path('debian.tar');
  const target = `docker-archive:${archive}:bench/debian:whole`;
  await runCommand(['skopeo', 'copy', '--insecure-policy', `oci:${images.layout}:whole`, target]);
  const pushes = { ours: [] as number[], theirs: [] as number[] };
  const round = (name: 'ours' | 'theirs', daemon: BenchDaemon) => (): Promise<number> =>
    withColdDaemon(daemon, async ({ docker }) => {
      const loadMs = await timed(() => docker(['load', '--quiet', '--input', archive]));
      const registry = await startRegistryProcess();
      try {
        const reference = `${registry.host}/debian:whole`;
        await docker(['tag', 'bench/debian:whole', reference]);
        pushes[name].push(await timed(() => docker(['push', '--quiet', reference])));
        return loadMs;
      } finally {
        await registry.stop();
      }
    });
  const loads = await inTurn(rounds, {
    ours: round('ours', berthd({ folder: join(workshop.folder, 'berth') })),
    theirs: round('theirs', dockerd({ folder: join(workshop.folder, 'docker') })),
  });
  // The first of each was the warm-up.
  const [ours, theirs] = [figuresOf(pushes.ours.slice(1)), figuresOf(pushes.theirs.slice(1))];
  return [
    result('docker load of that image', loads.ours, loads.theirs),
    result('docker push of it, layers to be compressed', ours, theirs),
  ];
}

function result(name: string, ours: Result['ours'], theirs: Result['ours']): Result {
  return { name, unit: 'ms', ours, theirs: { name: 'dockerd', figures: theirs }, limit: noLimit };
}
