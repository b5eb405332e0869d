import { beforeAll, describe, expect, test } from 'vitest';

import { digestOf, hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { makeImage } from '../image/support.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { connectClient } from './client-fixture.ts';
import { hurriedClock, layerOf, startFaultProxy } from './push-fixture.ts';
import { push, startRegistry, startServer } from './support.ts';

let image: ImageBlobs;
let layer: Digest;
let content: Uint8Array;
beforeAll(async () => {
  image = await makeImage({ layers: [[{ name: 'large', content: 'x'.repeat(200_000) }]] });
  layer = layerOf(image, 0).digest;
  content = image.blobs.get(layer) ?? Buffer.alloc(0);
});

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A registry with the image, as `team/app:v1`. */
async function filledRegistry(): Promise<string> {
  const domain = await startRegistry();
  await push(image, `${domain}/team/app:v1`);
  return domain;
}

describe('a manifest', () => {
  test('comes with its digest and its media type', async () => {
    const client = await connectClient(await filledRegistry());
    const { digest, bytes, mediaType } = await client.manifest('v1');
    expect({ digest, mediaType }).toEqual({
      digest: image.manifestDigest,
      mediaType: mediaTypes.ociManifest,
    });
    expect(digestOf(bytes)).toBe(digest);
    expect(await client.resolve('v1')).toBe(digest);
    expect(await client.resolve('v2')).toBeUndefined();
  });

  test('that is not there is an error in the words of Docker', async () => {
    const domain = await filledRegistry();
    const client = await connectClient(domain);
    await expect(client.manifest('v2')).rejects.toMatchObject({
      code: 'MANIFEST_UNKNOWN',
      message: `manifest for ${domain}/team/app:v2 not found: manifest unknown: manifest unknown`,
    });
  });

  test('is asked for again when the registry is busy, or the connection breaks', async () => {
    const faults = [
      { kind: 'answer', status: 503 },
      { kind: 'answer', status: 429, retryAfter: '3' },
      { kind: 'cut', at: { bytes: 10 }, how: 'reset' },
      { kind: 'hang-up' },
    ] as const;
    let at = 0;
    const proxy = await startFaultProxy(await filledRegistry(), {
      request: ({ path }) => (path.includes('/manifests/') ? faults[at++] : undefined),
    });
    const clock = hurriedClock();
    const client = await connectClient(proxy.host, { clock });
    expect((await client.manifest('v1')).digest).toBe(image.manifestDigest);
    // A kept connection that is reset is used again at once, without a wait.
    expect(clock.waitsMs.slice(0, 3)).toEqual([500, 3_000, 2_000]);
  });

  test('is given up after as many tries as there may be', async () => {
    const proxy = await startFaultProxy(await filledRegistry(), {
      request: ({ path }) =>
        path.includes('/manifests/') ? { kind: 'answer', status: 503 } : undefined,
    });
    const client = await connectClient(proxy.host);
    await expect(client.manifest('v1')).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
    const isManifest = ({ path }: { path: string }): boolean => path.includes('/manifests/');
    expect(proxy.requests.filter(isManifest)).toHaveLength(5);
  });

  test.each([
    ['of schema 1 by its type', 'application/vnd.docker.distribution.manifest.v1+prettyjws', '{}'],
    ['of schema 1 by its number', 'application/json', '{"schemaVersion":1}'],
  ])('%s is refused', async (_name, type, body) => {
    const host = await startServer((_request, response) => {
      response.setHeader('content-type', type).end(body);
    });
    const client = await connectClient(host);
    await expect(client.manifest('v1')).rejects.toMatchObject({
      code: 'MANIFEST_SCHEMA_UNSUPPORTED',
      message: expect.stringContaining(`"${host}/team/app:v1"`) as unknown,
    });
  });

  test('that is not what its type says is refused', async () => {
    const host = await startServer((_request, response) => {
      const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest });
      response.setHeader('content-type', mediaTypes.ociIndex).end(body);
    });
    const client = await connectClient(host);
    await expect(client.manifest('v1')).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
    });
  });

  test('that does not end is refused', async () => {
    const host = await startServer((request, response) => {
      if (!(request.url ?? '').includes('/manifests/')) {
        response.end();
        return;
      }
      const more = (): void => {
        while (response.write(' '.repeat(64 * 1024)));
        response.once('drain', more);
      };
      more();
    });
    const client = await connectClient(host);
    await expect(client.manifest('v1')).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
      message: expect.stringContaining('longer than') as unknown,
    });
  });

  test('can be removed', async () => {
    const client = await connectClient(await filledRegistry());
    await client.deleteManifest(image.manifestDigest);
    await expect(client.manifest('v1')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    await expect(client.deleteManifest(image.manifestDigest)).rejects.toMatchObject({
      code: 'MANIFEST_UNKNOWN',
    });
  });
});

