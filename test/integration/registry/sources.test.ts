import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { PullEvent } from '../../../runtime/image/image-service.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import type { Fault } from '../../support/fault.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import type { FaultScript } from '../../support/fault-script.ts';
import type { RandomImage } from './fetch-fixture.ts';
import {
  expectWhole,
  fetchImage,
  openStore,
  randomImage,
  startFaults,
  upload,
} from './fetch-fixture.ts';
import { startProxy, startRegistry } from './support.ts';

const mebi = 1024 * 1024;
/** What goes wrong with the layers; the configuration is left alone. */
const onLayers = (image: RandomImage, fault: Fault): FaultScript => ({
  request: ({ path }) => (image.layers.some((digest) => path.includes(digest)) ? fault : undefined),
});
const failures = (events: readonly PullEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.status === 'source-failed' ? [`${event.source} ${event.code}`] : [],
  );
const mirrors = (...hosts: readonly string[]): { readonly registryMirrors: readonly string[] } => ({
  registryMirrors: hosts.map((host) => `http://${host}`),
});

describe('a blob', () => {
  test('that one source cuts off goes on from the next at the same byte', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(3 * mebi)];
    await upload(upstream, image);
    const cutting = await startFaults(
      upstream,
      onLayers(image, { kind: 'cut', at: { part: 0.5 }, how: 'end' }),
    );
    const good = await startFaults(upstream);
    const { store, path } = await openStore();
    const { events } = await fetchImage(new Registry(mirrors(cutting.host, good.host)), store);
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([`http://${cutting.host} REGISTRY_UNREACHABLE`]);
    const total = cutting.bodyBytes(isBlobDownload) + good.bodyBytes(isBlobDownload);
    expect(total).toBeLessThan(3.2 * mebi);
    expect(good.bodyBytes(isBlobDownload)).toBeLessThan(2 * mebi);
    expect(events.find(({ status }) => status === 'layer-downloaded')).toMatchObject({
      source: `http://${cutting.host}, http://${good.host}`,
    });
  });

  test('of a registry that cuts off all answers arrives all the same', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(2 * mebi)];
    await upload(upstream, image, 'app');
    const cutting = await startFaults(
      upstream,
      onLayers(image, { kind: 'cut', at: { bytes: 700_000 }, how: 'end' }),
    );
    const { store, path } = await openStore();
    await fetchImage(new Registry(), store, { name: `${cutting.host}/app` });
    await expectWhole(store, path, image);
    expect(cutting.bodyBytes(isBlobDownload)).toBeLessThan(2.2 * mebi);
  });

  test('of a source that stalls comes from the next one, within seconds', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(3 * mebi)];
    await upload(upstream, image);
    const stalling = await startFaults(
      upstream,
      onLayers(image, { kind: 'stall', at: { part: 0.3 } }),
    );
    const good = await startFaults(upstream);
    const { store, path } = await openStore();
    const began = performance.now();
    const { events } = await fetchImage(new Registry(mirrors(stalling.host, good.host)), store);
    expect(performance.now() - began).toBeLessThan(6000);
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([`http://${stalling.host} REGISTRY_UNREACHABLE`]);
    const total = stalling.bodyBytes(isBlobDownload) + good.bodyBytes(isBlobDownload);
    expect(total).toBeLessThan(3.5 * mebi);
  });

  test('that a mirror spoils is fetched anew, and that mirror is dropped and named', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(2 * mebi)];
    await upload(upstream, image);
    const lying = await startFaults(
      upstream,
      onLayers(image, { kind: 'corrupt', at: { part: 0.5 } }),
    );
    const good = await startFaults(upstream);
    const registry = new Registry(mirrors(lying.host, good.host));
    const { store, path } = await openStore();
    const { events } = await fetchImage(registry, store);
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([`http://${lying.host} REGISTRY_DIGEST_MISMATCH`]);
    expect(registry.scores()).toMatchObject([
      { source: `http://${good.host}`, state: 'good', wrongDigests: 0 },
      { source: 'docker.io', state: 'untried' },
      { source: `http://${lying.host}`, state: 'dropped', wrongDigests: 1 },
    ]);
    const asked = lying.requests.length;
    await fetchImage(registry, (await openStore()).store);
    expect(lying.requests.length).toBe(asked);
  });

  test('of several sources that turns out wrong is blamed on the one that lied', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(4 * mebi)];
    await upload(upstream, image);
    const honest = await startFaults(
      upstream,
      onLayers(image, { kind: 'cut', at: { part: 0.5 }, how: 'end' }),
    );
    const lying = await startFaults(
      upstream,
      onLayers(image, { kind: 'corrupt', at: { part: 0.5 } }),
    );
    const good = await startFaults(upstream);
    const registry = new Registry(mirrors(honest.host, lying.host, good.host));
    const { store, path } = await openStore();
    const { events } = await fetchImage(registry, store);
    await expectWhole(store, path, image);
    const wrong = failures(events).filter((text) => text.includes('MISMATCH'));
    expect(wrong).toEqual([`http://${lying.host} REGISTRY_DIGEST_MISMATCH`]);
    const states = new Map(registry.scores().map(({ source, state }) => [source, state]));
    expect(states.get(`http://${lying.host}`)).toBe('dropped');
    expect(states.get(`http://${honest.host}`)).not.toBe('dropped');
  });

  test('that all sources spoil is an error, and nothing is kept', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(2 * mebi)];
    await upload(upstream, image, 'app');
    const lying = await startFaults(
      upstream,
      onLayers(image, { kind: 'corrupt', at: { part: 0.9 } }),
    );
    const { store, path } = await openStore();
    await expect(
      fetchImage(new Registry(), store, { name: `${lying.host}/app` }),
    ).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
    await store.collectGarbage();
    expect(readdirSync(join(path, 'ingest'))).toEqual([]);
    expect(await store.blobs.list()).toEqual([]);
  });

  test('of a source that is far slower than others may be comes from one of them', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(3 * mebi)];
    await upload(upstream, image);
    const slow = await startFaults(
      upstream,
      onLayers(image, { kind: 'slow', bytesPerSecond: 50_000 }),
    );
    const good = await startFaults(upstream);
    const registry = new Registry(mirrors(slow.host, good.host));
    const { store, path } = await openStore();
    const began = performance.now();
    const { events } = await fetchImage(registry, store);
    expect(performance.now() - began).toBeLessThan(10_000);
    await expectWhole(store, path, image);
    // It did what it could: that is no failure.
    expect(failures(events)).toEqual([]);
    expect(registry.scores()[0]?.source).toBe(`http://${good.host}`);
  });

  test('of a slow source that is the only one arrives, and is not held against it', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(400_000)];
    await upload(upstream, image, 'app');
    const slow = await startFaults(
      upstream,
      onLayers(image, { kind: 'slow', bytesPerSecond: 100_000 }),
    );
    const registry = new Registry();
    const { store, path } = await openStore();
    const { events } = await fetchImage(registry, store, { name: `${slow.host}/app` });
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([]);
    expect(registry.scores()).toMatchObject([{ state: 'good', errors: 0 }]);
    expect(slow.bodyBytes(isBlobDownload)).toBeLessThan(410_000);
  });

  test('goes on at a source that does not know ranges: what is there already is skipped', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(3 * mebi)];
    await upload(upstream, image);
    const cutting = await startFaults(
      upstream,
      onLayers(image, { kind: 'cut', at: { part: 0.5 }, how: 'end' }),
    );
    const [layer = image.layers[0]] = image.layers;
    const bytes = layer === undefined ? undefined : image.blobs.get(layer);
    const rangeless = await startProxy(upstream, ({ path }, response) => {
      if (!path.includes(layer ?? '')) return undefined;
      response.end(bytes);
      return 'handled';
    });
    const { store, path } = await openStore();
    const { events } = await fetchImage(new Registry(mirrors(cutting.host, rangeless.host)), store);
    await expectWhole(store, path, image);
    expect(events.find(({ status }) => status === 'layer-downloaded')).toMatchObject({
      source: `http://${cutting.host}, http://${rangeless.host}`,
    });
  });

  test('of another length than the manifest says is not what was asked for', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image);
    const [short, long, good] = [
      await startFaults(upstream, onLayers(image, { kind: 'truncate', at: { part: 0.5 } })),
      await startFaults(
        upstream,
        onLayers(image, { kind: 'duplicate', at: { bytes: 9 }, bytes: 9 }),
      ),
      await startFaults(upstream),
    ];
    const { store, path } = await openStore();
    const registry = new Registry(mirrors(short.host, long.host, good.host));
    const { events } = await fetchImage(registry, store);
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([
      `http://${short.host} REGISTRY_DIGEST_MISMATCH`,
      `http://${long.host} REGISTRY_DIGEST_MISMATCH`,
    ]);
  });
});

