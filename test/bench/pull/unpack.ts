import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOfHex } from '../../../runtime/image/digest.ts';
import { wholeBlob } from '../../../runtime/image/layer-blob.ts';
import { UnpackPool } from '../../../runtime/layer/unpack-pool.ts';
import { unpackLayer } from '../../../runtime/layer/unpack-layer.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { readLayoutImage } from '../images/read-layout.ts';
import { inTurn, timed } from '../median.ts';
import { runCommand } from '../process.ts';
import { type Result, noLimit } from '../report.ts';
import type { PullSetup } from './pull-figures.ts';

/** The five layers unpacked one after the other, without a daemon and a registry: against `tar -xzf`. */
export async function unpackAlone(setup: PullSetup): Promise<readonly Result[]> {
  const { workshop, images, rounds = 5 } = setup;
  const { layers } = readLayoutImage(images.layout, 'whole');
  const launcher = await Launcher.start();
  const pool = new UnpackPool({ runner: launcher, idleMs: 100 });
  const round =
    (unpack: (layer: (typeof layers)[number], root: string) => Promise<unknown>) =>
    async (): Promise<number> => {
      // Removed only with the workshop: see `BenchDaemon.clear`.
      const folder = mkdtempSync(workshop.path('unpacked-'));
      await runCommand(['sync']);
      return timed(async () => {
        for (const [i, layer] of layers.entries()) await unpack(layer, join(folder, String(i)));
      });
    };
  try {
    const { ours, theirs } = await inTurn(rounds, {
      ours: round(({ digest, diffId, path, size }, root) => {
        const blob = wholeBlob(toDigest(digest), path, size);
        return unpackLayer({ blob, root, diffId: toDigest(diffId), pool });
      }),
      theirs: round(async ({ path }, root) => {
        mkdirSync(root);
        await runCommand(['tar', '-xzf', path, '-C', root]);
      }),
    });
    const name = 'unpacking those 5 layers, one after the other, with their digests checked';
    return [
      { name, unit: 'ms', ours, theirs: { name: 'tar -xzf', figures: theirs }, limit: noLimit },
    ];
  } finally {
    await launcher.stop();
  }
}

const toDigest = (text: string): Digest => digestOfHex(text.replace('sha256:', ''));
