import { join } from 'node:path';
import { startRegistryProcess } from '../../support/registry-process.ts';
import { berthd, dockerd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { debianImages, wholeImage } from '../images/debian-images.ts';
import { figuresOf, inTurn, timed } from '../median.ts';
import { runCommand } from '../process.ts';
import { type Result, noLimit } from '../report.ts';
import { badMirrors, stalls } from './bad-mirrors.ts';
import { coldPull } from './cold-pull.ts';
import { loadAndPush } from './load-and-push.ts';
import { sharedLayers } from './shared-layers.ts';
import { unpackAlone } from './unpack.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** Pulls of images, against dockerd and skopeo, from the same docker-registry. */
export function pullFigures(setup: BenchSetup): Promise<void> {
  return withImages(setup, async (source) => {
    await setup.take('pull of the whole image', () => wholePull(source));
    await setup.take('pull of an image that shares 4 of 5 layers', () => sharedLayers(source));
  });
}

/** Pulls through mirrors of which three are bad. */
export function mirrorFigures(setup: BenchSetup): Promise<void> {
  return withImages(setup, async (source) => {
    for (const stall of stalls) {
      const name = `pull; mirrors dead, one that ${stall.words}, cutting, good`;
      await setup.take(name, () => badMirrors(source, stall));
    }
  });
}

/** Unpacking alone, `docker load` and `docker push`. */
export function archiveFigures(setup: BenchSetup): Promise<void> {
  return withImages(setup, async (source) => {
    await setup.take('unpacking alone', () => unpackAlone(source));
    await setup.take('load and push', () => loadAndPush(source));
  });
}

async function withImages(
  setup: BenchSetup,
  use: (source: PullSetup) => Promise<void>,
): Promise<void> {
  setup.say('images: from the cache, or made now');
  const images = await debianImages();
  const registry = await startRegistryProcess({ storage: images.registryStorage });
  try {
    await use({ ...setup, images, registry: registry.host });
  } finally {
    await registry.stop();
  }
}

/** What the figures of pulls work with. */
export interface PullSetup extends BenchSetup {
  readonly images: Awaited<ReturnType<typeof debianImages>>;
  /** `host:port` of the registry that has the images. */
  readonly registry: string;
}

async function wholePull({ workshop, rounds = 5, registry }: PullSetup): Promise<Result[]> {
  const reference = `${registry}/${wholeImage}`;
  const ours = berthd({ folder: join(workshop.folder, 'berth') });
  const theirs = dockerd({ folder: join(workshop.folder, 'docker') });
  const memory = { ours: [] as number[], theirs: [] as number[] };
  const cpu = { ours: [] as number[], theirs: [] as number[] };
  const pull = (name: 'ours' | 'theirs', daemon: typeof ours) => async (): Promise<number> => {
    const { pullMs, peakMemoryMb, cpuMs } = await coldPull(daemon, reference);
    memory[name].push(peakMemoryMb);
    cpu[name].push(cpuMs);
    return pullMs;
  };
  const measured = await inTurn(rounds, {
    ours: pull('ours', ours),
    theirs: pull('theirs', theirs),
  });
  const skopeo = await copies(workshop.path('copied'), reference, rounds);
  // The first of each was the warm-up.
  return [
    {
      name: 'docker pull of 5 layers, 150 MB in 8,700 files',
      unit: 'ms',
      ours: measured.ours,
      theirs: { name: 'dockerd', figures: measured.theirs },
      others: [{ name: 'skopeo copy', figures: figuresOf(skopeo) }],
      limit: { ratio: 0.7 },
    },
    {
      name: 'peak memory of the daemon during that pull',
      unit: 'MB',
      ours: figuresOf(memory.ours.slice(1)),
      theirs: { name: 'dockerd (without containerd)', figures: figuresOf(memory.theirs.slice(1)) },
      limit: { most: 150 },
    },
    {
      name: 'processor time of the daemon during that pull',
      unit: 'ms',
      ours: figuresOf(cpu.ours.slice(1)),
      theirs: { name: 'dockerd', figures: figuresOf(cpu.theirs.slice(1)) },
      limit: noLimit,
    },
  ];
}

/** Milliseconds that skopeo takes for the same bytes, which it does not unpack. */
async function copies(folder: string, reference: string, rounds: number): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    removeTree(folder);
    const plain = ['--insecure-policy', '--src-tls-verify=false'];
    const args = ['copy', ...plain, `docker://${reference}`, `oci:${folder}:copy`];
    taken.push(await timed(() => runCommand(['skopeo', ...args])));
  }
  return taken;
}
