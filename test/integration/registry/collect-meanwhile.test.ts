import { expect, test } from 'vitest';

import { addImage } from '../../../runtime/image/entry-changes.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { fetchImage, openStore, randomImage, startFaults, upload } from './fetch-fixture.ts';
import { startRegistry } from './support.ts';

const mebi = 1024 * 1024;

test('a collection at any moment of a pull takes nothing that the pull needs', async () => {
  const images = [randomImage(200_000, 300_000), randomImage(mebi), randomImage(1000, 2000, 3000)];
  const upstream = await startRegistry();
  const { store } = await openStore();
  const registry = new Registry();
  for (const [i, image] of images.entries()) await upload(upstream, image, `app${i}`);
  let pulls = images.length;
  const pull = async (i: number): Promise<void> => {
    const name = parseReference(`${upstream}/app${i}:latest`);
    const lease = store.lease();
    const fetching = registry.fetch({
      ...{ reference: name, platform: hostPlatform(), credentials: undefined, signal: undefined },
      lease,
    });
    for (;;) {
      const next = await fetching.next();
      if (next.done !== true) continue;
      await store.update((entries) => addImage(entries, next.value.descriptor, [name]));
      break;
    }
    await lease.release();
    pulls -= 1;
  };
  const collecting = (async (): Promise<number> => {
    let collections = 0;
    for (; pulls > 0; collections += 1) await store.collectGarbage();
    return collections;
  })();
  await Promise.all(images.map((_image, i) => pull(i)));
  expect(await collecting).toBeGreaterThan(1);
  await store.collectGarbage();
  for (const image of images)
    for (const digest of image.blobs.keys()) await store.blobs.verify(digest);
  const all = images.reduce((sum, { blobs }) => sum + blobs.size + 1, 0);
  expect(await store.blobs.list()).toHaveLength(all);
});

test('of an image that shares four of five layers only the fifth travels', async () => {
  const shared = randomImage(300_000, 300_000, 300_000, 300_000);
  const layers = shared.layers.map((digest) => shared.blobs.get(digest) ?? Buffer.alloc(0));
  const [old, newer] = [randomImage(...layers, 300_000), randomImage(...layers, 200_000)];
  const upstream = await startRegistry();
  await upload(upstream, old, 'old');
  await upload(upstream, newer, 'newer');
  const proxy = await startFaults(upstream);
  const { store } = await openStore();
  const registry = new Registry();
  await fetchImage(registry, store, { name: `${proxy.host}/old` });
  proxy.reset();
  const { image } = await fetchImage(registry, store, { name: `${proxy.host}/newer` });
  expect(image.downloaded).toEqual(newer.layers.slice(4));
  const [config = 0] = [...newer.blobs].flatMap(([digest, { byteLength }]) =>
    newer.layers.includes(digest) ? [] : [byteLength],
  );
  expect(proxy.bodyBytes(isBlobDownload)).toBe(200_000 + config);
});
