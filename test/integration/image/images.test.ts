import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { RemovedItem } from '../../../runtime/image/image-service.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import type { TarInput } from '../layer/support.ts';
import { temporaryFolder } from '../layer/support.ts';
import { makeImage, openHost } from './support.ts';
import type { ImageHost } from './support.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let dataRoot: string;
let host: ImageHost;

beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());
beforeEach(async () => {
  dataRoot = await temporaryFolder();
  host = await openHost(dataRoot, launcher);
});

const base: readonly TarInput[] = [{ name: 'base', content: 'base' }];

/** Imports an image of the base layer and one of its own; returns its id. */
async function put(reference: string, created?: string): Promise<Digest> {
  const layers = [base, [{ name: 'own', content: reference }]];
  return host.images.importImage(
    await makeImage({ reference, layers, ...(created && { created }) }),
  );
}

const removed = (items: readonly RemovedItem[]): readonly string[] =>
  items.map((item) => (item.kind === 'untagged' ? `Untagged: ${item.reference}` : 'Deleted'));
const remove = (
  name: string,
  users: Parameters<typeof host.images.remove>[1]['users'] = [],
): Promise<readonly RemovedItem[]> => host.images.remove(name, { force: 'never', users });
const force = (
  name: string,
  users: Parameters<typeof host.images.remove>[1]['users'] = [],
): Promise<readonly RemovedItem[]> => host.images.remove(name, { force: 'always', users });
const snapshotCount = (): number => readdirSync(join(dataRoot, 'snapshots')).length;
const blobCount = (): number => readdirSync(join(dataRoot, 'images/blobs/sha256')).length;

describe('finding an image', () => {
  test('by name, with the tag latest when none is given, in any of its forms', async () => {
    const id = await put('app:latest');
    for (const name of [
      'app',
      'app:latest',
      'library/app',
      'docker.io/library/app:latest',
      'index.docker.io/app',
    ]) {
      expect(await host.images.resolve(name)).toBe(id);
    }
  });

  test('by id, whole or the beginning of it', async () => {
    const id = await put('app:1');
    const hex = hexOf(id);
    for (const name of [id, hex, hex.slice(0, 12), hex.slice(0, 4), `sha256:${hex.slice(0, 6)}`]) {
      expect(await host.images.resolve(name)).toBe(id);
    }
  });

  test('by a name before an id that begins like it', async () => {
    const id = await put('app:1');
    const other = await put(`${hexOf(id).slice(0, 6)}:latest`);
    expect(await host.images.resolve(hexOf(id).slice(0, 6))).toBe(other);
  });

  test.each([
    ['nothing', 'No such image: nothing:latest'],
    ['app:2', 'No such image: app:2'],
    ['a'.repeat(64), `No such image: sha256:${'a'.repeat(64)}`],
  ])('%s: not found, in the words of Docker', async (name, message) => {
    await put('app:1');
    await expect(host.images.resolve(name)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message,
    });
  });

  test('by the beginning of two ids is refused', async () => {
    const ids: Digest[] = [];
    // 17 ids cannot all begin with different digits.
    for (let i = 0; i < 17; i += 1) ids.push(await put(`app:${i}`));
    const firsts = ids.map((id) => hexOf(id).slice(0, 1));
    const twice = firsts.find((first, i) => firsts.indexOf(first) !== i) ?? '';
    await expect(host.images.resolve(twice)).rejects.toMatchObject({ code: 'IMAGE_ID_AMBIGUOUS' });
  });

  test('by something that is no name is refused', async () => {
    await expect(host.images.resolve('UPPER')).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
  });
});