describe('a blob', () => {
  test('comes whole, or from a byte on', async () => {
    const client = await connectClient(await filledRegistry());
    const whole = await client.blob(layer);
    expect(whole).toMatchObject({ offsetBytes: 0, sizeBytes: content.byteLength });
    expect((await bytesOf(whole.body)).equals(content)).toBe(true);
    const part = await client.blob(layer, { offsetBytes: 150_000 });
    expect(part).toMatchObject({ offsetBytes: 150_000, sizeBytes: content.byteLength });
    expect((await bytesOf(part)).equals(content.subarray(150_000))).toBe(true);
    expect(await client.hasBlob(layer)).toBe(content.byteLength);
  });

  test('from its end on is empty', async () => {
    const client = await connectClient(await filledRegistry());
    const none = await client.blob(layer, { offsetBytes: content.byteLength });
    expect(none).toMatchObject({ offsetBytes: content.byteLength, sizeBytes: content.byteLength });
    expect(await bytesOf(none.body)).toHaveLength(0);
  });

  test('that is not there is an error that names it', async () => {
    const domain = await filledRegistry();
    const client = await connectClient(domain);
    const digest = digestOf('nobody has this');
    await expect(client.blob(digest)).rejects.toMatchObject({
      code: 'BLOB_UNKNOWN',
      message: expect.stringContaining(digest) as unknown,
    });
    expect(await client.hasBlob(digest)).toBeUndefined();
  });

  test.each([
    ['begins elsewhere', 206, 'bytes 0-9/10'],
    ['ends before the end', 206, 'bytes 5-8/10'],
    ['says nothing of where it is', 206, undefined],
    ['counts in something else', 206, 'words 5-9/10'],
    ['is of another size than was there', 416, 'bytes */10'],
    ['is of no size', 416, 'bytes */*'],
  ])('that %s is refused', async (_name, status, range) => {
    const host = await startServer((request, response) => {
      const isBlob = (request.url ?? '').includes('/blobs/');
      const headers = range === undefined ? {} : { 'content-range': range };
      response.writeHead(isBlob ? status : 200, isBlob ? headers : {}).end('56789');
    });
    const client = await connectClient(host);
    await expect(client.blob(layer, { offsetBytes: 5 })).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
    });
  });

  test('of a server that does not know ranges comes from its beginning', async () => {
    const host = await startServer((_request, response) => response.end('0123456789'));
    const client = await connectClient(host);
    const blob = await client.blob(layer, { offsetBytes: 5 });
    expect(blob).toMatchObject({ offsetBytes: 0, sizeBytes: 10 });
    blob.body.destroy();
  });

  test('that the registry itself calls another one is refused', async () => {
    const host = await startServer((_request, response) => {
      response.setHeader('docker-content-digest', digestOf('another')).end('another');
    });
    const client = await connectClient(host);
    await expect(client.blob(layer)).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });

  test('is asked for again when the registry is busy, but a mirror is not', async () => {
    let count = 0;
    const proxy = await startFaultProxy(await filledRegistry(), {
      request: (request) =>
        isBlobDownload(request) && (count += 1) % 2 === 1
          ? { kind: 'answer', status: 502 }
          : undefined,
    });
    const client = await connectClient(proxy.host);
    (await client.blob(layer)).body.destroy();
    const once = await connectClient(proxy.host, { attempts: 1 });
    await expect(once.blob(layer)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
  });

  test('of a foreign layer comes from its URL, without what is for the registry', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await startServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('foreign');
    });
    const credentials = { kind: 'registry-token', token: 'secret' } as const;
    const client = await connectClient(await startRegistry(), { credentials });
    const { body } = await client.blobFromUrl(`http://${elsewhere}/layer`);
    expect((await bytesOf(body)).toString()).toBe('foreign');
    expect(seen).toEqual([undefined]);
    await expect(client.blobFromUrl('file:///etc/passwd')).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
    });
  });
});

test('a mirror of several registries gets its prefix, and whose content is wanted', async () => {
  const asked: string[] = [];
  const host = await startServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end();
  });
  const endpoint = {
    name: `http://${host}/proxy`,
    kind: 'mirror',
    transports: [{ baseUrl: `http://${host}`, certificates: 'none' }],
    repositoryPrefix: 'proxy/',
    namespace: 'ghcr.io',
  } as const;
  const client = await connectClient('ghcr.io', { endpoint });
  await client.hasBlob(layer);
  expect(asked).toEqual(['GET /v2/', `HEAD /v2/proxy/team/app/blobs/${layer}?ns=ghcr.io`]);
});

