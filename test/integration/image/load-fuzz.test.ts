import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces, temporaryFolder } from '../layer/support.ts';
import { makeImage, openHost } from './support.ts';

let launcher: Launcher;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());

/** A small generator of numbers, so that a failure can be repeated (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

async function sampleArchive(): Promise<Buffer> {
  const image = await makeImage({
    reference: 'fuzz:1',
    layers: [
      [
        { name: 'dir/', type: 'directory' },
        { name: 'dir/file', content: 'content' },
        { name: 'dir/link', type: 'symlink', linkname: 'file' },
        { name: 'dir/hard', type: 'link', linkname: 'dir/file' },
        { name: 'pax', content: 'x', pax: { mtime: '1.5', 'SCHILY.xattr.user.a': 'b' } },
        { name: 'fifo', type: 'fifo' },
      ],
      [
        { name: 'dir/.wh.file', content: '' },
        { name: 'new/.wh..wh..opq', content: '' },
      ],
    ],
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeArchive(image)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Loads damaged archives. Each must be refused with an error of ours, or be one where the damage changes nothing that
 * counts; afterwards the disk must be as before.
 */
async function fuzz(
  rounds: number,
  damage: (archive: Buffer, random: (below: number) => number) => Uint8Array,
): Promise<number> {
  const dataRoot = await temporaryFolder();
  const { images } = await openHost(dataRoot, launcher);
  const archive = await sampleArchive();
  // That a layer has reached the disk is marked whenever it has.
  const find = 'find images snapshots -mindepth 1 ! -name durable | sort; cat images/index.json';
  const kept = (): string => execFileSync('sh', ['-c', find], { cwd: dataRoot, encoding: 'utf8' });
  const before = kept();
  let refused = 0;
  for (let seed = 1; seed <= rounds; seed += 1) {
    const damaged = damage(archive, randomNumbers(seed * 2654435761));
    try {
      await images.load(inPieces(damaged));
      for (const { id } of await images.list())
        await images.remove(id, { force: 'always', users: [] });
    } catch (error) {
      expect(isBerthError(error), `seed ${seed}: ${String(error)}`).toBe(true);
      refused += 1;
    }
    if (kept() !== before) expect(kept(), `seed ${seed}`).toBe(before);
  }
  return refused;
}

describe('damaged archives', () => {
  test('cut off anywhere are refused or whole, and leave nothing', async () => {
    const refused = await fuzz(60, (archive, random) =>
      archive.subarray(0, random(archive.byteLength)),
    );
    // Only the zeros at the end may be missing.
    expect(refused).toBeGreaterThan(50);
  });

  test('with bits flipped never crash the engine, and leave nothing', async () => {
    const refused = await fuzz(100, (archive, random) => {
      const damaged = Buffer.from(archive);
      for (let i = random(4); i >= 0; i -= 1) {
        const at = random(damaged.byteLength);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << random(8));
      }
      return damaged;
    });
    expect(refused).toBeGreaterThan(50);
  });

  test('with blocks swapped, repeated or zeroed never crash the engine, and leave nothing', async () => {
    const refused = await fuzz(60, (archive, random) => {
      const damaged = Buffer.from(archive);
      const block = (): number => random(Math.floor(damaged.byteLength / 512)) * 512;
      const [from, to] = [block(), block()];
      if (random(3) === 0) damaged.fill(0, to, to + 512);
      else damaged.copy(damaged, to, from, from + 512);
      return damaged;
    });
    expect(refused).toBeGreaterThan(20);
  });

  test('compressed and then damaged never crash the engine, and leave nothing', async () => {
    const refused = await fuzz(40, (archive, random) => {
      const damaged = gzipSync(archive);
      const at = random(damaged.byteLength);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random(8));
      return random(2) === 0 ? damaged : damaged.subarray(0, random(damaged.byteLength));
    });
    expect(refused).toBeGreaterThan(20);
  });
});
