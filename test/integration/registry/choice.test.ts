import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { PullEvent } from '../../../runtime/image/image-service.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { temporaryFolder } from '../layer/support.ts';
import {
  expectWhole,
  fetchImage,
  openStore,
  randomImage,
  startFaults,
  upload,
} from './fetch-fixture.ts';
import { startProxy, startRegistry, startServer } from './support.ts';

const mebi = 1024 * 1024;
const mirrors = (...hosts: readonly string[]): Partial<RegistryConfig> => ({
  registryMirrors: hosts.map((host) => `http://${host}`),
});
const failures = (events: readonly PullEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.status === 'source-failed' ? [`${event.source} ${event.code}`] : [],
  );

describe('the next pull', () => {
  test('does not wait again for a mirror that was dead a moment ago', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image);
    const [dead, good] = [
      await startFaults(upstream, { connection: () => 'stall' }),
      await startFaults(upstream),
    ];
    const registry = new Registry(mirrors(dead.host, good.host));
    const { events } = await fetchImage(registry, (await openStore()).store);
    expect(failures(events)).toEqual([`http://${dead.host} REGISTRY_UNREACHABLE`]);
    const asked = dead.connections;
    const second = await fetchImage(registry, (await openStore()).store);
    expect(failures(second.events)).toEqual([]);
    expect(dead.connections).toBe(asked);
  });

  test('asks the mirror that was faster, also in another process', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image);
    const slow = await startFaults(upstream, {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: mebi / 2 } : undefined,
    });
    const fast = await startFaults(upstream);
    const scoresPath = join(await temporaryFolder(), 'scores.json');
    const first = { ...mirrors(slow.host), scoresPath };
    await fetchImage(new Registry(first), (await openStore()).store);
    await fetchImage(
      new Registry({ ...mirrors(fast.host), scoresPath }),
      (await openStore()).store,
    );
    const both = new Registry({ ...mirrors(slow.host, fast.host), scoresPath });
    slow.reset();
    await fetchImage(both, (await openStore()).store);
    expect(slow.requests).toEqual([]);
    const scores = new Map(both.scores().map((score) => [score.source, score]));
    expect(scores.get(`http://${slow.host}`)?.bytesPerSecond).toBeLessThan(mebi);
    expect(scores.get(`http://${fast.host}`)).toMatchObject({ state: 'good', blobs: 4 });
    expect(both.scores()[0]?.source).toBe(`http://${fast.host}`);
  });

  test('measures anew when the file with the measurements is damaged', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(1000)];
    await upload(upstream, image, 'app');
    const scoresPath = join(await temporaryFolder(), 'scores.json');
    writeFileSync(scoresPath, '{"version":1,"sources":[{"registry":7}]}');
    const notices: string[] = [];
    const registry = new Registry({ scoresPath }, { onNotice: (text) => notices.push(text) });
    await fetchImage(registry, (await openStore()).store, { name: `${upstream}/app` });
    expect(notices).toEqual([expect.stringContaining(`"${scoresPath}" cannot be read`)]);
    expect(JSON.parse(readFileSync(scoresPath, 'utf8'))).toMatchObject({
      sources: [{ registry: upstream, source: upstream, blobs: 2 }],
    });
  });

  test('writes nothing when nothing was asked', async () => {
    const scoresPath = join(await temporaryFolder(), 'scores.json');
    expect(new Registry({ ...mirrors('one.example'), scoresPath }).scores()).toMatchObject([
      { registry: 'docker.io', source: 'http://one.example', kind: 'mirror', state: 'untried' },
      { registry: 'docker.io', source: 'docker.io', kind: 'origin', state: 'untried' },
    ]);
    expect(existsSync(scoresPath)).toBe(false);
  });
});

