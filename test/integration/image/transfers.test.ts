import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { digestOf, hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ImageEvent } from '../../../runtime/image/image-events.ts';
import type { LoadedImage } from '../../../runtime/image/image-service.ts';
import { loadedMessage } from '../../../runtime/image/image-service.ts';
import type { ImageTarget, PushEvent, PushRequest } from '../../../runtime/image/image-target.ts';
import { Images } from '../../../runtime/image/images.ts';
import { parseManifest } from '../../../runtime/image/manifest.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { compressLayer } from '../../../runtime/layer/compress-layer.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces, makeTar, temporaryFolder } from '../layer/support.ts';
import { makeImage, openHost } from './support.ts';
import type { ImageHost } from './support.ts';

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

const layer = (name: string) => [{ name, content: name.repeat(1000) }];

async function put(reference: string, ...names: readonly string[]): Promise<Digest> {
  const layers = names.map(layer);
  return host.images.importImage(await makeImage({ reference, layers }));
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const stored = (): readonly string[] => readdirSync(join(dataRoot, 'images/blobs/sha256')).sort();
const ingest = (): readonly string[] => readdirSync(join(dataRoot, 'images/ingest'));
const gone = { force: 'always', users: [] } as const;

describe('saving', () => {
  test('goes on when the image is removed meanwhile, and lets go of it then', async () => {
    await put('app:1', 'a', 'b');
    const whole = await collect(host.images.save(['app:1']));
    const chunks = host.images.save(['app:1'])[Symbol.asyncIterator]();
    const read = [(await chunks.next()).value as Uint8Array];
    await host.images.remove('app:1', gone);
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) break;
      read.push(next.value);
    }
    expect(Buffer.concat(read)).toEqual(whole);
    await host.images.collectGarbage();
    expect(stored()).toEqual([]);
  });

  test('that is given up, or ends with an error, lets go of it, too', async () => {
    await put('app:1', 'a');
    for await (const chunk of host.images.save(['app:1'])) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    const stop = new AbortController();
    stop.abort(new Error('the client has left'));
    await expect(collect(host.images.save(['app:1'], { signal: stop.signal }))).rejects.toThrow(
      'the client has left',
    );
    await host.images.remove('app:1', gone);
    expect(stored()).toEqual([]);
  });

  test('of an image that has lost a layer is refused before the first byte', async () => {
    await put('app:1', 'a');
    const { layers } = await host.images.inspect('app:1');
    await host.store.blobs.remove(layers[0] as Digest);
    const chunks = host.images.save(['app:1'])[Symbol.asyncIterator]();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });
});

describe('loading', () => {
  test('tells of a name that it took from another image', async () => {
    await put('app:1', 'a');
    const archive = await collect(host.images.save(['app:1']));
    const second = await put('app:1', 'b');
    const loaded = await host.images.load(inPieces(archive));
    expect(loaded.map(loadedMessage)).toEqual([
      `The image app:1 already exists, renaming the old one with ID ${second} to empty string\nLoaded image: app:1`,
    ]);
    const again: readonly LoadedImage[] = await host.images.load(inPieces(archive));
    expect(again.map(loadedMessage)).toEqual(['Loaded image: app:1']);
  });
});

/** A target that takes every blob, and does what a test wants in between. */
class TakingTarget implements ImageTarget {
  readonly requests: PushRequest[] = [];
  readonly blobs = new Map<Digest, Buffer>();
  #meanwhile: () => Promise<unknown>;

  constructor(meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
    this.#meanwhile = meanwhile;
  }

  async *push(request: PushRequest): AsyncGenerator<PushEvent, void, void> {
    this.requests.push(request);
    yield { status: 'started', repository: 'reg.io/app' };
    await this.#meanwhile();
    for (const { digest } of [...request.layers, request.config]) {
      const bytes = await collect(request.open(digest, 0));
      expect(digestOf(bytes)).toBe(digest);
      expect(await collect(request.open(digest, 10))).toEqual(bytes.subarray(10));
      this.blobs.set(digest, bytes);
      yield { status: 'layer-pushed', layer: digest };
    }
    const { digest, bytes } = request.manifest;
    yield { status: 'done', tag: '1', digest, sizeBytes: bytes.byteLength };
  }
}

function imagesWith(target: ImageTarget): Images {
  const { store, snapshots } = host;
  const pushing = { target, compress: compressLayer };
  return new Images({ store, stacks: snapshots, source: new Registry(), pushing });
}

