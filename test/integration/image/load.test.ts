import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import { digestOf, hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ImageBlobs, LoadedImage } from '../../../runtime/image/image-service.ts';
import { loadedMessage } from '../../../runtime/image/image-service.ts';
import { parseManifest } from '../../../runtime/image/manifest.ts';
import type { Manifest } from '../../../runtime/image/manifest.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces, makeTar, temporaryFolder } from '../layer/support.ts';
import type { TarInput } from '../layer/support.ts';
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

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const load = (archive: Uint8Array): Promise<readonly LoadedImage[]> =>
  host.images.load(inPieces(archive));
const lines = (loaded: readonly LoadedImage[]): readonly string[] => loaded.map(loadedMessage);

/** Everything in the store and the snapshots, for comparing; that a layer has reached the disk is marked whenever it has. */
function kept(): readonly string[] {
  const find =
    'find images/blobs images/ingest snapshots -mindepth 1 ! -name durable | sort; cat images/index.json';
  return execFileSync('sh', ['-c', find], { cwd: dataRoot, encoding: 'utf8' }).split('\n');
}

function manifestOf(image: ImageBlobs): Manifest {
  const parsed = parseManifest(
    image.blobs.get(image.manifestDigest) ?? Buffer.from(''),
    'manifest',
  );
  if (parsed.kind === 'index') throw new Error('an index');
  return parsed.manifest;
}

/** Entries of what `docker save` wrote before version 25: no manifests, files named after ids, layers in folders. */
function oldDockerEntries(image: ImageBlobs, repoTags: readonly string[] | null): TarInput[] {
  const { config, layers } = manifestOf(image);
  const configName = `${hexOf(config.digest)}.json`;
  const names = layers.map(({ digest }) => `${hexOf(digest)}/layer.tar`);
  return [
    ...layers.map(({ digest }, i) => ({
      name: names[i] ?? '',
      content: image.blobs.get(digest) ?? '',
    })),
    { name: configName, content: image.blobs.get(config.digest) ?? '' },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: configName, RepoTags: repoTags, Layers: names }]),
    },
    { name: 'repositories', content: '{}' },
  ];
}

/** Entries of an OCI layout. */
function ociEntries(
  blobs: ReadonlyMap<Digest, Uint8Array>,
  manifests: readonly object[],
): TarInput[] {
  return [
    ...[...blobs].map(([digest, content]) => ({ name: `blobs/sha256/${hexOf(digest)}`, content })),
    { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests }) },
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
  ];
}

const layers: readonly (readonly TarInput[])[] = [
  [{ name: 'bin/sh', content: 'shell', mode: 0o755 }],
  [{ name: 'etc/motd', content: 'welcome' }],
];

