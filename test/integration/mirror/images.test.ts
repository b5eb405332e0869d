import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import { randomImage, startFaults, upload } from '../registry/fetch-fixture.ts';
import { temporaryFolder } from '../layer/support.ts';
import { startRegistry } from '../registry/support.ts';
import { ask, errorCodes, isContent, testMirror } from './mirror-fixture.ts';

/** A port of loopback that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('images through a mirror', () => {
  const image = randomImage(700_000, 10);
  const [layer = digestOf(''), small = digestOf('')] = image.layers;
  const manifest = digestOf(image.manifest);

  async function upstream(): Promise<Awaited<ReturnType<typeof startFaults>>> {
    const registry = await startRegistry();
    await upload(registry, image);
    return startFaults(registry);
  }

  test('speak the distribution API: version, manifests by tag and digest, blobs, HEAD', async () => {
    const mirror = await testMirror((await upstream()).host);
    expect(await ask(mirror, '/v2/')).toMatchObject({
      status: 200,
      headers: { 'docker-distribution-api-version': 'registry/2.0' },
    });
    for (const selector of ['latest', manifest]) {
      for (const method of ['HEAD', 'GET']) {
        const answer = await ask(mirror, `/v2/library/app/manifests/${selector}`, { method });
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json');
        expect(answer.headers['docker-content-digest']).toBe(manifest);
        expect(answer.headers['content-length']).toBe(String(image.manifest.byteLength));
        expect(answer.body.equals(image.manifest)).toBe(method === 'GET');
      }
    }
    const head = await ask(mirror, `/v2/library/app/blobs/${layer}`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '700000' } });
    expect(mirror.kept()).not.toContain(layer.slice(7));
    for (const digest of [layer, small]) {
      const answer = await ask(mirror, `/v2/library/app/blobs/${digest}`);
      expect(answer).toMatchObject({ status: 200, end: 'clean' });
      expect(isContent(answer, digest)).toBe(true);
    }
    expect(mirror.kept()).toContain(layer.slice(7));
  });

  test('answer conditions and ranges of what is kept', async () => {
    const mirror = await testMirror((await upstream()).host);
    const path = `/v2/library/app/blobs/${layer}`;
    const whole = (await ask(mirror, path)).body;
    const part = async (range: string, more: Record<string, string> = {}): Promise<unknown> => {
      const { status, headers, body } = await ask(mirror, path, { headers: { range, ...more } });
      return {
        status,
        range: headers['content-range'],
        isRight: whole.includes(body),
        size: body.length,
      };
    };
    expect(await part('bytes=5-9')).toEqual({
      status: 206,
      range: 'bytes 5-9/700000',
      isRight: true,
      size: 5,
    });
    expect(await part('bytes=699990-')).toMatchObject({
      status: 206,
      range: 'bytes 699990-699999/700000',
      size: 10,
    });
    expect(await part('bytes=-4')).toMatchObject({
      status: 206,
      range: 'bytes 699996-699999/700000',
      size: 4,
    });
    expect(await part('bytes=700000-')).toMatchObject({
      status: 416,
      range: 'bytes */700000',
      size: 0,
    });
    expect(await part('bytes=5-9', { 'if-range': '"another"' })).toMatchObject({
      status: 200,
      size: 700_000,
    });
    expect(await part('bytes=1-2,5-6')).toMatchObject({ status: 200, size: 700_000 });
    expect(await ask(mirror, path, { headers: { 'if-none-match': `"${layer}"` } })).toMatchObject({
      status: 304,
    });
  });

  test('a range of what is still arriving is right, too', async () => {
    const mirror = await testMirror((await upstream()).host);
    const path = `/v2/library/app/blobs/${layer}`;
    const [tail, all] = await Promise.all([
      ask(mirror, path, { headers: { range: 'bytes=100000-' } }),
      ask(mirror, path),
    ]);
    expect(tail).toMatchObject({ status: 206, end: 'clean' });
    expect(tail.body.equals(all.body.subarray(100_000))).toBe(true);
  });

  test('are asked for once, and then come from the cache, also without upstream', async () => {
    const proxy = await upstream();
    const mirror = await testMirror(proxy.host, { manifestTtlMs: 0 });
    const pull = async (): Promise<readonly (string | undefined)[]> => {
      const tag = await ask(mirror, '/v2/library/app/manifests/latest');
      const blobs = await Promise.all(
        image.layers.map((digest) => ask(mirror, `/v2/library/app/blobs/${digest}`)),
      );
      expect([tag, ...blobs].map(({ status }) => status)).toEqual([200, 200, 200]);
      return [tag.headers.warning];
    };
    expect(await pull()).toEqual([undefined]);
    const asked = proxy.requests.length;
    expect(await pull()).toEqual([undefined]);
    // Only whether the tag has moved.
    expect(
      proxy.requests
        .slice(asked)
        .map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`),
    ).toEqual(['HEAD /v2/library/app/manifests/latest']);
    await proxy.stop();
    expect(await pull()).toEqual(['111 berth "Revalidation Failed"']);
    expect(mirror.events.filter(({ kind }) => kind === 'stale')).toHaveLength(1);
  });

  test('a tag that has moved is followed; within its time upstream is not asked', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    const [asking, trusting] = [
      await testMirror(registry, { manifestTtlMs: 0 }),
      await testMirror(registry),
    ];
    const digests = (): Promise<unknown[]> =>
      Promise.all(
        [asking, trusting].map(async (mirror) => {
          const answer = await ask(mirror, '/v2/library/app/manifests/latest');
          return answer.headers['docker-content-digest'];
        }),
      );
    expect(await digests()).toEqual([manifest, manifest]);
    const other = randomImage(20);
    await upload(registry, other);
    expect(await digests()).toEqual([digestOf(other.manifest), manifest]);
  });

  test('have lists of tags in pages, and of what refers to them', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    const url = `http://${registry}/v2/library/app/manifests`;
    const type = 'application/vnd.oci.image.manifest.v1+json';
    for (const tag of ['b', 'a']) {
      await fetch(`${url}/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': type },
        body: new Uint8Array(image.manifest),
      });
    }
    const mirror = await testMirror(registry);
    const list = await ask(mirror, '/v2/library/app/tags/list');
    expect(JSON.parse(list.body.toString())).toEqual({
      name: 'library/app',
      tags: ['a', 'b', 'latest'],
    });
    const page = await ask(mirror, '/v2/library/app/tags/list?n=2');
    expect(JSON.parse(page.body.toString())).toEqual({ name: 'library/app', tags: ['a', 'b'] });
    const next = /^<([^>]+)>; rel="next"$/.exec(String(page.headers['link']))?.[1] ?? '';
    const rest = await ask(mirror, next);
    expect(JSON.parse(rest.body.toString())).toEqual({ name: 'library/app', tags: ['latest'] });
    expect(rest.headers['link']).toBeUndefined();
    const referrers = await ask(mirror, `/v2/library/app/referrers/${manifest}?artifactType=a/b`);
    expect(referrers).toMatchObject({
      status: 200,
      headers: {
        'oci-filters-applied': 'artifactType',
        'content-type': 'application/vnd.oci.image.index.v1+json',
      },
    });
    expect(JSON.parse(referrers.body.toString())).toMatchObject({
      schemaVersion: 2,
      manifests: [],
    });
  });

  test('of other registries are found by name prefix and by ns, if they are allowed', async () => {
    const registry = await startRegistry();
    await upload(registry, image, 'owner/app');
    const mirror = await testMirror('127.0.0.1:1', { allowedRegistries: [registry] });
    const path = 'owner/app/manifests/latest';
    for (const url of [
      `/v2/${registry}/${path}`,
      `/v2/${path}?ns=${registry}`,
      `/v2/${registry}/${path}?ns=${registry}`,
    ])
      expect(await ask(mirror, url)).toMatchObject({
        status: 200,
        headers: { 'docker-content-digest': manifest },
      });
    for (const url of ['/v2/localhost:22/a/manifests/b', '/v2/a/manifests/b?ns=169.254.169.254']) {
      const answer = await ask(mirror, url);
      expect(answer.status).toBe(403);
      expect(errorCodes(answer)).toEqual(['DENIED']);
    }
  });

  test('are not asked of the mirror itself, whatever daemon.json says', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    const dataRoot = await temporaryFolder();
    const configPath = join(dataRoot, 'daemon.json');
    const port = await freePort();
    const own = `http://localhost:${port}`;
    writeFileSync(configPath, JSON.stringify({ 'registry-mirrors': [own, `http://${registry}`] }));
    const mirror = await testMirror('127.0.0.1:1', {
      dataRoot,
      configPath,
      port,
      replacements: new Map(),
    });
    expect(await ask(mirror, '/v2/library/app/manifests/latest')).toMatchObject({ status: 200 });
    expect(mirror.events).toContainEqual(
      expect.objectContaining({
        kind: 'problem',
        what: `"${own}" is this mirror itself: it is not asked`,
      }),
    );
  });

  test('errors are those of the specification', async () => {
    const mirror = await testMirror((await upstream()).host);
    const failure = async (path: string, method = 'GET'): Promise<unknown> => {
      const answer = await ask(mirror, path, { method });
      return [answer.status, ...errorCodes(answer)];
    };
    const none = `sha256:${'0'.repeat(64)}`;
    expect(await failure('/v2/library/app/manifests/none')).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await failure(`/v2/library/app/blobs/${none}`)).toEqual([404, 'BLOB_UNKNOWN']);
    expect(await failure('/v2/library/app/blobs/sha256:0')).toEqual([400, 'DIGEST_INVALID']);
    expect(await failure('/v2/Library/app/manifests/latest')).toEqual([400, 'NAME_INVALID']);
    expect(await failure('/v2/library/app/manifests/a%20b')).toEqual([400, 'MANIFEST_INVALID']);
    expect(await failure('/v2/../../etc/passwd')).toEqual([404, 'UNSUPPORTED']);
    expect(await failure('/v2/library/app/blobs/uploads/', 'POST')).toEqual([405, 'UNSUPPORTED']);
    expect(await failure('/else')).toEqual([404, 'UNSUPPORTED']);
    expect((await ask(mirror, `/v2/${'a/'.repeat(20_000)}`)).status).toBe(431);
  });

  test('that need a password are not there, and nobody is asked for one', async () => {
    const secured = await startRegistry({
      auth: { htpasswd: { realm: 'berth', path: '/dev/null' } },
    });
    const proxy = await startFaults(secured);
    const mirror = await testMirror(proxy.host);
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    const answer = await ask(mirror, '/v2/library/app/manifests/latest', {
      headers: { authorization },
    });
    expect(answer.status).toBe(404);
    expect(errorCodes(answer)).toEqual(['NAME_UNKNOWN']);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });
});
