import { join } from 'node:path';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type BenchDaemon, berthd, dockerd } from '../daemons.ts';
import { siblingImage, wholeImage } from '../images/debian-images.ts';
import { readLayoutImage } from '../images/read-layout.ts';
import { figuresOf } from '../median.ts';
import type { Result } from '../report.ts';
import { withColdDaemon } from './cold-pull.ts';
import type { PullSetup } from './pull-figures.ts';

/** A pull of an image of whose five layers four are there already: bytes of bodies that the registry sent. */
export async function sharedLayers(setup: PullSetup): Promise<readonly Result[]> {
  const proxy = await FaultProxy.start(setup.registry);
  const travelled = (daemon: BenchDaemon): Promise<number> =>
    withColdDaemon(daemon, async ({ docker }) => {
      await docker(['pull', '--quiet', `${proxy.host}/${wholeImage}`]);
      proxy.reset();
      await docker(['pull', '--quiet', `${proxy.host}/${siblingImage}`]);
      return proxy.bodyBytes() / 1024;
    });
  const { folder } = setup.workshop;
  try {
    const ours = await travelled(berthd({ folder: join(folder, 'berth') }));
    const theirs = await travelled(dockerd({ folder: join(folder, 'docker') }));
    const result: Result = {
      name: 'pull of an image that shares 4 of those 5 layers: bytes that travel',
      unit: 'KB',
      ours: figuresOf([ours]),
      theirs: { name: 'dockerd', figures: figuresOf([theirs]) },
      limit: { most: Math.ceil(fifthBytes(setup.images.layout) / 1024) },
    };
    return [result];
  } finally {
    await proxy.stop();
  }
}

/** Bytes of the fifth layer, of the manifest and the configuration, and of what `GET /v2/` answers. */
function fifthBytes(layout: string): number {
  const { manifest, config, layers } = readLayoutImage(layout, 'sibling');
  const parts = [manifest, config, layers.at(-1)];
  return parts.reduce((sum, part) => sum + (part?.size ?? 0), '{}'.length);
}
