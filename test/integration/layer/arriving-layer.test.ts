import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';

import type { UnpackedLayer } from '../../../runtime/layer/unpack-layer.ts';
import { Download } from './blobs.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, unpack, at } = useUnpackFixture();

const patience = { timeout: 30_000 };
const garbage = Buffer.from('no archive'.repeat(1000));
let tar: Buffer;
let download: Download;
beforeEach(async () => {
  tar = await makeTar([
    { name: 'early', content: 'early' },
    { name: 'large', content: randomBytes(3_000_000) },
    { name: 'late', content: 'late' },
  ]);
  download = new Download(await temporaryFolder());
});

const start = (): Promise<UnpackedLayer> => unpack(tar, sha256(tar), { blob: download.blob });
const expectUnpacked = (): void => {
  expect(readFileSync(at('late'), 'utf8')).toBe('late');
};

describe('a layer whose blob is still arriving', () => {
  test('is unpacked as it comes', async () => {
    const unpacking = start();
    download.grow(tar.subarray(0, 2_000_000));
    await expect.poll(() => existsSync(at('early')), patience).toBe(true);
    download.grow(tar.subarray(2_000_000));
    download.whole();
    await unpacking;
    expectUnpacked();
  });

  test('tells how much of it is used up', async () => {
    const seen: number[] = [];
    const onProgress = (readBytes: number): number => seen.push(readBytes);
    const unpacking = unpack(tar, sha256(tar), { blob: download.blob, onProgress });
    download.grow(tar);
    download.whole();
    await unpacking;
    expect(seen.length).toBeGreaterThan(2);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen.at(-1)).toBe(tar.byteLength);
  });

  test('does not count before the blob was verified', async () => {
    let isDone = false;
    const unpacking = start().finally(() => {
      isDone = true;
    });
    download.grow(tar);
    download.end();
    await expect.poll(() => existsSync(at('late')), patience).toBe(true);
    expect(isDone).toBe(false);
    download.whole();
    await unpacking;
  });

  test('is unpacked anew when its bytes turn out wrong', async () => {
    const unpacking = start();
    // No archive, which is seen long before the download is verified.
    download.grow(garbage);
    await download.judged();
    download.supersede();
    download.grow(tar);
    download.whole();
    await unpacking;
    expectUnpacked();
  });

  test('is unpacked anew when its source is given up amid it, and when it was unpacked already', async () => {
    const unpacking = start();
    download.grow(tar.subarray(0, 1_000_000));
    await download.usedUp();
    download.supersede();
    download.grow(tar);
    download.end();
    await expect.poll(() => existsSync(at('late')), patience).toBe(true);
    download.supersede();
    download.grow(tar);
    download.whole();
    await unpacking;
    expectUnpacked();
    expect(readdirSync(folder())).toEqual(['fs']);
  });

  test('is refused when it is wrong though its blob is right', async () => {
    const unpacking = start();
    download.grow(garbage);
    download.whole();
    await expect(unpacking).rejects.toMatchObject({ code: 'LAYER_INVALID' });
    expect(readdirSync(folder())).toEqual([]);
  });

  test.each(['no', 'damaged', 'the right'])(
    'ends with the error of the download, after %s bytes',
    async (kind) => {
      const unpacking = start();
      if (kind !== 'no') download.grow(kind === 'damaged' ? garbage : tar);
      await (kind === 'damaged' ? download.judged() : download.usedUp());
      download.fail(new Error('no source is left'));
      await expect(unpacking).rejects.toThrow('no source is left');
      expect(readdirSync(folder())).toEqual([]);
    },
  );

  test('ends at once when it is aborted, whatever it waits for', async () => {
    for (const delivered of [0, 1_000_000, tar.byteLength]) {
      const stop = new AbortController();
      const { signal } = stop;
      const next = new Download(await temporaryFolder());
      const unpacking = unpack(tar, sha256(tar), { blob: next.blob, signal });
      next.grow(tar.subarray(0, delivered));
      if (delivered === tar.byteLength) next.end();
      else await next.usedUp();
      stop.abort(new Error('enough'));
      await expect(unpacking).rejects.toThrow('enough');
      expect(readdirSync(folder())).toEqual([]);
    }
  });
});