describe('a redirect', () => {
  const redirecting = (location: (path: string) => string | undefined): Promise<string> =>
    startServer((request, response) => {
      const to = location(request.url ?? '');
      if (to === undefined) response.end();
      else response.writeHead(307, { location: to }).end();
    });

  test.each([
    ['in a circle', (path: string) => (path === '/v2/' ? undefined : path), 'in a circle'],
    ['without end', (path: string) => (path === '/v2/' ? undefined : `${path}x`), 'too often'],
    ['to nowhere', (path: string) => (path === '/v2/' ? undefined : 'http://'), 'to nowhere'],
    ['to a file', (path: string) => (path === '/v2/' ? undefined : 'file:///x'), 'wanted https'],
  ])('%s is refused', async (_name, location, message) => {
    const client = await connectClient(await redirecting(location));
    await expect(client.blob(layer)).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('tags', () => {
  test('are all of them, page by page', async () => {
    const domain = await filledRegistry();
    const tags = ['a', 'b', 'c', 'd', 'e'];
    const writer = await connectClient(domain, { access: 'push' });
    const { bytes, mediaType } = await writer.manifest('v1');
    for (const tag of tags) await writer.putManifest(tag, bytes, mediaType);
    // docker-registry 2.8 gives them in no order.
    expect((await writer.tags()).toSorted()).toEqual([...tags, 'v1']);
  });

  test('follow the header Link, and stop where it leads in a circle or elsewhere', async () => {
    let link = '</v2/team/app/tags/list?last=a>; rel="next"';
    const host = await startServer((request, response) => {
      const isLast = (request.url ?? '').includes('last=');
      if (!isLast || link.includes('circle')) response.setHeader('link', link);
      response.end(JSON.stringify({ name: 'team/app', tags: isLast ? ['b'] : ['a'] }));
    });
    const client = await connectClient(host);
    expect(await client.tags()).toEqual(['a', 'b']);
    link = '</v2/team/app/tags/list?last=circle>; rel="next"';
    await expect(client.tags()).rejects.toMatchObject({ code: 'REGISTRY_RESPONSE_INVALID' });
    link = '<http://127.0.0.1:1/tags>; rel="next"';
    await expect(client.tags()).rejects.toMatchObject({ code: 'REGISTRY_RESPONSE_INVALID' });
  });
});

describe('referrers', () => {
  const signature = {
    mediaType: mediaTypes.ociManifest,
    digest: digestOf('signature'),
    size: 9,
    artifactType: 'application/vnd.test.signature',
  };
  const bill = {
    ...signature,
    digest: digestOf('sbom'),
    artifactType: 'application/vnd.test.sbom',
  };
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [signature, bill],
  };

  test('of a registry that does not know the question are those of the tag for it', async () => {
    // docker-registry 2.8 is one.
    const writer = await connectClient(await filledRegistry(), { access: 'push' });
    expect(await writer.referrers(image.manifestDigest)).toEqual([]);
    const tag = `sha256-${hexOf(image.manifestDigest)}`;
    const empty = { ...index, manifests: [] };
    await writer.putManifest(tag, Buffer.from(JSON.stringify(empty)), mediaTypes.ociIndex);
    expect(await writer.referrers(image.manifestDigest)).toEqual([]);
    const self = {
      mediaType: mediaTypes.ociManifest,
      digest: image.manifestDigest,
      size: image.blobs.get(image.manifestDigest)?.byteLength,
      artifactType: 'application/vnd.test.signature',
    };
    const one = Buffer.from(JSON.stringify({ ...index, manifests: [self] }));
    await writer.putManifest(tag, one, mediaTypes.ociIndex);
    expect(await writer.referrers(image.manifestDigest)).toEqual([self]);
    expect(await writer.referrers(image.manifestDigest, 'other/type')).toEqual([]);
  });

  test('of a registry that knows it are those of the type, whether it filters or not', async () => {
    const asked: string[] = [];
    const host = await startServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', mediaTypes.ociIndex).end(JSON.stringify(index));
    });
    const client = await connectClient(host);
    expect(await client.referrers(image.manifestDigest)).toEqual([signature, bill]);
    expect(await client.referrers(image.manifestDigest, signature.artifactType)).toEqual([
      signature,
    ]);
    expect(asked.at(-1)).toBe(
      `/v2/team/app/referrers/${image.manifestDigest}?artifactType=application%2Fvnd.test.signature`,
    );
  });
});
