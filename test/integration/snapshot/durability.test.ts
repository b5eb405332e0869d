import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ProgramRunner } from '../../../runtime/syscall/run-image.ts';
import { useStore } from './store-fixture.ts';

const { dataRoot, launcher, layer, open, store, snapshots } = useStore();

const folderOf = (chainId: Digest): string => join(dataRoot(), 'snapshots', hexOf(chainId));
const isMarked = (chainId: Digest): boolean => existsSync(join(folderOf(chainId), 'durable'));

/** A runner whose syncfs waits for the test, and counts. */
function heldSync(): ProgramRunner & { readonly go: () => void; readonly count: () => number } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let count = 0;
  return {
    run: async (program, options) => {
      if (program.steps.some(({ call }) => call === 'syncfs')) {
        count += 1;
        await promise;
      }
      return launcher().run(program, options);
    },
    go: () => {
      resolve(undefined);
    },
    count: () => count,
  };
}

describe('layers', () => {
  test('are there before they are on the disk, and marked when they are', async () => {
    const runner = heldSync();
    const held = await open({ runner });
    const [a, b] = [await layer({ name: 'a' }), await layer({ name: 'b' })];
    const { chainId, lower } = await held.ensure([a, b]);
    expect(lower).toHaveLength(2);
    expect(isMarked(chainId)).toBe(false);
    runner.go();
    await held.settled();
    expect([isMarked(a.diffId), isMarked(chainId)]).toEqual([true, true]);
    // One syncfs for both.
    expect(runner.count()).toBe(1);
  });

  test('that were not marked when the power went are gone, and unpacked again', async () => {
    const runner = heldSync();
    const held = await open({ runner });
    const [old, lost] = [await layer({ name: 'old' }), await layer({ name: 'lost' })];
    await store().ensure([old]);
    await store().settled();
    await held.ensure([old, lost]);
    const after = await open({ bootId: 'another boot' });
    expect(snapshots()).toEqual([hexOf(old.diffId)]);
    await after.ensure([old, lost]);
    expect([old.reads(), lost.reads()]).toEqual([1, 2]);
    runner.go();
    await held.settled();
  });

  test('whose record was cut off by the power cut are gone, too', async () => {
    const base = await layer({ name: 'base' });
    await store().ensure([base]);
    await store().settled();
    rmSync(join(folderOf(base.diffId), 'durable'));
    for (const left of ['', '{"sizeBytes":']) {
      writeFileSync(join(folderOf(base.diffId), 'layer.json'), left);
      const after = await open();
      expect(snapshots()).toEqual([]);
      await after.ensure([base]);
      await after.settled();
      rmSync(join(folderOf(base.diffId), 'durable'));
    }
  });

  test('outlive a berthd that was killed before they were on the disk, and get there in the end', async () => {
    const runner = heldSync();
    const killed = await open({ runner });
    const base = await layer({ name: 'base', content: 'x' });
    const { lower } = await killed.ensure([base]);
    const after = await open();
    await after.settled();
    expect(isMarked(base.diffId)).toBe(true);
    await after.ensure([base]);
    expect(base.reads()).toBe(1);
    expect(readFileSync(join(lower[0] ?? '', 'base'), 'utf8')).toBe('x');
    runner.go();
    await killed.settled();
  });

  test('of a berth that wrote no boot into their record were on the disk', async () => {
    const base = await layer({ name: 'base' });
    await store().ensure([base]);
    await store().settled();
    rmSync(join(folderOf(base.diffId), 'durable'));
    const record = JSON.stringify({ diffId: base.diffId, sizeBytes: 0 });
    writeFileSync(join(folderOf(base.diffId), 'layer.json'), record);
    await open({ bootId: 'another boot' });
    expect(snapshots()).toEqual([hexOf(base.diffId)]);
  });
});

describe('a container', () => {
  test('is made only when its layers are on the disk', async () => {
    const runner = heldSync();
    const held = await open({ runner });
    const { chainId } = await held.ensure([await layer({ name: 'a' }), await layer({ name: 'b' })]);
    let isMade = false;
    const making = held.createContainer('c1', chainId).then(() => {
      isMade = true;
    });
    await expect.poll(runner.count).toBe(1);
    expect([isMade, existsSync(join(dataRoot(), 'containers/c1'))]).toEqual([false, false]);
    runner.go();
    await making;
    expect(isMarked(chainId)).toBe(true);
  });

  test('is not made when the disk reports an error; the next one tries again', async () => {
    let fails = true;
    const runner: ProgramRunner = {
      run: (program, options) => {
        const isSync = program.steps.some(({ call }) => call === 'syncfs');
        return isSync && fails
          ? Promise.reject(new Error('EIO'))
          : launcher().run(program, options);
      },
    };
    const failing = await open({ runner });
    const { chainId } = await failing.ensure([await layer({ name: 'a' })]);
    await expect(failing.createContainer('c1', chainId)).rejects.toThrow('EIO');
    expect(existsSync(join(dataRoot(), 'containers/c1'))).toBe(false);
    fails = false;
    await failing.createContainer('c1', chainId);
    expect(isMarked(chainId)).toBe(true);
  });
});
