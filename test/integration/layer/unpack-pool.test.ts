import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { unpackLayer } from '../../../runtime/layer/unpack-layer.ts';
import { UnpackPool } from '../../../runtime/layer/unpack-pool.ts';
import type { UnpackPoolOptions } from '../../../runtime/layer/unpack-pool.ts';
import { newOnes, openDescriptors } from '../../support/processes.ts';
import { Download } from './blobs.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, blob, launcher, root, unpack } = useUnpackFixture();

const newPool = (options: Partial<UnpackPoolOptions> = {}): UnpackPool =>
  new UnpackPool({ runner: launcher(), idleMs: 1, ...options });

/** Scratch files that are open: each thread has one. */
function threads(): readonly string[] {
  return openDescriptors().filter((link) => link.includes('berth-scratch-'));
}

const layers = (count: number): Promise<Buffer[]> =>
  Promise.all(
    Array.from({ length: count }, (_, i) => makeTar([{ name: 'number', content: `${i}` }])),
  );

describe('threads', () => {
  test('are as many as there may be, each does one layer after the other, and all end when idle', async () => {
    const before = threads();
    const pool = newPool({ maxThreads: 2 });
    let most = 0;
    await Promise.all(
      (await layers(9)).map(async (tar, i) => {
        const options = {
          blob: blob(tar),
          root: join(folder(), `${i}`),
          diffId: sha256(tar),
          pool,
        };
        await unpackLayer({
          ...options,
          onProgress: () => {
            most = Math.max(most, newOnes(threads(), before).length);
          },
        });
        expect(readFileSync(join(folder(), `${i}/number`), 'utf8')).toBe(`${i}`);
      }),
    );
    expect(most).toBe(2);
    await expect.poll(() => newOnes(threads(), before), { timeout: 30_000 }).toEqual([]);
  });

  test('are not taken by a layer of which nothing has come yet', async () => {
    const pool = newPool({ maxThreads: 1 });
    const [tar = Buffer.alloc(0)] = await layers(1);
    const download = new Download(await temporaryFolder());
    const slow = { blob: download.blob, root: join(folder(), 'slow'), diffId: sha256(tar), pool };
    const waiting = unpackLayer(slow);
    await download.usedUp();
    await unpackLayer({ ...slow, blob: blob(tar), root: join(folder(), 'quick') });
    download.grow(tar);
    download.whole();
    await waiting;
  });

  test('that wait for a turn can be aborted', async () => {
    const pool = newPool({ maxThreads: 1 });
    const [tar = Buffer.alloc(0)] = await layers(1);
    const download = new Download(await temporaryFolder());
    download.grow(tar.subarray(0, 600));
    const options = { diffId: sha256(tar), pool };
    const slow = unpackLayer({ ...options, blob: download.blob, root: join(folder(), 'slow') });
    await download.usedUp();
    const stop = new AbortController();
    const { signal } = stop;
    const next = unpackLayer({ ...options, blob: blob(tar), root: join(folder(), 'next'), signal });
    stop.abort(new Error('enough'));
    download.fail(new Error('and this one'));
    // Both are waited for at once: either may be the first.
    await Promise.all([
      expect(slow).rejects.toThrow('and this one'),
      expect(next).rejects.toThrow('enough'),
    ]);
    expect(readdirSync(folder())).toEqual([]);
  });

  test('one that runs out of memory is an error of its layer alone, and the next layer gets a new one', async () => {
    const pool = newPool({ maxThreads: 1, threadMemoryMiB: 16 });
    const header = (await makeTar([{ name: 'entry-000000', content: '' }])).subarray(0, 512);
    const entries = Array.from({ length: 400_000 }, (_, i) => {
      const entry = Buffer.from(header);
      entry.write(`entry-${i}`.padEnd(12, '\0'), 0, 'latin1');
      entry.fill(0x20, 148, 156);
      const sum = entry.reduce((total, byte) => total + byte, 0);
      entry.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
      return entry;
    });
    const tar = Buffer.concat(entries);
    const stored = gzipSync(tar, { level: 1 });
    await expect(unpack(stored, sha256(tar), { pool })).rejects.toMatchObject({
      code: 'LAYER_TOO_LARGE',
      message: expect.stringContaining('16 MiB') as unknown,
    });
    expect(readdirSync(folder())).toEqual([]);
    const [small = Buffer.alloc(0)] = await layers(1);
    await unpack(small, sha256(small), { pool });
    expect(readFileSync(join(root(), 'number'), 'utf8')).toBe('0');
  });

  test('a launcher that is lost is an error of what was under way', async () => {
    const tar = await makeTar([{ name: 'file', content: 'x'.repeat(1000) }]);
    const lost = { run: () => Promise.reject(new Error('launcher lost')) };
    const pool = newPool({ runner: lost });
    await expect(unpack(tar, sha256(tar), { pool })).rejects.toThrow('launcher lost');
    expect(readdirSync(folder())).toEqual([]);
  });
});
