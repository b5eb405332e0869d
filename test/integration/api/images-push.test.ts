import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { startProxy, startRegistry, startServer } from '../registry/support.ts';
import { skopeo, useImageBench } from './image-bench.ts';
import { RawConnection } from './raw-http.ts';

const bench = useImageBench();
const { must, fails, make, get } = bench;

const base = [{ name: 'base', content: 'x'.repeat(100_000) }];
const layer = (name: string) => [{ name, content: name }];
const own = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' };

interface Manifest {
  readonly mediaType: string;
  readonly layers: readonly { readonly digest: string; readonly mediaType: string }[];
}

type Line = Readonly<Record<string, unknown>>;

async function push(name: string, query: string): Promise<readonly Line[]> {
  const { status, body } = await bench.ask({
    method: 'POST',
    path: `/v1.51/images/${name}/push?${query}`,
  });
  expect(status, body).toBe(200);
  return body
    .trim()
    .split('\r\n')
    .map((line) => JSON.parse(line) as Line);
}

const remote = async (name: string): Promise<Manifest> =>
  JSON.parse(
    await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`),
  ) as Manifest;

const blobs = (): readonly string[] =>
  readdirSync(join(bench.daemon.root, 'data/images/blobs/sha256'));

describe('push', () => {
  test('compresses what is stored as it is, once, and keeps it so', async () => {
    const host = await startRegistry();
    await make({ reference: `${host}/app:1`, layers: [base, layer('a')] });
    const id = await must('images', '-q', '--no-trunc');
    const diffIds = JSON.parse(
      await must('image', 'inspect', '-f', '{{json .RootFS.Layers}}', id),
    ) as readonly string[];
    const lines = await push(`${host}/app`, 'tag=1');
    const ids = diffIds.map((diffId) => diffId.slice(7, 19));
    expect(lines[0]).toEqual({ status: `The push refers to repository [${host}/app]` });
    expect(new Set(lines.flatMap((line) => line['id'] ?? []))).toEqual(new Set(ids));
    for (const layerId of ids) {
      const statuses = lines.filter((line) => line['id'] === layerId).map((line) => line['status']);
      expect(statuses[0]).toBe('Preparing');
      expect(statuses.at(-1)).toBe('Pushed');
    }
    const manifest = await remote(`${host}/app:1`);
    for (const { mediaType } of manifest.layers) expect(mediaType).toMatch(/tar\+gzip$/);
    const [aux] = lines.flatMap((line) => line['aux'] ?? []) as { Digest: string; Size: number }[];
    const digest = aux?.Digest ?? '';
    expect(lines).toContainEqual({ status: `1: digest: ${digest} size: ${aux?.Size}` });
    expect(await must('image', 'inspect', '-f', '{{json .RepoDigests}}', id)).toBe(
      JSON.stringify([`${host}/app@${digest}`]),
    );
    // The plain layers have gone; the image is the same, and still works.
    for (const diffId of diffIds) expect(blobs()).not.toContain(diffId.slice(7));
    expect(await must('images', '-q', '--no-trunc', `${host}/app:1`)).toBe(id);

    const other = await startRegistry();
    await must('tag', id, `${other}/app:2`);
    const before = blobs();
    await push(`${other}/app`, 'tag=2');
    expect(blobs()).toEqual(before);
    expect(await remote(`${other}/app:2`)).toEqual(manifest);
  });

  test('sends a manifest that needs no change as it is', async () => {
    const host = await startRegistry();
    await make({ reference: `${host}/app:1`, layers: [base] });
    await push(`${host}/app`, 'tag=1');
    const first = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/app:1`);
    await must('rmi', '-f', `${host}/app:1`);
    await must('pull', `${host}/app:1`);
    await must('tag', `${host}/app:1`, `${host}/copy:1`);
    const lines = await push(`${host}/copy`, 'tag=1');
    expect(lines).toContainEqual(expect.objectContaining({ status: 'Mounted from app' }));
    expect(await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/copy:1`)).toBe(
      first,
    );
  });

  test('without a tag pushes all of the repository, and says once where to', async () => {
    const host = await startRegistry();
    await make({ reference: `${host}/app:a`, layers: [base] });
    await make({ reference: `${host}/app:b`, layers: [base, layer('b')] });
    await must('tag', `${host}/app:a`, `${host}/other:1`);
    const lines = await push(`${host}/app`, '');
    const texts = lines.map((line) => String(line['status']));
    expect(texts.filter((text) => text.startsWith('The push refers to'))).toHaveLength(1);
    expect(texts.filter((text) => /^[ab]: digest: sha256:/.test(text))).toHaveLength(2);
    expect(texts).toContain('Layer already exists');
    await expect(remote(`${host}/other:1`)).rejects.toThrow();
  });

  test('of what is not there is told after the repository; a name that is none and a platform with a status', async () => {
    await make({ reference: '127.0.0.1:1/app:1', layers: [base] });
    const ask = async (name: string, query: string): Promise<readonly unknown[]> => {
      const path = `/v1.46/images/${name}/push?${query}`;
      const { status, body } = await bench.ask({ method: 'POST', path });
      const lines = body.trim().split('\n');
      return [status, ...lines.map((line) => JSON.parse(line) as Line)];
    };
    const refusals = [
      ['none', 'tag=1', 'An image does not exist locally with the tag: 127.0.0.1:1/none'],
      ['app', 'tag=2', 'tag does not exist: 127.0.0.1:1/app:2'],
      ['app', 'tag=1', expect.stringContaining('127.0.0.1:1') as unknown],
    ] as const;
    for (const [path, query, error] of refusals)
      expect(await ask(`127.0.0.1:1/${path}`, query)).toEqual([
        200,
        { status: `The push refers to repository [127.0.0.1:1/${path}]` },
        { error, errorDetail: expect.objectContaining({ message: error }) as unknown },
      ]);
    const byDigest = `127.0.0.1:1/app@sha256:${'0'.repeat(64)}`;
    expect(await ask(byDigest, '')).toMatchObject([
      200,
      { status: 'The push refers to repository [127.0.0.1:1/app]' },
      { error: 'cannot push a digest reference' },
    ]);
    const other = encodeURIComponent(JSON.stringify({ os: 'linux', architecture: 's390x' }));
    const message = expect.stringContaining('does not provide the specified platform') as unknown;
    expect(await ask('127.0.0.1:1/app', `tag=1&platform=${other}`)).toMatchObject([
      404,
      { message },
    ]);
    expect(await ask('127.0.0.1:1/none', `tag=1&platform=${other}`)).toMatchObject([404, {}]);
    expect(await ask('127.0.0.1:1/UPPER', 'tag=1')).toMatchObject([400, {}]);
    expect(await ask('127.0.0.1:1/app', 'tag=1&platform=x')).toMatchObject([400, {}]);
    expect(await fails('push', '127.0.0.1:1/app:1')).toMatch(/127\.0\.0\.1:1/);
  });

  test('that fails on the way says so in its last line, and the image is unharmed', async () => {
    const registry = await startRegistry();
    const { host } = await startProxy(registry, ({ path }, response) => {
      if (!path.includes('/manifests/')) return undefined;
      response.writeHead(403);
      response.end('{"errors":[{"code":"DENIED","message":"not yours"}]}');
      return 'handled';
    });
    await make({ reference: `${host}/app:1`, layers: [base] });
    const error = await fails('push', `${host}/app:1`);
    expect(error).toMatch(/not yours|denied/i);
    expect(await must('image', 'inspect', '-f', '{{.RepoDigests}}', `${host}/app:1`)).toBe('[]');
    await must('save', '-o', join(bench.daemon.root, 'unharmed.tar'), `${host}/app:1`);
  });

  test('is told of as an event, as a pull is', async () => {
    const host = await startRegistry();
    await make({ reference: `${host}/app:1`, layers: [base] });
    const events = new RawConnection(bench.daemon.socket);
    const filters = encodeURIComponent(JSON.stringify({ event: ['push', 'pull'] }));
    events.send(`GET /events?filters=${filters} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await events.sees('200 OK');
    await must('push', `${host}/app:1`);
    await must('pull', `${host}/app:1`);
    const text = await events.sees('"pull"');
    events.socket.destroy();
    const actors = [...text.matchAll(/"Actor":(\{.*?\}\})/g)].map(
      ([, json = '']) => JSON.parse(json) as unknown,
    );
    const actor = { ID: `${host}/app:1`, Attributes: { name: `${host}/app` } };
    expect(actors).toEqual([actor, actor]);
  });
});

