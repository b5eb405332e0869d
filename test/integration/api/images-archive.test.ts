import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { makeTar } from '../layer/support.ts';
import { startServer } from '../registry/support.ts';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import { skopeo, useImageBench } from './image-bench.ts';

const bench = useImageBench();
const { must, fails, make, get } = bench;

const base = [{ name: 'base', content: 'x'.repeat(100_000) }];
const layer = (name: string) => [{ name, content: name }];
const own = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' };
const platform = (value: object): string => `platform=${encodeURIComponent(JSON.stringify(value))}`;

/** A folder that goes away with the engine. */
const folder = (): string => mkdtempSync(join(bench.daemon.root, 'archives-'));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const idOf = (name: string): Promise<string> => must('image', 'inspect', '-f', '{{.Id}}', name);
/** A file of an archive, as JSON. */
const documentIn = (archive: string, name: string): unknown =>
  JSON.parse(execFileSync('tar', ['-xOf', archive, name]).toString());

describe('save', () => {
  test('takes names that every object has for names', async () => {
    const names = ['constructor:keys', 'constructor:assign', 'tostring:1'];
    await make({ reference: 'plain:1', layers: [base] });
    for (const name of names) await must('tag', 'plain:1', name);
    const archive = join(folder(), 'names.tar');
    await must('save', '-o', archive, ...names);
    const saved = documentIn(archive, 'repositories') as Record<string, object>;
    expect(Object.keys(saved['constructor'] ?? {}).sort()).toEqual(['assign', 'keys']);
    expect(typeof Object.keys).toBe('function');
    for (const name of [...names, 'plain:1']) await must('rmi', name);
  });

  test('writes an OCI layout that is a docker archive, too, with each blob once', async () => {
    await make({ reference: 'reg.io/team/one:1', layers: [base, layer('a')] });
    await make({ reference: 'two:latest', layers: [base, layer('b')] });
    const archive = join(folder(), 'both.tar');
    await must('save', '-o', archive, 'reg.io/team/one:1', 'two');
    const listed = execFileSync('tar', ['-tf', archive]).toString().trim().split('\n');
    expect(new Set(listed).size).toBe(listed.length);
    const blobs = listed.filter((path) => /^blobs\/sha256\/./.test(path));
    // Two manifests, two configurations, three layers.
    expect(blobs).toHaveLength(7);
    for (const path of blobs) {
      const bytes = execFileSync('tar', ['-xOf', archive, path]);
      expect(path).toBe(`blobs/sha256/${sha256(bytes)}`);
    }
    const [one, two] = [await idOf('reg.io/team/one:1'), await idOf('two')];
    const path = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
    expect(documentIn(archive, 'manifest.json')).toEqual([
      {
        Config: path(one),
        RepoTags: ['reg.io/team/one:1'],
        Layers: [expect.stringMatching(/^blobs/), expect.stringMatching(/^blobs/)] as unknown,
      },
      expect.objectContaining({ Config: path(two), RepoTags: ['two:latest'] }),
    ]);
    expect(documentIn(archive, 'index.json')).toMatchObject({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          platform: own,
          annotations: {
            'io.containerd.image.name': 'reg.io/team/one:1',
            'org.opencontainers.image.ref.name': '1',
          },
        },
        { annotations: { 'io.containerd.image.name': 'docker.io/library/two:latest' } },
      ],
    });
    expect(documentIn(archive, 'oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    expect(documentIn(archive, 'repositories')).toMatchObject({ two: { latest: /./ } });
  });

  test('gives the same bytes each time', async () => {
    await make({ reference: 'one:1', layers: [base] });
    const where = folder();
    const hashes = [];
    for (const name of ['a.tar', 'b.tar']) {
      await must('save', '-o', join(where, name), 'one:1');
      hashes.push(sha256(readFileSync(join(where, name))));
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('by repository takes all tags, by id none, by tag that one', async () => {
    await make({ reference: 'one:1', layers: [base] });
    await must('tag', 'one:1', 'one:2');
    await must('tag', 'one:1', 'other:1');
    const where = folder();
    const tagsOf = async (...names: readonly string[]): Promise<unknown> => {
      await must('save', '-o', join(where, 'x.tar'), ...names);
      const entries = documentIn(join(where, 'x.tar'), 'manifest.json');
      return (entries as { RepoTags: unknown }[]).map(({ RepoTags }) => RepoTags);
    };
    expect(await tagsOf('one')).toEqual([['one:1', 'one:2']]);
    expect(await tagsOf('one:2')).toEqual([['one:2']]);
    expect(await tagsOf('one:2', 'other:1', 'one:2')).toEqual([['one:2', 'other:1']]);
    const id = await idOf('one:1');
    expect(await tagsOf(id)).toEqual([null]);
    expect(await tagsOf(id.slice(7, 19))).toEqual([null]);
    expect(await fails('save', '-o', join(where, 'x.tar'), 'one:1', 'none')).toContain(
      'No such image: none:latest',
    );
    expect(await bench.ask({ path: '/images/get' })).toMatchObject({ status: 400 });
  });

  test('is for one platform, when asked to', async () => {
    await make({ reference: 'one:1', layers: [base] });
    const path = (value: object): string => `/v1.48/images/one:1/get?${platform(value)}`;
    const saved = await bench.ask({ path: path(own) });
    expect(saved).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-tar' } });
    expect(await bench.ask({ path: path({ os: 'linux', architecture: 's390x' }) })).toMatchObject({
      status: 404,
    });
  });

  test('is read by skopeo, as both kinds of archive', async () => {
    await make({ reference: 'one:1', layers: [base, layer('a')] });
    const where = folder();
    const archive = join(where, 'one.tar');
    await must('save', '-o', archive, 'one:1');
    for (const source of [`docker-archive:${archive}:one:1`, `oci-archive:${archive}:1`]) {
      const config = JSON.parse(await skopeo('inspect', '--config', source)) as {
        rootfs: { diff_ids: unknown };
      };
      expect(JSON.stringify(config.rootfs.diff_ids)).toBe(
        await must('image', 'inspect', '-f', '{{json .RootFS.Layers}}', 'one:1'),
      );
      await skopeo('copy', '--insecure-policy', source, `dir:${join(where, 'copied')}`);
    }
  });

  test('a blob that is damaged cuts the archive off', async () => {
    await make({ reference: 'one:1', layers: [base] });
    const [layerDigest = ''] = JSON.parse(
      await must('image', 'inspect', '-f', '{{json .RootFS.Layers}}', 'one:1'),
    ) as readonly string[];
    const blob = join(bench.daemon.root, 'data/images/blobs', layerDigest.replace(':', '/'));
    const bytes = readFileSync(blob);
    bytes[600] = 0xff;
    writeFileSync(blob, bytes);
    expect(await fails('save', '-o', join(folder(), 'x.tar'), 'one:1')).toMatch(/EOF/);
    bench.daemon.problems.length = 0;
  });

  test.skipIf(!hasDockerd())(
    'is loaded by an old dockerd, with plain layers and with compressed ones',
    { timeout: 120_000 },
    async () => {
      const dockerd = await startDockerd();
      try {
        const where = folder();
        await make({ reference: 'plain:1', layers: [base, layer('a')] });
        writeFileSync(join(where, 'layer.tgz'), gzipSync(await makeTar(base)));
        await must('import', join(where, 'layer.tgz'), 'gzipped:1');
        await must('save', '-o', join(where, 'all.tar'), 'plain:1', 'gzipped:1');
        const environment = { ...process.env, DOCKER_HOST: `unix://${dockerd.socketPath}` };
        const run = (...args: readonly string[]): string =>
          execFileSync('docker', args, { env: environment }).toString();
        expect(run('load', '-i', join(where, 'all.tar'))).toBe(
          'Loaded image: plain:1\nLoaded image: gzipped:1\n',
        );
        for (const name of ['plain:1', 'gzipped:1']) {
          expect(run('image', 'inspect', '-f', '{{.Id}}', name).trim()).toBe(await idOf(name));
        }
        // And the other way round.
        execFileSync('docker', ['save', '-o', join(where, 'back.tar'), 'plain:1'], {
          env: environment,
        });
        const id = await idOf('plain:1');
        await must('rmi', 'plain:1');
        expect(await must('load', '-i', join(where, 'back.tar'))).toBe('Loaded image: plain:1');
        expect(await idOf('plain:1')).toBe(id);
      } finally {
        await dockerd.stop();
      }
    },
  );
});

describe('load', () => {
  const saved = async (): Promise<string> => {
    await make({ reference: 'one:1', layers: [base, layer('a')] });
    const archive = join(folder(), 'one.tar');
    await must('save', '-o', archive, 'one:1');
    await must('rmi', 'one:1');
    return archive;
  };

  test('tells of layers as they are unpacked, unless it is to be quiet', async () => {
    const archive = await saved();
    const loaded = { stream: 'Loaded image: one:1\n' };
    const { status, lines } = await bench.upload('/images/load?quiet=0', archive);
    expect(status).toBe(200);
    expect(lines.at(-1)).toEqual(loaded);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(0, -1)) {
      expect(line).toEqual({
        status: 'Loading layer',
        id: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
        progress: expect.stringMatching(/^\[=*> *\] +[\d.]+k?B/) as unknown,
        progressDetail: {
          current: expect.any(Number) as unknown,
          total: expect.any(Number) as unknown,
        },
      });
    }
    await must('rmi', 'one:1');
    expect(await bench.upload('/images/load?quiet=1', archive)).toEqual({
      status: 200,
      lines: [loaded],
    });
  });

  test('takes the image for a platform, or nothing', async () => {
    const archive = await saved();
    const other = platform({ os: 'linux', architecture: 's390x' });
    const none = 'the image archive has no image for the requested platform (linux/s390x)';
    expect(await bench.upload(`/v1.48/images/load?${other}`, archive)).toMatchObject({
      status: 200,
      lines: [{ errorDetail: { message: none }, error: none }],
    });
    expect(await must('images', '-aq')).toBe('');
    expect(await bench.upload(`/v1.48/images/load?${platform(own)}`, archive)).toMatchObject({
      status: 200,
    });
    // Older clients do not mean it.
    expect(await bench.upload(`/v1.47/images/load?${other}`, archive)).toMatchObject({
      status: 200,
    });
  });

  test('of an index takes the image for the platform that is asked for', async () => {
    const where = folder();
    for (const architecture of ['arm64', 's390x']) {
      await make({
        reference: 'many:1',
        layers: [layer(architecture)],
        platform: { architecture },
      });
      const layout = join(where, 'layout');
      const saved = join(where, `${architecture}.tar`);
      await must('save', '-o', saved, 'many:1');
      await skopeo(
        'copy',
        '--insecure-policy',
        `oci-archive:${saved}`,
        `oci:${layout}:${architecture}`,
      );
      await must('rmi', 'many:1');
    }
    const index = JSON.parse(readFileSync(join(where, 'layout/index.json'), 'utf8')) as {
      manifests: { platform?: object }[];
    };
    index.manifests.forEach((entry, at) => {
      entry.platform = { os: 'linux', architecture: ['arm64', 's390x'][at] };
    });
    const bytes = Buffer.from(JSON.stringify({ ...index, schemaVersion: 2 }));
    const digest = sha256(bytes);
    writeFileSync(join(where, 'layout/blobs/sha256', digest), bytes);
    writeFileSync(
      join(where, 'layout/index.json'),
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          {
            mediaType: 'application/vnd.oci.image.index.v1+json',
            digest: `sha256:${digest}`,
            size: bytes.byteLength,
            annotations: { 'io.containerd.image.name': 'docker.io/library/many:1' },
          },
        ],
      }),
    );
    const archive = join(where, 'many.tar');
    execFileSync('tar', ['-C', join(where, 'layout'), '-cf', archive, '.']);
    const wanted = platform({ os: 'linux', architecture: 's390x' });
    expect(await bench.upload(`/v1.48/images/load?${wanted}`, archive)).toMatchObject({
      status: 200,
    });
    expect(await must('image', 'inspect', '-f', '{{.Architecture}}', 'many:1')).toBe('s390x');
  });
});

