import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { ContentStore } from '../../../runtime/image/content-store.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import type { LocalPolicy } from '../../../runtime/mirror/images/images-context.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { temporaryFolder } from '../layer/support.ts';
import { randomImage, startFaults, upload } from '../registry/fetch-fixture.ts';
import type { RandomImage } from '../registry/fetch-fixture.ts';
import { startRegistry } from '../registry/support.ts';
import type { TestMirror } from './mirror-fixture.ts';
import { ask, isContent, testMirror } from './mirror-fixture.ts';

/** A data root whose engine has an image, open as berthd has it. */
async function engineWith(
  image: RandomImage,
  name: string,
): Promise<{ dataRoot: string; store: ContentStore }> {
  const dataRoot = await temporaryFolder();
  const store = await ContentStore.open(join(dataRoot, 'images'));
  await addImage(store, image, name);
  return { dataRoot, store };
}

async function addImage(store: ContentStore, image: RandomImage, name: string): Promise<void> {
  const lease = store.lease();
  for (const bytes of [...image.blobs.values(), image.manifest]) await lease.add(bytes);
  const descriptor = {
    mediaType: mediaTypes.ociManifest,
    digest: digestOf(image.manifest),
    size: image.manifest.byteLength,
  };
  await store.update((entries) => [...entries, { descriptor, name: parseReference(name) }]);
  await lease.release();
}

describe("this host's own images", () => {
  const image = randomImage(400_000);
  const [layer = digestOf('')] = image.layers;
  const blobPath = `/v2/library/app/blobs/${layer}`;
  const tagPath = '/v2/library/app/manifests/latest';
  const policies: readonly LocalPolicy[] = ['public', 'all', 'none'];

  const statuses = async (
    mirror: TestMirror,
    ...paths: readonly string[]
  ): Promise<readonly number[]> => {
    const answers = [];
    for (const path of paths) answers.push((await ask(mirror, path)).status);
    return answers;
  };

  test('are served instead of being downloaded, when the registry gives them to anybody', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    for (const localPolicy of policies) {
      const { dataRoot } = await engineWith(image, 'app:latest');
      const proxy = await startFaults(registry);
      const mirror = await testMirror(proxy.host, { dataRoot, localPolicy });
      expect(isContent(await ask(mirror, blobPath), layer)).toBe(true);
      expect(await statuses(mirror, tagPath)).toEqual([200]);
      expect(proxy.requests.filter(isBlobDownload)).toHaveLength(localPolicy === 'none' ? 1 : 0);
    }
  });

  test('that the registry does not give to anybody are served only when all are', async () => {
    const registry = await startRegistry();
    const expected = { public: [404, 404], all: [200, 200], none: [404, 404] };
    for (const localPolicy of policies) {
      const { dataRoot } = await engineWith(image, 'app:latest');
      const mirror = await testMirror(registry, { dataRoot, localPolicy });
      expect(await statuses(mirror, tagPath, blobPath)).toEqual(expected[localPolicy]);
      // Under another name it is another image, whatever it has in it.
      expect(await statuses(mirror, `/v2/library/other/blobs/${layer}`)).toEqual([404]);
    }
  });

  test('of registries that may not be asked are not served, all or not', async () => {
    const { dataRoot } = await engineWith(image, 'private.example/team/app:latest');
    const mirror = await testMirror('127.0.0.1:1', { dataRoot, localPolicy: 'all' });
    expect(
      await statuses(
        mirror,
        `/v2/private.example/team/app/manifests/latest`,
        `/v2/team/app/blobs/${layer}`,
      ),
    ).toEqual([403, 502]);
  });

  test('without a way out: all are served, with their tags, and a warning', async () => {
    const { dataRoot, store } = await engineWith(image, 'app:latest');
    const mirror = await testMirror('127.0.0.1:1', { dataRoot, localPolicy: 'all' });
    const answer = await ask(mirror, tagPath);
    expect(answer).toMatchObject({
      status: 200,
      headers: { warning: '111 berth "Revalidation Failed"' },
    });
    expect(isContent(await ask(mirror, blobPath), layer)).toBe(true);
    // What berthd adds meanwhile is seen.
    const later = randomImage(30);
    await addImage(store, later, 'app:later');
    const tags = await ask(mirror, '/v2/library/app/tags/list');
    expect(JSON.parse(tags.body.toString())).toEqual({
      name: 'library/app',
      tags: ['later', 'latest'].sort(),
    });
    expect(await statuses(mirror, `/v2/library/app/blobs/${later.layers[0] ?? ''}`)).toEqual([200]);
    // What it removes is gone.
    await store.update((entries) => entries.filter(({ name }) => name?.tag !== 'latest'));
    await store.collectGarbage();
    expect(await statuses(mirror, tagPath, blobPath)).toEqual([502, 502]);
  });

  test('that are damaged are fetched, and left for the engine to mend', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    const { dataRoot } = await engineWith(image, 'app:latest');
    const file = join(dataRoot, 'images', 'blobs', 'sha256', layer.slice(7));
    writeFileSync(file, Buffer.alloc(400_000));
    const mirror = await testMirror(registry, { dataRoot });
    expect(isContent(await ask(mirror, blobPath), layer)).toBe(true);
    expect(mirror.kept()).toContain(layer.slice(7));
    expect(mirror.events.map(({ kind }) => kind)).toContain('problem');
    rmSync(file);
    expect(isContent(await ask(mirror, blobPath), layer)).toBe(true);
  });
});