describe('the list', () => {
  test('has the newest first, with names, sizes and labels', async () => {
    await put('old:1', '2019-01-01T00:00:00Z');
    const config = { Labels: { a: 'b' } };
    await host.images.importImage(
      await makeImage({
        reference: 'new:1',
        layers: [base],
        config,
        created: '2021-01-01T00:00:00Z',
      }),
    );
    await host.images.tag('new:1', 'registry.example:5000/x/new');
    expect(await host.images.list()).toMatchObject([
      {
        repoTags: ['new:1', 'registry.example:5000/x/new:latest'],
        sizeBytes: 4,
        labels: { a: 'b' },
      },
      { repoTags: ['old:1'], sizeBytes: 9, createdMs: Date.parse('2019-01-01') },
    ]);
  });

  test('is not spoilt by an image whose manifest is lost; that one can be removed by its name', async () => {
    await put('good:1');
    const bad = await makeImage({ reference: 'bad:1', layers: [] });
    await host.images.importImage(bad);
    host = await openHost(dataRoot, launcher);
    rmSync(join(dataRoot, 'images/blobs/sha256', hexOf(bad.manifestDigest)));
    expect((await host.images.list()).map(({ repoTags }) => repoTags)).toEqual([['good:1']]);
    await expect(host.images.inspect('bad:1')).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(removed(await remove('bad:1'))).toEqual(['Untagged: bad:1']);
    expect((await openHost(dataRoot, launcher)).store.entries).toHaveLength(1);
  });
});

describe('a name', () => {
  test('goes over to the image that gets it; the other stays without one', async () => {
    const [one, two] = [await put('one:1'), await put('two:1')];
    await host.images.tag('two:1', 'one:1');
    expect(await host.images.resolve('one:1')).toBe(two);
    expect((await host.images.inspect(one)).repoTags).toEqual([]);
    await host.images.tag(one, 'again:1');
    expect(host.store.entries).toHaveLength(3);
  });

  test('can be given in what is no name', async () => {
    await put('one:1');
    await expect(host.images.tag('one:1', 'Not A Name')).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
    });
    const withDigest = `one@sha256:${'a'.repeat(64)}`;
    await expect(host.images.tag('one:1', withDigest)).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
    });
    await expect(host.images.tag('nothing', 'two')).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    });
  });
});

