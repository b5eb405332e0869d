import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { UnpackEvent } from '../../../runtime/image/layer-stacks.ts';
import { useStore } from './store-fixture.ts';
import type { ArrivingLayer } from './store-fixture.ts';

const { store, layer, arriving, again, snapshots } = useStore();

function deliver({ download, tar }: ArrivingLayer): void {
  download.grow(tar);
  download.whole();
}

describe('layers that arrive', () => {
  test('are unpacked in whatever order they come, and tell how far they are', async () => {
    const [a, b, c] = [
      await arriving({ name: 'a', content: 'a'.repeat(2_000_000) }),
      await arriving({ name: 'b', content: 'b' }),
      await arriving({ name: 'c', content: 'c' }),
    ];
    const there = await layer({ name: 'base', content: 'x' });
    (await store().ensure([there])).release();
    const events: UnpackEvent[] = [];
    const unpacked = (): readonly string[] =>
      events.filter(({ kind }) => kind === 'unpacked').map((event) => event.layer);
    const ensuring = store().ensure([there, a, b, c], { onEvent: (event) => events.push(event) });
    deliver(c);
    await expect.poll(unpacked).toEqual([there.blob.digest, c.blob.digest]);
    deliver(b);
    await expect.poll(() => unpacked().length).toBe(3);
    deliver(a);
    const { lower } = await ensuring;
    expect(lower).toHaveLength(4);
    expect(unpacked()).toEqual([there, c, b, a].map(({ blob }) => blob.digest));
    const progress = events.filter(
      (event) => event.kind === 'unpacking' && event.layer === a.blob.digest,
    );
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toMatchObject({
      readBytes: a.tar.byteLength,
      totalBytes: a.tar.byteLength,
    });
  });

  test('have no name before all are there, and none when one fails', async () => {
    const [good, bad] = [await arriving({ name: 'good' }), await arriving({ name: 'bad' })];
    const ready: string[] = [];
    const onEvent = ({ kind, layer: digest }: UnpackEvent): unknown =>
      kind === 'unpacked' && ready.push(digest);
    const ensuring = store().ensure([good, bad], { onEvent });
    deliver(good);
    await expect.poll(() => ready).toEqual([good.blob.digest]);
    expect(snapshots().every((name) => name.endsWith('.tmp'))).toBe(true);
    bad.download.fail(new Error('no source is left'));
    await expect(ensuring).rejects.toThrow('no source is left');
    expect(snapshots()).toEqual([]);
  });
});

describe('two that want the same layer at the same time', () => {
  test('share its unpacking', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    const [one, two] = [await arriving({ name: 'one' }), await arriving({ name: 'two' })];
    const both = [store().ensure([base, one]), store().ensure([base, two])];
    deliver(one);
    deliver(two);
    const [first, second] = await Promise.all(both);
    expect(base.reads()).toBe(1);
    expect(first?.lower[1]).toBe(second?.lower[1]);
    expect(snapshots()).toHaveLength(3);
  });

  test('are not stopped by each other', async () => {
    const base = await arriving({ name: 'base', content: 'x'.repeat(100_000) });
    const stop = new AbortController();
    const stopped = store().ensure([base], { signal: stop.signal });
    const other = store().ensure([base]);
    base.download.grow(base.tar.subarray(0, 50_000));
    await base.download.usedUp();
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    base.download.grow(base.tar.subarray(50_000));
    base.download.whole();
    const { lower } = await other;
    expect(readFileSync(join(lower[0] ?? '', 'base'), 'utf8')).toHaveLength(100_000);
    expect(snapshots()).toHaveLength(1);
  });

  test('go on with the download of the one when that of the other ends', async () => {
    const mine = await arriving({ name: 'base', content: 'x'.repeat(100_000) });
    const theirs = await again(mine);
    const first = store().ensure([mine]);
    mine.download.grow(mine.tar.subarray(0, 50_000));
    // Only then: whoever comes to the layer first is the one whose download is read.
    await mine.download.usedUp();
    const second = store().ensure([theirs]);
    mine.download.fail(new Error('given up'));
    deliver(theirs);
    await second;
    await first;
    expect(snapshots()).toHaveLength(1);
  });

  test('end it when both are stopped, and whoever comes then begins anew', async () => {
    const base = await arriving({ name: 'base', content: 'x'.repeat(100_000) });
    const stops = [new AbortController(), new AbortController()];
    const ensuring = stops.map(({ signal }) => store().ensure([base], { signal }));
    base.download.grow(base.tar.subarray(0, 50_000));
    await base.download.usedUp();
    for (const stop of stops) stop.abort(new Error('enough'));
    const fresh = await again(base);
    const third = store().ensure([fresh]);
    for (const one of ensuring) await expect(one).rejects.toThrow('enough');
    deliver(fresh);
    await third;
    expect(snapshots()).toHaveLength(1);
    expect(snapshots()[0]).not.toMatch(/tmp$/);
  });

  test('keep what the one needs when the other fails with another layer', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    const top = await arriving({ name: 'top' });
    const wrong = await arriving({ name: 'wrong' });
    const good = store().ensure([base, top]);
    const failing = store().ensure([base, wrong]);
    wrong.download.grow(Buffer.from('no archive'.repeat(100)));
    wrong.download.whole();
    await expect(failing).rejects.toMatchObject({ code: 'LAYER_INVALID' });
    deliver(top);
    await good;
    expect(base.reads()).toBe(1);
    expect(snapshots()).toHaveLength(2);
  });
});