describe('import', () => {
  test.each([
    ['plain', (tar: Buffer) => tar],
    ['gzip', (tar: Buffer) => gzipSync(tar)],
    ['zstd', (tar: Buffer) => zstdCompressSync(tar)],
  ])('a %s archive becomes an image of one layer', async (_, compress) => {
    const tar = await makeTar([{ name: 'hello', content: 'hi' }]);
    const file = join(folder(), 'root.tar');
    writeFileSync(file, compress(tar));
    const changes = ['-c', 'CMD ["/hello"]', '-c', 'ENV A=b', '-m', 'so it was'];
    const id = await must('import', ...changes, file, 'imported:1');
    const [image] = JSON.parse(await must('image', 'inspect', 'imported:1')) as readonly unknown[];
    expect(image).toMatchObject({
      Id: id,
      Comment: 'so it was',
      Os: 'linux',
      Architecture: own.architecture,
      Config: { Cmd: ['/hello'], Env: ['A=b'] },
      RootFS: { Layers: [`sha256:${sha256(tar)}`] },
      Size: 2,
    });
    expect(await must('history', '--format', '{{.Comment}} {{.Size}}', 'imported:1')).toBe(
      'so it was 2B',
    );
  });

  test('comes from a URL, too', async () => {
    const tar = await makeTar([{ name: 'hello', content: 'hi'.repeat(1_000_000) }]);
    const host = await startServer((request, response) => {
      if (request.url !== '/root.tar') response.writeHead(404);
      response.end(request.url === '/root.tar' ? tar : 'none');
    });
    const out = await must('import', `http://${host}/root.tar`, 'imported:1');
    expect(out).toContain(`Downloading from http://${host}/root.tar`);
    expect(out.endsWith(await idOf('imported:1'))).toBe(true);
    expect(await must('image', 'inspect', '-f', '{{.Comment}}', 'imported:1')).toBe(
      `Imported from http://${host}/root.tar`,
    );
    expect(await fails('import', `http://${host}/other.tar`)).toContain('the server answered 404');
    expect(await fails('import', 'http://127.0.0.1:1/x.tar')).toContain('could not be downloaded');
  });

  test('without a name is dangling; for another platform it says so', async () => {
    const file = join(folder(), 'root.tar');
    writeFileSync(file, await makeTar(base));
    const id = await must('import', '--platform', 'linux/arm64/v8', file);
    expect(await must('images', '-q', '--no-trunc', '-f', 'dangling=true')).toBe(id);
    expect(await get(`/images/${id}/json`)).toMatchObject({ Architecture: 'arm64', Variant: 'v8' });
  });

  test.each([
    ['bzip2', Buffer.from('BZh91AY&SY'), /bzip2; wanted gzip, zstd or none/],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0]), /xz; wanted gzip/],
    [
      'cut off gzip',
      gzipSync(Buffer.alloc(100_000, 'a')).subarray(0, 60),
      /damaged|ends too early/,
    ],
    ['no tar', Buffer.alloc(2048, 'a'), /tar/],
  ])('what is %s is refused, and nothing of it is kept', async (_, bytes, message) => {
    const file = join(folder(), 'bad.tar');
    writeFileSync(file, bytes);
    expect(await fails('import', file, 'bad:1')).toMatch(message);
    expect(await must('images', '-aq')).toBe('');
    expect(execFileSync('ls', [join(bench.daemon.root, 'data/images/ingest')]).toString()).toBe('');
  });

  test('under a name that is none is refused before anything is read', async () => {
    const file = join(folder(), 'root.tar');
    writeFileSync(file, await makeTar(base));
    const digest = `sha256:${'0'.repeat(64)}`;
    const asked = await bench.ask({
      method: 'POST',
      path: `/images/create?fromSrc=-&repo=app@${digest}`,
    });
    expect(asked).toMatchObject({ status: 400 });
    expect(await bench.ask({ method: 'POST', path: '/images/create' })).toMatchObject({
      status: 400,
    });
    const ftp = await bench.ask({ method: 'POST', path: '/images/create?fromSrc=ftp://x/y' });
    expect(ftp).toMatchObject({ status: 400 });
    for (const platform of ['macos', 'windows/amd64', 'nintendo64']) {
      const path = `/images/create?fromSrc=-&repo=app&platform=${platform}`;
      expect(await bench.ask({ method: 'POST', path })).toMatchObject({ status: 400 });
    }
  });
});
