import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { PullEvent } from '../../../runtime/image/image-service.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';
import { makeImage } from '../image/support.ts';
import { usePullFixture } from './pull-fixture.ts';
import { push, startProxy, startRegistry } from './support.ts';

const { image, images, dataRoot, pull, kept } = usePullFixture();
const statuses = (events: readonly PullEvent[]): readonly string[] =>
  events.map(({ status }) => status);

describe('a pull', () => {
  test('by tag brings the image, named, unpacked and readable by skopeo', async () => {
    const domain = await startRegistry();
    await push(image(), `${domain}/team/app:1`);
    const events = await pull(`${domain}/team/app:1`);

    expect(events[0]).toEqual({
      status: 'started',
      reference: `${domain}/team/app:1`,
      repository: `${domain}/team/app`,
      tag: '1',
    });
    const details = await images().inspect(`${domain}/team/app:1`);
    const digest = image().manifestDigest;
    expect(events.at(-1)).toEqual({
      status: 'done',
      reference: `${domain}/team/app:1`,
      digest,
      id: details.id,
      outcome: 'downloaded',
    });
    expect(details).toMatchObject({
      repoTags: [`${domain}/team/app:1`],
      repoDigests: [`${domain}/team/app@${digest}`],
      sizeBytes: 300_005,
    });
    const { lower } = await images().rootfsFor(details.id);
    expect(lower.map((path) => readdirSync(path))).toEqual([['large'], ['bin']]);
    const layout = `oci:${dataRoot()}/images:${domain}/team/app:1`;
    const seen = JSON.parse(execFileSync('skopeo', ['inspect', layout], { encoding: 'utf8' })) as {
      Layers: string[];
    };
    expect(seen.Layers).toHaveLength(2);
  });

  test('tells of every layer from waiting to complete', async () => {
    const domain = await startRegistry();
    await push(image(), `${domain}/app`);
    const events = await pull(`${domain}/app`);
    const layers = new Set(events.flatMap((event) => ('layer' in event ? [event.layer] : [])));
    expect(layers.size).toBe(2);
    for (const layer of layers) {
      const seen = events.filter((event) => 'layer' in event && event.layer === layer);
      // Layers are unpacked while they arrive: how far that is told depends on which is faster.
      const order = [...new Set(statuses(seen))].filter((status) => status !== 'layer-extracting');
      expect(order).toEqual([
        'layer-waiting',
        'layer-downloading',
        'layer-downloaded',
        'layer-complete',
      ]);
    }
    const last = events.findLast(({ status }) => status === 'layer-downloading');
    expect(last).toMatchObject({ receivedBytes: expect.any(Number) as unknown });
  });

  test('of what is there is up to date, and downloads no layer', async () => {
    const registry = await startRegistry();
    const proxy = await startProxy(registry);
    await push(image(), `${registry}/app`);
    await pull(`${proxy.host}/app`);
    const before = proxy.requests.length;
    const events = await pull(`${proxy.host}/app`);
    expect(statuses(events)).toEqual(['started', 'resolved', 'done']);
    expect(events.at(-1)).toMatchObject({ outcome: 'up-to-date' });
    expect(proxy.requests.slice(before).filter(({ path }) => path.includes('/blobs/'))).toEqual([]);
  });

  test('downloads only the layers that are missing', async () => {
    const registry = await startRegistry();
    const proxy = await startProxy(registry);
    const other = await makeImage({
      layers: [[{ name: 'bin/sh', content: 'shell' }], [{ name: 'new', content: 'x' }]],
    });
    await push(image(), `${registry}/one`);
    await push(other, `${registry}/two`);
    await pull(`${proxy.host}/one`);
    const before = proxy.requests.length;
    const events = await pull(`${proxy.host}/two`);
    expect(events.filter(({ status }) => status === 'layer-exists')).toHaveLength(1);
    // The configuration and one layer.
    expect(
      proxy.requests.slice(before).filter(({ path }) => path.includes('/blobs/')),
    ).toHaveLength(2);
  });

  test('by digest gives no tag', async () => {
    const domain = await startRegistry();
    await push(image(), `${domain}/app:1`);
    await pull(`${domain}/app:1@${image().manifestDigest}`);
    const [summary] = await images().list();
    expect(summary).toMatchObject({
      repoTags: [],
      repoDigests: [`${domain}/app@${image().manifestDigest}`],
    });
    expect(await images().resolve(`${domain}/app@${image().manifestDigest}`)).toBe(summary?.id);
  });

  test('of a tag that has moved leaves the old image without that name', async () => {
    const domain = await startRegistry();
    await push(image(), `${domain}/app`);
    await pull(`${domain}/app`);
    const newer = await makeImage({ layers: [], created: '2025-01-01T00:00:00Z' });
    await push(newer, `${domain}/app`);
    expect((await pull(`${domain}/app`)).at(-1)).toMatchObject({ outcome: 'downloaded' });
    expect((await images().list()).map(({ repoTags }) => repoTags)).toEqual([
      [`${domain}/app:latest`],
      [],
    ]);
  });

  test('of a Docker schema 2 image, as docker pushes it', async () => {
    const domain = await startRegistry();
    await push(image(), `${domain}/app`, '--format', 'v2s2');
    await pull(`${domain}/app`);
    expect(await images().list()).toMatchObject([{ repoTags: [`${domain}/app:latest`] }]);
  });

  test('of compressed layers, gzip and zstd', async () => {
    const domain = await startRegistry();
    for (const format of ['gzip', 'zstd']) {
      await push(
        image(),
        `${domain}/${format}`,
        '--dest-compress-format',
        format,
        '--dest-compress',
      );
      await pull(`${domain}/${format}`);
      expect(await images().inspect(`${domain}/${format}`)).toMatchObject({
        sizeBytes: 300_005,
      });
    }
  });
});