describe('pull', () => {
  test('without a tag takes all tags', async () => {
    const host = await startRegistry();
    for (const tag of ['a', 'b']) {
      await make({ reference: `${host}/app:${tag}`, layers: [layer(tag)] });
      await must('push', '-q', `${host}/app:${tag}`);
      await must('rmi', `${host}/app:${tag}`);
    }
    const out = await must('pull', '-a', `${host}/app`);
    // In whatever order the registry has them.
    for (const tag of ['a', 'b']) {
      expect(out).toMatch(new RegExp(`^${tag}: Pulling from app$`, 'm'));
      expect(out).toContain(`Status: Downloaded newer image for ${host}/app:${tag}\n`);
    }
    expect(
      (await must('images', '--format', '{{.Tag}}', `${host}/app`)).split('\n').sort(),
    ).toEqual(['a', 'b']);
    expect(await fails('pull', '-a', `${host}/none`)).toMatch(/none/);
  });
});

describe('what a registry tells', () => {
  const pushed = async (): Promise<string> => {
    const host = await startRegistry();
    await make({ reference: `${host}/team/app:1`, layers: [base] });
    await must('push', '-q', `${host}/team/app:1`);
    return `${host}/team/app`;
  };

  test('of a manifest: its bytes, type and digest', async () => {
    const name = await pushed();
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}:1`);
    const [{ RepoDigests }] =
      await get<readonly [{ RepoDigests: readonly string[] }]>('/images/json');
    const digest = RepoDigests[0]?.split('@')[1];
    for (const selector of [':1', `@${digest}`]) {
      expect(await bench.ask({ path: `/berth/manifests/${name}${selector}` })).toMatchObject({
        status: 200,
        headers: {
          'content-type': 'application/vnd.oci.image.manifest.v1+json',
          'docker-content-digest': digest,
        },
        body: raw,
      });
    }
    expect(await get(`/v1.51/distribution/${name}:1/json`)).toEqual({
      Descriptor: {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        size: Buffer.byteLength(raw),
      },
      Platforms: [own],
    });
    expect(await bench.ask({ path: `/berth/manifests/${name}:2` })).toMatchObject({ status: 404 });
    expect(await bench.ask({ path: '/distribution/UPPER/json' })).toMatchObject({ status: 400 });
  });

  test('of a search', async () => {
    const asked: string[] = [];
    const results = [
      { name: 'official/one', description: 'the one', star_count: 5, is_official: true },
      { name: 'other/one', description: '', star_count: 50, is_official: false },
    ];
    const host = await startServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(request.url?.startsWith('/v1/search') ? JSON.stringify({ results }) : '{}');
    });
    const search = async (filters: object): Promise<unknown> => {
      const query = `term=${host}/one&limit=7&filters=${encodeURIComponent(JSON.stringify(filters))}`;
      const found = await get<readonly { name: string }[]>(`/images/search?${query}`);
      return found.map(({ name }) => name);
    };
    const [first] = await get<readonly unknown[]>(`/images/search?term=${host}/one`);
    expect(first).toEqual({
      name: 'official/one',
      description: 'the one',
      star_count: 5,
      is_official: true,
      is_automated: false,
    });
    expect(await search({})).toEqual(['official/one', 'other/one']);
    expect(asked.at(-1)).toContain('n=7');
    expect(await search({ 'is-official': ['true'] })).toEqual(['official/one']);
    expect(await search({ stars: ['10'] })).toEqual(['other/one']);
    expect(await search({ 'is-automated': ['true'] })).toEqual([]);
    for (const query of ['term=', 'term=https://x', 'term=x&limit=-1', 'term=x&limit=many']) {
      expect(await bench.ask({ path: `/images/search?${query}` })).toMatchObject({ status: 400 });
    }
    const bad = encodeURIComponent(JSON.stringify({ stars: ['many'] }));
    expect(await bench.ask({ path: `/images/search?term=x&filters=${bad}` })).toMatchObject({
      status: 400,
    });
  });

  test('of credentials', async () => {
    const host = await startServer((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${btoa('ann:secret')}`;
      if (!isKnown) response.setHeader('www-authenticate', 'Basic realm="test"');
      response.writeHead(isKnown ? 200 : 401);
      response.end('{}');
    });
    const login = (body: object): ReturnType<typeof bench.ask> =>
      bench.ask({
        method: 'POST',
        path: '/auth',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ serveraddress: host, ...body }),
      });
    const accepted = await login({ username: 'ann', password: 'secret' });
    expect(accepted.status).toBe(200);
    expect(JSON.parse(accepted.body)).toEqual({ Status: 'Login Succeeded', IdentityToken: '' });
    expect(await login({ username: 'ann', password: 'wrong' })).toMatchObject({ status: 401 });
    expect(await login({})).toMatchObject({ status: 400 });
  });
});
