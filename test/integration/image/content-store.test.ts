import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';

import { ContentStore } from '../../../runtime/image/content-store.ts';
import { digestOf, hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import { addImage } from '../../../runtime/image/entry-changes.ts';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { temporaryFolder } from '../layer/support.ts';
import { makeImage } from './support.ts';

let dir: string;
let store: ContentStore;
beforeEach(async () => {
  dir = join(await temporaryFolder(), 'images');
  store = await ContentStore.open(dir);
});

const hello = Buffer.from('hello');
const blobPath = (digest: Digest): string => join(dir, 'blobs/sha256', hexOf(digest));
const blobNames = (): readonly string[] => readdirSync(join(dir, 'blobs/sha256')).sort();

/** Puts an image into the store, named. */
async function put(image: ImageBlobs): Promise<void> {
  const lease = store.lease();
  for (const bytes of image.blobs.values()) await lease.add(bytes);
  await store.update((entries) =>
    addImage(entries, { mediaType: '', digest: image.manifestDigest, size: 1 }, [
      parseReference(image.reference),
    ]),
  );
  await lease.release();
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('content', () => {
  test('is stored by digest, once, and read back', async () => {
    const lease = store.lease();
    const digest = await lease.add(hello);
    expect(await lease.add(hello)).toBe(digest);
    expect(readFileSync(blobPath(digest), 'utf8')).toBe('hello');
    expect(Buffer.from(await store.blobs.read(digest)).toString()).toBe('hello');
    expect(await collect(store.blobs.stream(digest))).toEqual(hello);
    expect(await store.blobs.sizeOf(digest)).toBe(5);
    expect(readdirSync(join(dir, 'ingest'))).toEqual([]);
  });

  test.each([
    ['another digest', { digest: digestOf('other') }, /digest/],
    ['fewer bytes than announced', { sizeBytes: 6 }, /size of "5"; wanted "6"/],
    ['more bytes than announced', { sizeBytes: 4 }, /size of at least "5"; wanted "4"/],
  ])('with %s is refused, and nothing is kept', async (_name, expected, message) => {
    await expect(store.lease().receive([hello], expected)).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
      message: expect.stringMatching(message) as unknown,
    });
    expect(readdirSync(join(dir, 'ingest'))).toEqual([]);
    expect(blobNames()).toEqual([]);
  });

  test('of a source that breaks off is not kept', async () => {
    const source = function* (): Generator<Uint8Array> {
      yield hello;
      throw new Error('connection lost');
    };
    await expect(store.lease().receive(source())).rejects.toThrow('connection lost');
    expect(readdirSync(join(dir, 'ingest'))).toEqual([]);
  });

  test('that was received but not committed goes with the lease', async () => {
    const lease = store.lease();
    await lease.receive([hello]);
    expect(readdirSync(join(dir, 'ingest'))).toHaveLength(1);
    await lease.release();
    expect(readdirSync(join(dir, 'ingest'))).toEqual([]);
    expect(blobNames()).toEqual([]);
  });

  test('that has been damaged is noticed, and removed so that it can come again', async () => {
    const lease = store.lease();
    const digest = await lease.add(hello);
    writeFileSync(blobPath(digest), 'hellO');
    await expect(store.blobs.read(digest)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    await expect(store.blobs.read(digest)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(await lease.add(hello)).toBe(digest);
    expect(Buffer.from(await store.blobs.read(digest)).toString()).toBe('hello');
  });
});

describe('garbage collection', () => {
  test('removes what index.json does not lead to, and nothing else', async () => {
    const image = await makeImage({ layers: [[{ name: 'a', content: 'a' }]] });
    await put(image);
    const lease = store.lease();
    const garbage = await lease.add(hello);
    await lease.release();
    expect(await store.collectGarbage()).toEqual([garbage]);
    expect(blobNames()).toEqual([...image.blobs.keys()].map(hexOf).sort());
  });

  test('leaves alone what an import in progress holds, also what was there before', async () => {
    const before = store.lease();
    const digest = await before.add(hello);
    const lease = store.lease();
    expect(await lease.holdIfPresent(digest)).toBe(true);
    await before.release();
    expect(await store.collectGarbage()).toEqual([]);
    await lease.release();
    expect(await store.collectGarbage()).toEqual([digest]);
  });

  test('and imports at the same time lose nothing', async () => {
    const images = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        makeImage({
          reference: `image:${i}`,
          layers: [[{ name: 'shared', content: 'x' }], [{ name: `f${i}`, content: '' }]],
        }),
      ),
    );
    await Promise.all(images.flatMap((image) => [put(image), store.collectGarbage()]));
    expect(store.entries).toHaveLength(30);
    for (const { blobs } of images) {
      for (const digest of blobs.keys()) expect(await store.blobs.has(digest)).toBe(true);
    }
  });

  test('follows an index to its images', async () => {
    const image = await makeImage({ layers: [[{ name: 'a', content: 'a' }]] });
    const descriptor = { mediaType: '', digest: image.manifestDigest, size: 1 };
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
    await put({
      ...image,
      manifestDigest: digestOf(index),
      blobs: new Map([...image.blobs, [digestOf(index), index]]),
    });
    expect(await store.collectGarbage()).toEqual([]);
  });
});