describe('removing', () => {
  const user = (
    imageId: Digest,
    running: boolean,
  ): { containerId: string; imageId: Digest; running: boolean } => ({
    containerId: 'c'.repeat(64),
    imageId,
    running,
  });

  test('the last name removes the image, and what no other image needs of it', async () => {
    await put('one:1');
    await put('two:1');
    expect(removed(await remove('one:1'))).toEqual(['Untagged: one:1', 'Deleted', 'Deleted']);
    expect(snapshotCount()).toBe(2);
    expect(blobCount()).toBe(4);
    expect(removed(await remove('two:1'))).toEqual([
      'Untagged: two:1',
      'Deleted',
      'Deleted',
      'Deleted',
    ]);
    expect([snapshotCount(), blobCount()]).toEqual([0, 0]);
  });

  test('one of two names leaves the image', async () => {
    const id = await put('one:1');
    await host.images.tag('one:1', 'one:2');
    expect(removed(await remove('one:1'))).toEqual(['Untagged: one:1']);
    expect(await host.images.resolve('one:2')).toBe(id);
  });

  test('by id removes all names of one repository, of several only with force', async () => {
    const id = await put('one:1');
    await host.images.tag('one:1', 'two:1');
    await expect(remove(id)).rejects.toMatchObject({
      code: 'IMAGE_IN_USE',
      message: `conflict: unable to delete ${hexOf(id).slice(0, 12)} (must be forced) - image is referenced in multiple repositories`,
    });
    expect(removed(await force(hexOf(id).slice(0, 8)))).toEqual([
      'Untagged: one:1',
      'Untagged: two:1',
      'Deleted',
      'Deleted',
      'Deleted',
    ]);
  });

  test('an image of a stopped container needs force; its layers stay for the container', async () => {
    const id = await put('one:1');
    const { chainId } = await host.images.rootfsFor(id);
    const rootfs = await host.snapshots.createContainer('c1', chainId);
    const users = [user(id, false)];
    await expect(remove('one:1', users)).rejects.toMatchObject({
      message: `conflict: unable to remove repository reference "one:1" (must force) - container cccccccccccc is using its referenced image ${hexOf(id).slice(0, 12)}`,
    });
    await expect(remove(id, users)).rejects.toMatchObject({
      message: `conflict: unable to delete ${hexOf(id).slice(0, 12)} (must be forced) - image is being used by stopped container cccccccccccc`,
    });
    expect(removed(await force('one:1', users))).toEqual(['Untagged: one:1', 'Deleted']);
    expect(await host.snapshots.containerRootfs('c1')).toEqual(rootfs);
    expect([snapshotCount(), blobCount()]).toEqual([2, 0]);
  });

  test('an image of a running container cannot be forced by id; by name it loses the name', async () => {
    const id = await put('one:1');
    const users = [user(id, true)];
    await expect(force(id, users)).rejects.toMatchObject({
      message: `conflict: unable to delete ${hexOf(id).slice(0, 12)} (cannot be forced) - image is being used by running container cccccccccccc`,
    });
    expect(removed(await force('one:1', users))).toEqual(['Untagged: one:1']);
    expect(await host.images.list()).toMatchObject([{ id, repoTags: [] }]);
  });

  test('an image of a container that uses another one is free', async () => {
    await put('one:1');
    const other = await put('two:1');
    expect(removed(await remove('one:1', [user(other, true)]))).toHaveLength(3);
  });

  test('what is not there is not found', async () => {
    await expect(remove('nothing')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });
});

describe('the layers of an image', () => {
  test('are unpacked again when they are lost', async () => {
    const id = await put('one:1');
    removeTree(join(dataRoot, 'snapshots'));
    host = await openHost(dataRoot, launcher);
    const { lower } = await host.images.rootfsFor(id);
    expect(lower.map((path) => readdirSync(path))).toEqual([['own'], ['base']]);
  });

  test.each([
    // That is seen at the start already.
    ['cut off', 'BLOB_MISSING', (bytes: Buffer) => bytes.subarray(0, 700)],
    [
      'changed at its beginning',
      'BLOB_CORRUPT',
      (bytes: Buffer) => Buffer.concat([Buffer.from('x'), bytes.subarray(1)]),
    ],
    [
      'changed at its end',
      'BLOB_CORRUPT',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]),
    ],
  ])(
    'whose blob is %s are not unpacked again, and the damage is reported',
    async (_name, code, damage) => {
      const image = await makeImage({ reference: 'one:1', layers: [base] });
      const id = await host.images.importImage(image);
      const details = await host.images.inspect(id);
      removeTree(join(dataRoot, 'snapshots'));
      const blob = join(dataRoot, 'images/blobs/sha256', hexOf(details.layers[0] ?? id));
      writeFileSync(blob, damage(readFileSync(blob)));
      host = await openHost(dataRoot, launcher);
      await expect(host.images.rootfsFor(id)).rejects.toMatchObject({ code });
      expect(snapshotCount()).toBe(0);
      // The next import brings what is missing.
      await host.images.importImage(image);
      expect((await host.images.rootfsFor(id)).lower).toHaveLength(1);
    },
  );
});

test('everything at the same time ends in a store that is whole', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `app:${i}`);
  await Promise.all(
    names.map(async (name, i) => {
      await put(name);
      if (i % 3 === 0) await remove(name);
      if (i % 3 === 1) await host.images.rootfsFor(await host.images.resolve(name));
      if (i % 3 === 2) await host.images.tag(name, `other:${i}`);
    }),
  );
  const images = await host.images.list();
  expect(images).toHaveLength(8);
  const again = await openHost(dataRoot, launcher);
  for (const { id } of images) {
    for (const digest of (await again.images.inspect(id)).layers) {
      expect(await again.store.blobs.read(digest)).toBeDefined();
    }
    expect((await again.images.rootfsFor(id)).lower).toHaveLength(2);
  }
});