test('a manifest that does not come from the first source comes from the next, within seconds', async () => {
  const [upstream, image] = [await startRegistry(), randomImage(1000)];
  await upload(upstream, image);
  const silent = await startFaults(upstream, {
    request: ({ path }) => (path.includes('/manifests/') ? { kind: 'stall' } : undefined),
  });
  const good = await startFaults(upstream);
  const { store, path } = await openStore();
  const began = performance.now();
  const { events } = await fetchImage(new Registry(mirrors(silent.host, good.host)), store);
  expect(performance.now() - began).toBeLessThan(5000);
  await expectWhole(store, path, image);
  expect(failures(events)).toEqual([`http://${silent.host} REGISTRY_UNREACHABLE`]);
  expect(events.find(({ status }) => status === 'resolved')).toMatchObject({
    source: `http://${good.host}`,
  });
});

test('mirrors that are dead, that stall and that cut off cost little: seconds, and few bytes', async () => {
  const [upstream, image] = [
    await startRegistry(),
    randomImage(...Array<number>(5).fill(2 * mebi)),
  ];
  await upload(upstream, image);
  const onBlobs = (fault: Fault): FaultScript => ({
    request: (request) => (isBlobDownload(request) ? fault : undefined),
  });
  const proxies = [
    await startFaults(upstream, onBlobs({ kind: 'stall', at: { bytes: 65_536 } })),
    await startFaults(upstream, onBlobs({ kind: 'cut', at: { part: 0.5 }, how: 'end' })),
    await startFaults(upstream),
  ];
  const { store, path } = await openStore();
  const began = performance.now();
  const hosts = ['127.0.0.1:1', ...proxies.map(({ host }) => host)];
  await fetchImage(new Registry(mirrors(...hosts)), store);
  expect(performance.now() - began).toBeLessThan(10_000);
  await expectWhole(store, path, image);
  const sent = proxies.reduce((sum, proxy) => sum + proxy.bodyBytes(), 0);
  expect(sent).toBeLessThan(1.5 * 10 * mebi);
});