describe('an archive as Docker 25 and later save it', () => {
  test('is loaded with its names, unpacked, and the same when loaded again', async () => {
    const image = await makeImage({
      reference: 'app:1.0',
      layers,
      config: { Env: ['A=b'], Cmd: ['sh'] },
    });
    const archive = await collect(writeArchive(image));
    expect(lines(await load(archive))).toEqual(['Loaded image: app:1.0']);

    const details = await host.images.inspect('app:1.0');
    expect(details).toMatchObject({
      id: manifestOf(image).config.digest,
      repoTags: ['app:1.0'],
      repoDigests: [],
      manifestDigest: image.manifestDigest,
      sizeBytes: 12,
      createdMs: Date.parse('2020-01-02T03:04:05Z'),
      config: { Env: ['A=b'], Cmd: ['sh'] },
      layers: manifestOf(image).layers.map(({ digest }) => digest),
    });
    const { lower } = await host.images.rootfsFor(details.id);
    expect(lower.map((path) => readdirSync(path))).toEqual([['etc'], ['bin']]);

    const before = kept();
    expect(lines(await load(archive))).toEqual(['Loaded image: app:1.0']);
    expect(kept()).toEqual(before);
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('may be compressed with %s', async (_name, compress) => {
    const archive = await collect(writeArchive(await makeImage({ layers })));
    expect(lines(await load(compress(archive)))).toEqual(['Loaded image: test:latest']);
  });

  test('that is read by skopeo gives the same image', async () => {
    const image = await makeImage({ reference: 'app:1.0', layers });
    const folder = await temporaryFolder();
    const archive = await collect(writeArchive(image));
    execFileSync('sh', ['-c', `cat > ${folder}/a.tar`], { input: archive });
    for (const transport of ['docker-archive', 'oci-archive']) {
      const config = execFileSync('skopeo', [
        'inspect',
        '--config',
        '--raw',
        `${transport}:${folder}/a.tar`,
      ]);
      expect(digestOf(config)).toBe(manifestOf(image).config.digest);
    }
  });
});

describe('an archive as older versions of Docker save it', () => {
  test('keeps the image id, with a manifest made for it', async () => {
    const image = await makeImage({ layers });
    const archive = await makeTar(oldDockerEntries(image, ['one:1', 'registry.example/two:2']));
    expect(lines(await load(archive))).toEqual([
      'Loaded image: one:1',
      'Loaded image: registry.example/two:2',
    ]);
    expect((await host.images.inspect('one:1')).id).toBe(manifestOf(image).config.digest);
    expect(await host.images.resolve('registry.example/two:2')).toBe(
      manifestOf(image).config.digest,
    );
  });

  test('without a name is known by its id', async () => {
    const image = await makeImage({ layers });
    const { digest } = manifestOf(image).config;
    expect(lines(await load(await makeTar(oldDockerEntries(image, null))))).toEqual([
      `Loaded image ID: ${digest}`,
    ]);
    expect(await host.images.list()).toMatchObject([{ id: digest, repoTags: [] }]);
  });

  test('may have a layer as a link to another one', async () => {
    const image = await makeImage({ layers: [layers[0] ?? [], layers[0] ?? []] });
    const { config, layers: stored } = manifestOf(image);
    const content = image.blobs.get(stored[0]?.digest ?? config.digest) ?? '';
    const manifest = [
      { Config: 'c.json', RepoTags: ['l:1'], Layers: ['a/layer.tar', 'b/layer.tar'] },
    ];
    const archive = await makeTar([
      { name: 'a/layer.tar', content },
      { name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar' },
      { name: 'c.json', content: image.blobs.get(config.digest) ?? '' },
      { name: 'manifest.json', content: JSON.stringify(manifest) },
    ]);
    expect(lines(await load(archive))).toEqual(['Loaded image: l:1']);
  });

  test('as skopeo writes it is loaded', async () => {
    const image = await makeImage({ reference: 'app:1.0', layers });
    const folder = await temporaryFolder();
    execFileSync('sh', ['-c', 'cat > oci.tar'], {
      cwd: folder,
      input: await collect(writeArchive(image)),
    });
    const target = 'docker-archive:docker.tar:other:tag';
    execFileSync('skopeo', ['copy', '--insecure-policy', 'oci-archive:oci.tar', target], {
      cwd: folder,
      stdio: 'ignore',
    });
    expect(lines(await load(readFileSync(join(folder, 'docker.tar'))))).toEqual([
      'Loaded image: other:tag',
    ]);
    expect((await host.images.inspect('other:tag')).id).toBe(manifestOf(image).config.digest);
  });
});

describe('an OCI layout', () => {
  const descriptor = (image: ImageBlobs, more: object = {}): object => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: image.manifestDigest,
    size: image.blobs.get(image.manifestDigest)?.byteLength,
    ...more,
  });

  test('is loaded by the name that skopeo gave it', async () => {
    const image = await makeImage({ layers });
    const annotations = { 'org.opencontainers.image.ref.name': 'localhost/app:2' };
    const archive = await makeTar(ociEntries(image.blobs, [descriptor(image, { annotations })]));
    expect(lines(await load(archive))).toEqual(['Loaded image: localhost/app:2']);
    expect((await host.images.inspect('localhost/app:2')).manifestDigest).toBe(
      image.manifestDigest,
    );
  });

  test('whose name is only a tag has no name', async () => {
    const image = await makeImage({ layers });
    const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
    const archive = await makeTar(ociEntries(image.blobs, [descriptor(image, { annotations })]));
    expect(lines(await load(archive))).toEqual([
      `Loaded image ID: ${manifestOf(image).config.digest}`,
    ]);
  });

  test('with an index gives the image for this host', async () => {
    const own = await makeImage({ layers });
    const other = await makeImage({ layers, platform: { architecture: 's390x' } });
    const { architecture } = hostPlatform();
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          descriptor(other, { platform: { os: 'linux', architecture: 's390x' } }),
          descriptor(own, { platform: { os: 'linux', architecture } }),
        ],
      }),
    );
    const blobs = new Map([...own.blobs, ...other.blobs, [digestOf(index), index] as const]);
    const annotations = { 'io.containerd.image.name': 'docker.io/library/multi:1' };
    const entries = ociEntries(blobs, [
      { digest: digestOf(index), size: index.byteLength, annotations },
    ]);
    expect(lines(await load(await makeTar(entries)))).toEqual(['Loaded image: multi:1']);
    expect(await host.images.resolve('multi:1')).toBe(manifestOf(own).config.digest);
  });

  test('may leave out a layer that the store has', async () => {
    const image = await makeImage({ layers });
    await load(await collect(writeArchive(image)));
    const lean = new Map(image.blobs);
    for (const { digest } of manifestOf(image).layers) lean.delete(digest);
    const annotations = { 'io.containerd.image.name': 'docker.io/library/lean:1' };
    const archive = await makeTar(ociEntries(lean, [descriptor(image, { annotations })]));
    expect(lines(await load(archive))).toEqual(['Loaded image: lean:1']);
  });
});

