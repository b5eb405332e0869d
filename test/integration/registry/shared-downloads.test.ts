import { describe, expect, test } from 'vitest';

import { Registry } from '../../../runtime/registry/registry.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import type { FaultProxy } from '../../support/fault-proxy.ts';
import { expectWhole, fetchImage, openStore, randomImage } from './fetch-fixture.ts';
import { startFaults, upload } from './fetch-fixture.ts';
import type { RandomImage } from './fetch-fixture.ts';
import { startRegistry } from './support.ts';

const mebi = 1024 * 1024;

/** A registry that sends layers slowly, so that pulls meet. */
async function slowRegistry(image: RandomImage): Promise<FaultProxy> {
  const upstream = await startRegistry();
  await upload(upstream, image, 'app');
  return startFaults(upstream, {
    request: (request) =>
      isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: 4 * mebi } : undefined,
  });
}

describe('two pulls at the same time', () => {
  test('of one image fetch it once, and both are told of its progress', async () => {
    const image = randomImage(2 * mebi, mebi);
    const proxy = await slowRegistry(image);
    const { store, path } = await openStore();
    const registry = new Registry();
    const name = `${proxy.host}/app`;
    const both = await Promise.all([
      fetchImage(registry, store, { name }),
      fetchImage(registry, store, { name }),
    ]);
    await expectWhole(store, path, image);
    for (const { events, image: fetched } of both) {
      expect(fetched.downloaded).toHaveLength(2);
      const of = (status: string): number =>
        events.filter((event) => event.status === status).length;
      expect(of('layer-downloading')).toBeGreaterThan(2);
      expect(of('layer-downloaded')).toBe(2);
    }
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(3.05 * mebi);
  });

  test('that share one layer fetch it once', async () => {
    const shared = randomImage(2 * mebi);
    const [bytes = Buffer.alloc(0)] = [...shared.blobs.values()];
    const [one, two] = [randomImage(bytes, 1000), randomImage(2000, bytes)];
    const proxy = await slowRegistry(one);
    await upload(proxy.host, two, 'other');
    const { store, path } = await openStore();
    const registry = new Registry();
    await Promise.all([
      fetchImage(registry, store, { name: `${proxy.host}/app` }),
      fetchImage(registry, store, { name: `${proxy.host}/other` }),
    ]);
    await expectWhole(store, path, one);
    await expectWhole(store, path, two);
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(2.1 * mebi);
  });

  test('one of which is given up: the other goes on with what there is', async () => {
    const image = randomImage(4 * mebi);
    const proxy = await slowRegistry(image);
    const { store, path } = await openStore();
    const registry = new Registry();
    const name = `${proxy.host}/app`;
    const stop = new AbortController();
    const first = fetchImage(registry, store, {
      name,
      signal: stop.signal,
      onEvent: ({ status }) => {
        if (status === 'layer-downloading') stop.abort(new Error('enough'));
      },
    });
    const second = fetchImage(registry, store, { name });
    await expect(first).rejects.toThrow('enough');
    expect((await second).image.downloaded).toHaveLength(1);
    await expectWhole(store, path, image);
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(5.5 * mebi);
  });

  test('both of which are given up: nothing goes on, and the next one begins where they stopped', async () => {
    const image = randomImage(6 * mebi);
    const proxy = await slowRegistry(image);
    const { store, path } = await openStore();
    const registry = new Registry();
    const name = `${proxy.host}/app`;
    const stop = new AbortController();
    const options = {
      name,
      signal: stop.signal,
      onEvent: (event: { status: string; receivedBytes?: number }) => {
        if ((event.receivedBytes ?? 0) > 3 * mebi) stop.abort(new Error('enough'));
      },
    };
    const both = await Promise.allSettled([
      fetchImage(registry, store, options),
      fetchImage(registry, store, options),
    ]);
    const enough = { status: 'rejected', reason: new Error('enough') };
    expect(both).toEqual([enough, enough]);
    proxy.script = {};
    proxy.reset();
    const { events } = await fetchImage(registry, store, { name });
    await expectWhole(store, path, image);
    expect(events.map(({ status }) => status)).not.toContain('source-failed');
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(3.1 * mebi);
  });

  test('one of which waits for its turn: it gets the layer although the other is given up', async () => {
    const image = randomImage(mebi, 2 * mebi);
    const proxy = await slowRegistry(image);
    const { store, path } = await openStore();
    const registry = new Registry({ maxConcurrentDownloads: 1 });
    const name = `${proxy.host}/app`;
    const stop = new AbortController();
    const [, large] = image.layers;
    const first = fetchImage(registry, store, {
      name,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.status === 'layer-downloading' && event.layer === large)
          stop.abort(new Error('enough'));
      },
    });
    const second = fetchImage(registry, store, { name });
    await expect(first).rejects.toThrow('enough');
    await second;
    await expectWhole(store, path, image);
  });
});