async function push(
  images: Images,
  name: string,
  signal?: AbortSignal,
): Promise<readonly PushEvent[]> {
  const events: PushEvent[] = [];
  for await (const event of images.push(name, signal === undefined ? {} : { signal })) {
    events.push(event);
  }
  return events;
}

describe('pushing', () => {
  test('sends compressed layers, tells of them by their DiffIDs, and keeps them', async () => {
    await put('reg.io/app:1', 'a', 'b');
    const { layers: diffIds, id } = await host.images.inspect('reg.io/app:1');
    const target = new TakingTarget();
    const images = imagesWith(target);
    const told: ImageEvent[] = [];
    images.onEvent((event) => told.push(event));
    const events = await push(images, 'reg.io/app:1');
    expect(events.flatMap((event) => ('layer' in event ? event.layer : []))).toEqual(diffIds);
    const [request] = target.requests;
    const sent = (request?.layers ?? []).map(({ digest }) => target.blobs.get(digest));
    expect(sent.map((bytes) => digestOf(gunzipSync(bytes ?? '')))).toEqual(diffIds);
    expect(request?.layers.map(({ mediaType }) => mediaType)).toEqual([
      mediaTypes.ociLayerGzip,
      mediaTypes.ociLayerGzip,
    ]);
    const { digest, bytes } = request?.manifest ?? { digest: '', bytes: Buffer.from('') };
    expect(digestOf(bytes)).toBe(digest);
    expect(await images.inspect(id)).toMatchObject({
      repoTags: ['reg.io/app:1'],
      repoDigests: [`reg.io/app@${digest}`],
      manifestDigest: digest,
    });
    // One manifest, one configuration, two layers: the plain ones have gone.
    expect(stored()).toHaveLength(4);
    expect(told).toEqual([
      { action: 'push', subject: 'reg.io/app:1', labels: {}, attributes: { name: 'reg.io/app' } },
    ]);
  });

  test('compresses nothing twice, whatever has become of the first push', async () => {
    await put('reg.io/app:1', 'a');
    const refused = imagesWith(new TakingTarget(() => Promise.reject(new Error('refused'))));
    await expect(push(refused, 'reg.io/app:1')).rejects.toThrow('refused');
    const before = stored();
    expect(before).toHaveLength(3);
    const target = new TakingTarget();
    await push(imagesWith(target), 'reg.io/app:1');
    expect(stored()).toEqual(before);
    await push(imagesWith(target), 'reg.io/app:1');
    const [first, second] = target.requests.map(({ manifest }) => manifest.digest);
    expect(first).toBe(second);
    expect((await host.images.inspect('reg.io/app:1')).repoDigests).toHaveLength(1);
  });

  test('of one repository offers its layers to another one of the same registry', async () => {
    await put('reg.io/app:1', 'a');
    const target = new TakingTarget();
    const images = imagesWith(target);
    await push(images, 'reg.io/app:1');
    for (const name of ['reg.io/team/other:1', 'elsewhere.io/app:1', 'reg.io/app:2']) {
      await images.tag('reg.io/app:1', name);
      await push(images, name);
    }
    const [layerDigest] = target.requests[0]?.layers.map(({ digest }) => digest) ?? [];
    expect(
      target.requests.map(({ mountCandidates }) => mountCandidates(layerDigest as Digest)),
    ).toEqual([[], ['app'], [], ['team/other']]);
    expect(target.requests[1]?.mountCandidates(digestOf('none'))).toEqual([]);
  });

  test('an image that is removed meanwhile does not come back', async () => {
    await put('reg.io/app:1', 'a');
    const target = new TakingTarget(() => host.images.remove('reg.io/app:1', gone));
    const images = imagesWith(target);
    await push(images, 'reg.io/app:1');
    expect(await images.list()).toEqual([]);
    await images.collectGarbage();
    expect(stored()).toEqual([]);
  });

  test('that is given up while it compresses leaves nothing', async () => {
    await put('reg.io/app:1', 'a');
    const before = stored();
    const stop = new AbortController();
    stop.abort(new Error('the client has left'));
    const target = new TakingTarget();
    await expect(push(imagesWith(target), 'reg.io/app:1', stop.signal)).rejects.toThrow(
      'the client has left',
    );
    expect(target.requests).toEqual([]);
    expect(stored()).toEqual(before);
    expect(ingest()).toEqual([]);
  });

  test('names by digest keep the manifest that they stand for', async () => {
    await put('reg.io/app:1', 'a');
    const { manifestDigest } = await host.images.inspect('reg.io/app:1');
    const [entry] = host.store.entries;
    await host.store.update((entries) => [
      ...entries,
      ...(entry?.name === undefined
        ? []
        : [{ ...entry, name: { ...entry.name, tag: undefined, digest: manifestDigest } }]),
    ]);
    await push(imagesWith(new TakingTarget()), 'reg.io/app:1');
    const digests = (await host.images.list()).flatMap(({ repoDigests }) => repoDigests);
    expect(digests).toHaveLength(2);
    const parsed = parseManifest(await host.store.blobs.read(manifestDigest), 'it');
    expect(parsed.kind === 'image' && parsed.manifest.layers[0]?.mediaType).toBe(
      mediaTypes.ociLayer,
    );
  });
});