/** What it is, how to make it, the message and the code (IMAGE_ARCHIVE_INVALID unless given). */
type InvalidArchive = [string, () => Promise<Uint8Array>, RegExp, string?];

describe('an archive that is not right', () => {
  const image = makeImage({ layers });
  const change = async (edit: (entries: TarInput[]) => TarInput[]): Promise<Buffer> =>
    makeTar(edit(oldDockerEntries(await image, ['bad:1'])));
  const replace = (name: RegExp, content: string) => (entries: TarInput[]) =>
    entries.map((entry) => (name.test(entry.name) ? { ...entry, content } : entry));
  const without = (name: RegExp) => (entries: TarInput[]) =>
    entries.filter((entry) => !name.test(entry.name));

  const invalid: InvalidArchive[] = [
    ['that is empty', () => Promise.resolve(Buffer.alloc(0)), /it has no image/],
    ['that is text', () => Promise.resolve(Buffer.from('no tar at all\n'.repeat(100))), /checksum/],
    ['that has no image', () => makeTar([{ name: 'readme', content: 'x' }]), /it has no image/],
    ['without its layer', () => change(without(/layer\.tar/)), /layer.tar", which is not in it/],
    [
      'without its configuration',
      () => change(without(/^[0-9a-f]+\.json/)),
      /\.json", which is not in it/,
    ],
    ['whose manifest.json is no JSON', () => change(replace(/^manifest/, '{')), /not JSON/],
    [
      'whose manifest.json has another shape',
      () => change(replace(/^manifest/, '{"a":1}')),
      /"manifest.json" of the archive is not valid/,
    ],
    [
      'whose configuration has another shape',
      () => change(replace(/^[0-9a-f]+\.json/, '{"rootfs":{}}')),
      /rootfs/,
    ],
    [
      'whose layer is another one',
      () => change(replace(/layer\.tar/, '')),
      /wanted "sha256/,
      'LAYER_DIFF_ID_MISMATCH',
    ],
    [
      'with two files of one name',
      () => change((entries) => [...entries, { name: 'manifest.json', content: '[]' }]),
      /two entries/,
    ],
    [
      'with a device',
      () => change((entries) => [...entries, { name: 'dev', type: 'character-device' }]),
      /is a character-device/,
    ],
    [
      'with a name that is none',
      async () => makeTar(oldDockerEntries(await image, ['UPPER case'])),
      /"UPPER case", which is none/,
    ],
    [
      'with a blob under the name of another',
      async () => makeTar(ociEntries(new Map([[digestOf('x'), Buffer.from('y')]]), [])),
      /the digest/,
    ],
    [
      'with a manifest that is not there',
      () => makeTar(ociEntries(new Map(), [{ digest: digestOf('x'), size: 1 }])),
      /it has no manifest/,
    ],
    [
      'compressed and cut off',
      async () => gzipSync(await change((entries) => entries)).subarray(0, 300),
      /ends too early/,
    ],
  ];

  test.each(invalid)(
    '%s: an error, and nothing kept',
    async (_name, make, message, code = 'IMAGE_ARCHIVE_INVALID') => {
      const archive = await make();
      const before = kept();
      await expect(load(archive)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as unknown,
      });
      expect(kept()).toEqual(before);
    },
  );

  test('with a good image and a bad one keeps neither, and leaves the images that were there', async () => {
    await load(
      await collect(
        writeArchive(await makeImage({ reference: 'before:1', layers: [layers[0] ?? []] })),
      ),
    );
    const before = kept();
    const good = await makeImage({ layers: [[{ name: 'good', content: '' }]] });
    const broken = replace(/layer\.tar/, 'not a tar')(oldDockerEntries(await image, ['bad:1']));
    const entries = [...oldDockerEntries(good, ['good:1']), ...broken].filter(
      ({ name }) => name !== 'repositories',
    );
    const manifests = entries.filter(({ name }) => name === 'manifest.json');
    const all = manifests.flatMap(({ content }) => JSON.parse(String(content)) as unknown[]);
    const files = entries.filter(({ name }) => name !== 'manifest.json');
    const archive = await makeTar([
      ...files,
      { name: 'manifest.json', content: JSON.stringify(all) },
    ]);
    await expect(load(archive)).rejects.toMatchObject({ code: 'LAYER_INVALID' });
    expect(kept()).toEqual(before);
  });

  test('an abort stops the loading, and nothing is kept', async () => {
    const archive = await collect(writeArchive(await image));
    const stop = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(archive, 1024)) {
        yield piece;
        stop.abort(new Error('stopped by the user'));
      }
    };
    const before = kept();
    await expect(host.images.load(source(), { signal: stop.signal })).rejects.toThrow(
      'stopped by the user',
    );
    expect(kept()).toEqual(before);
  });
});