describe('index.json', () => {
  test('keeps names through a restart, with the annotations that skopeo and containerd go by', async () => {
    const image = await makeImage({ layers: [], reference: 'localhost:5000/a/b:tag' });
    await put(image);
    const text = readFileSync(join(dir, 'index.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 2,
      manifests: [
        {
          digest: image.manifestDigest,
          annotations: {
            'org.opencontainers.image.ref.name': 'localhost:5000/a/b:tag',
            'io.containerd.image.name': 'localhost:5000/a/b:tag',
          },
        },
      ],
    });
    const again = await ContentStore.open(dir);
    expect(again.entries).toEqual(store.entries);
    expect(await again.blobs.has(image.manifestDigest)).toBe(true);
  });

  test('takes changes at the same time one after the other', async () => {
    const names = Array.from({ length: 50 }, (_, i) => parseReference(`image:${i}`));
    const lease = store.lease();
    const digest = await lease.add(Buffer.from('{"schemaVersion":2,"manifests":[]}'));
    const descriptor = { mediaType: '', digest, size: 1 };
    await Promise.all(
      names.map((name) => store.update((entries) => addImage(entries, descriptor, [name]))),
    );
    expect(store.entries).toHaveLength(50);
    expect((await ContentStore.open(dir)).entries).toHaveLength(50);
  });

  test.each([
    '',
    '{"schemaVersion":2',
    '{"schemaVersion":1,"manifests":[]}',
    '{"schemaVersion":2,"manifests":[{"digest":"x"}]}',
  ])('that is damaged (%s) is not overwritten', async (text) => {
    writeFileSync(join(dir, 'index.json'), text);
    await expect(ContentStore.open(dir)).rejects.toMatchObject({ code: 'IMAGE_STORE_INVALID' });
    expect(readFileSync(join(dir, 'index.json'), 'utf8')).toBe(text);
  });

  test('of an unknown version of the layout is refused', async () => {
    writeFileSync(join(dir, 'oci-layout'), '{"imageLayoutVersion":"9.0.0"}');
    await expect(ContentStore.open(dir)).rejects.toMatchObject({ code: 'IMAGE_STORE_INVALID' });
  });
});

describe('opening the store', () => {
  test('clears away what a power cut left', async () => {
    const image = await makeImage({ layers: [[{ name: 'a', content: 'a' }]] });
    await put(image);
    writeFileSync(join(dir, 'ingest/7'), 'half');
    writeFileSync(join(dir, 'index.json.12-3.tmp'), '{');
    const orphan = digestOf('orphan');
    writeFileSync(blobPath(orphan), 'orphan');
    await ContentStore.open(dir);
    expect(readdirSync(dir).sort()).toEqual([
      'blobs',
      'index.json',
      'ingest',
      'oci-layout',
      'reserve',
    ]);
    expect(readdirSync(join(dir, 'ingest'))).toEqual([]);
    expect(existsSync(blobPath(orphan))).toBe(false);
    expect(blobNames()).toHaveLength(image.blobs.size);
  });

  test('takes away names of manifests that are not there any more', async () => {
    const [kept, lost] = [
      await makeImage({ layers: [], reference: 'kept:1' }),
      await makeImage({ layers: [], reference: 'lost:1', created: '2021-01-01T00:00:00Z' }),
    ];
    await put(kept);
    await put(lost);
    unlinkSync(blobPath(lost.manifestDigest));
    const again = await ContentStore.open(dir);
    expect(again.entries.map(({ name }) => name?.path)).toEqual(['library/kept']);
    expect((await ContentStore.open(dir)).entries).toEqual(again.entries);
  });

  test('removes blobs that were cut short, so that they can come again', async () => {
    const image = await makeImage({ layers: [[{ name: 'a', content: 'a' }], [{ name: 'b' }]] });
    await put(image);
    const layers = [...image.blobs].filter(([, { byteLength }]) => byteLength % 512 === 0);
    const [first, second] = layers.map(([digest]) => digest);
    if (first === undefined || second === undefined) throw new Error('two layers were wanted');
    truncateSync(blobPath(first), 0);
    const again = await ContentStore.open(dir);
    expect(await again.blobs.has(first)).toBe(false);
    expect(await again.blobs.has(second)).toBe(true);
    expect(again.entries).toHaveLength(1);
  });

  test('leaves whole blobs alone whatever size a manifest says they have', async () => {
    const layer = Buffer.from('layer');
    const config = Buffer.from('{}');
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: { digest: digestOf(config), size: 2 },
        layers: [{ digest: digestOf(layer), size: 7 }],
      }),
    );
    const blobs = new Map([layer, config, manifest].map((bytes) => [digestOf(bytes), bytes]));
    await put({ reference: 'odd:1', manifestDigest: digestOf(manifest), blobs });
    expect(await (await ContentStore.open(dir)).blobs.has(digestOf(layer))).toBe(true);
  });

  test('shows images to nobody but root', async () => {
    mkdirSync(join(dir, '..'), { recursive: true });
    await store.lease().add(hello);
    expect(statSync(dir).mode & 0o077).toBe(0);
  });
});