describe('an index with other platforms and an attestation', () => {
  test('shows all its manifests, and which of them are here', async () => {
    await put('app:1', 'a');
    const { manifestDigest, platform, id } = await host.images.inspect('app:1');
    const elsewhere = digestOf('elsewhere');
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociIndex,
        manifests: [
          { digest: manifestDigest, size: 1, platform },
          { digest: elsewhere, size: 1, platform: { os: 'linux', architecture: 's390x' } },
          {
            digest: digestOf('attestation'),
            size: 1,
            platform: { os: 'unknown', architecture: 'unknown' },
            annotations: {
              'vnd.docker.reference.type': 'attestation-manifest',
              'vnd.docker.reference.digest': manifestDigest,
            },
          },
          { digest: digestOf('something'), size: 1 },
        ],
      }),
    );
    const digest = digestOf(index);
    writeFileSync(join(dataRoot, 'images/blobs/sha256', hexOf(digest)), index);
    const descriptor = { mediaType: mediaTypes.ociIndex, digest, size: index.byteLength };
    await host.store.update((entries) => entries.map((entry) => ({ ...entry, descriptor })));
    const [own, other, attestation, unknown] = await host.images.manifests('app:1');
    const blobBytes = stored()
      .filter((name) => name !== hexOf(digest))
      .reduce(
        (sum, name) => sum + readFileSync(join(dataRoot, 'images/blobs/sha256', name)).byteLength,
        0,
      );
    expect(own).toMatchObject({
      available: true,
      contentBytes: blobBytes,
      details: { kind: 'image', id, unpackedBytes: 1000 },
    });
    expect(other).toMatchObject({
      available: false,
      contentBytes: 0,
      details: { kind: 'image', id: undefined, platform: { architecture: 's390x' } },
    });
    expect(attestation?.details).toEqual({ kind: 'attestation', subject: manifestDigest });
    expect(unknown?.details).toEqual({ kind: 'unknown' });
    // For a platform that the index names but does not have here.
    await expect(
      host.images.inspect('app:1', { platform: { os: 'linux', architecture: 's390x' } }),
    ).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
  });
});

describe('importing', () => {
  const options = { message: 'by hand', changes: [] };

  test('the same archive under two names is one layer', async () => {
    const tar = await makeTar(layer('a'));
    const first = await host.images.import(inPieces(tar), options);
    const blobs = stored();
    const second = await host.images.import(inPieces(tar), { ...options, message: 'again' });
    expect(first).not.toBe(second);
    // A configuration and a manifest more.
    expect(stored()).toHaveLength(blobs.length + 2);
    expect(await host.images.usage()).toMatchObject({ totalBytes: 1000 });
  });

  test('that is given up leaves nothing', async () => {
    const tar = await makeTar(layer('a'));
    const stop = new AbortController();
    async function* leaving(): AsyncGenerator<Uint8Array> {
      yield* inPieces(tar, 512);
      stop.abort(new Error('the client has left'));
      yield Buffer.alloc(512);
    }
    await expect(
      host.images.import(leaving(), { ...options, signal: stop.signal }),
    ).rejects.toThrow('the client has left');
    expect(stored()).toEqual([]);
    expect(ingest()).toEqual([]);
  });
});

test('layers that are not unpacked count as they are stored', async () => {
  await put('app:1', 'a', 'b');
  const layers = (await host.images.inspect('app:1')).layers;
  const notUnpacked = new Images({
    store: host.store,
    stacks: {
      ensure: () => Promise.reject(new Error('not here')),
      sizeOf: () => Promise.resolve(undefined),
      foldersOf: () => Promise.resolve([]),
      collectGarbage: () => Promise.resolve([]),
    },
    source: new Registry(),
  });
  const sizes = await Promise.all(layers.map((digest) => host.store.blobs.sizeOf(digest)));
  const bytes = sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
  expect(await notUnpacked.usage()).toMatchObject({ totalBytes: bytes });
});