describe('a source that has had enough (429)', () => {
  test('is left for the next one', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image);
    const busy = await startFaults(upstream, {
      request: ({ path }) =>
        path.includes('/manifests/')
          ? { kind: 'answer', status: 429, retryAfter: '3600' }
          : undefined,
    });
    const good = await startFaults(upstream);
    const registry = new Registry(mirrors(busy.host, good.host));
    const { store, path } = await openStore();
    const { events } = await fetchImage(registry, store);
    await expectWhole(store, path, image);
    expect(failures(events)).toEqual([`http://${busy.host} REGISTRY_RATE_LIMITED`]);
    expect(registry.scores().at(-1)).toMatchObject({
      source: `http://${busy.host}`,
      state: 'failing',
    });
  });

  test('is waited for when it is the only one', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image, 'app');
    let refusals = 2;
    const busy = await startFaults(upstream, {
      request: (request) => {
        if (!isBlobDownload(request) || refusals === 0) return undefined;
        refusals -= 1;
        return { kind: 'answer', status: 429, retryAfter: '1' };
      },
    });
    const { store, path } = await openStore();
    const began = performance.now();
    await fetchImage(new Registry(), store, { name: `${busy.host}/app` });
    expect(performance.now() - began).toBeGreaterThan(1900);
    await expectWhole(store, path, image);
  });

  test('for longer than anybody would wait is an error at once', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    await upload(upstream, image, 'app');
    const busy = await startFaults(upstream, {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'answer', status: 429, retryAfter: '3600' } : undefined,
    });
    const { store } = await openStore();
    await expect(
      fetchImage(new Registry(), store, { name: `${busy.host}/app` }),
    ).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' });
  });
});

describe('sources', () => {
  test('that all fail are each named in the error', async () => {
    const [empty, broken] = [
      await startRegistry(),
      await startServer((_request, response) => response.writeHead(502).end()),
    ];
    const config = {
      registryMirrorsFor: { '127.0.0.1:1': [`http://${empty}`, `http://${broken}`] },
      maxDownloadAttempts: 1,
    };
    const { store } = await openStore();
    await expect(
      fetchImage(new Registry(config), store, { name: '127.0.0.1:1/app' }),
    ).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(
        new RegExp(`ECONNREFUSED.*"http://${empty}": manifest.*"http://${broken}": .*502`, 's'),
      ) as unknown,
      details: { sources: [{ code: 'MANIFEST_UNKNOWN' }, {}, {}] },
    });
  });

  test('of any registry may be mirrors, told which registry is meant', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(1000)];
    await upload(upstream, image, 'cache/team/app');
    const mirror = await startProxy(upstream);
    const registry = new Registry({
      registryMirrorsFor: { 'ghcr.io': [`http://${mirror.host}/cache`] },
    });
    const credentials = { kind: 'registry-token', token: 'secret' } as const;
    const { store, path } = await openStore();
    await fetchImage(registry, store, { name: 'ghcr.io/team/app', credentials });
    await expectWhole(store, path, image);
    const [, manifest] = mirror.requests;
    expect(manifest?.path).toBe('/v2/cache/team/app/manifests/latest?ns=ghcr.io');
    expect(mirror.requests.some(({ authorization }) => authorization !== undefined)).toBe(false);
  });

  test('of a foreign layer are also those that the manifest names', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi)];
    const [layer] = image.layers;
    const elsewhere = await startServer((_request, response) =>
      response.end(layer && image.blobs.get(layer)),
    );
    const document = JSON.parse(image.manifest.toString()) as { layers: object[] };
    const layers = document.layers.map((each) => ({
      ...each,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: [`http://${elsewhere}/layer`],
    }));
    const manifest = Buffer.from(JSON.stringify({ ...document, layers }));
    // Debian's registry takes no manifest with URLs, so this one is put into its mouth.
    await upload(upstream, image, 'app');
    const proxy = await startProxy(upstream, ({ path }, response) => {
      if (path.includes(layer ?? '')) response.writeHead(404).end();
      else if (path.includes('/manifests/')) response.end(manifest);
      else return undefined;
      return 'handled';
    });
    const { store, path } = await openStore();
    const { events } = await fetchImage(new Registry(), store, { name: `${proxy.host}/app` });
    await expectWhole(store, path, image);
    expect(events.find(({ status }) => status === 'layer-downloaded')).toMatchObject({
      source: `http://${elsewhere} (named by a layer)`,
    });
  });
});