describe('an index', () => {
  /** Pushes an index of images for several platforms. */
  async function pushIndex(domain: string): Promise<void> {
    const own = hostPlatform();
    const other = await makeImage({ layers: [], platform: { architecture: 's390x' } });
    await push(image(), `${domain}/multi:own`);
    await push(other, `${domain}/multi:other`);
    const manifests = [
      { image: other, platform: { os: 'linux', architecture: 's390x' } },
      { image: image(), platform: { os: own.os, architecture: own.architecture } },
      { image: other, platform: { os: 'unknown', architecture: 'unknown' } },
    ].map(({ image: { manifestDigest, blobs }, platform }) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: manifestDigest,
      size: blobs.get(manifestDigest)?.byteLength,
      platform,
    }));
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const response = await fetch(`http://${domain}/v2/multi/manifests/latest`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
    });
    expect(response.status).toBe(201);
  }

  test('gives the image for this host, under the digest of the index', async () => {
    const domain = await startRegistry();
    await pushIndex(domain);
    const events = await pull(`${domain}/multi`);
    const done = events.at(-1);
    expect(await images().inspect(`${domain}/multi`)).toMatchObject({
      manifestDigest: image().manifestDigest,
    });
    expect(done).toMatchObject({ status: 'done' });
    expect(done).not.toMatchObject({ digest: image().manifestDigest });
    const [summary] = await images().list();
    expect(done).toMatchObject({ digest: summary?.repoDigests[0]?.split('@')[1] });
  });

  test('gives the image for the platform that was asked for', async () => {
    const domain = await startRegistry();
    await pushIndex(domain);
    await pull(`${domain}/multi`, { platform: { os: 'linux', architecture: 's390x' } });
    expect(await images().inspect(`${domain}/multi`)).toMatchObject({
      platform: { architecture: 's390x' },
    });
  });

  test('without an image for the platform is an error that names those it has', async () => {
    const domain = await startRegistry();
    await pushIndex(domain);
    const before = kept();
    const platform = { os: 'linux', architecture: 'riscv64' };
    await expect(pull(`${domain}/multi`, { platform })).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: `no matching manifest for linux/riscv64 in the manifest list entries of "${domain}/multi:latest"`,
      remedy: expect.stringContaining('linux/s390x') as unknown,
    });
    expect(kept()).toEqual(before);
  });
});
