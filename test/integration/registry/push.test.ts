import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';

import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import type { Descriptor } from '../../../runtime/image/manifest.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { RegistryTarget } from '../../../runtime/registry/registry-target.ts';
import { makeImage } from '../image/support.ts';
import {
  collected,
  hurriedClock,
  layerOf,
  manifestOf,
  outcomes,
  pushRequest,
  readBack,
} from './push-fixture.ts';
import { htpasswd, push, startRegistry } from './support.ts';
import { startFaultProxy } from './push-fixture.ts';

let image: ImageBlobs;
beforeAll(async () => {
  image = await makeImage({
    layers: [
      [{ name: 'bin/sh', content: 'shell' }],
      [{ name: 'large', content: randomBytes(1_500_000) }],
    ],
  });
});

describe('a push', () => {
  test('is read by skopeo under the same digest', async () => {
    const domain = await startRegistry();
    const target = new RegistryTarget();
    const events = await collected(target.push(pushRequest(image, `${domain}/team/app:v1`)));
    expect(events[0]).toEqual({ status: 'started', repository: `${domain}/team/app` });
    expect(events.at(-1)).toEqual({
      status: 'done',
      tag: 'v1',
      digest: image.manifestDigest,
      sizeBytes: image.blobs.get(image.manifestDigest)?.byteLength,
    });
    expect(outcomes(events, image)).toEqual(['layer-pushed', 'layer-pushed']);
    const back = await readBack(`${domain}/team/app:v1`);
    expect(back.digest).toBe(image.manifestDigest);
    const { digest } = layerOf(image, 1);
    expect(back.blob(digest).equals(image.blobs.get(digest) ?? Buffer.alloc(0))).toBe(true);
  });

  test('reports the bytes of a layer up to its size', async () => {
    const domain = await startRegistry();
    const events = await collected(
      new RegistryTarget().push(pushRequest(image, `${domain}/app:1`)),
    );
    const { digest, size } = layerOf(image, 1);
    const sent = events.flatMap((event) =>
      event.status === 'layer-uploading' && event.layer === digest ? [event] : [],
    );
    expect(sent.at(-1)).toMatchObject({ sentBytes: size, totalBytes: size });
  });

  test('of what is there sends no layer again, also when skopeo brought it', async () => {
    const domain = await startRegistry();
    await push(image, `${domain}/app:1`);
    const proxy = await startFaultProxy(domain);
    const request = pushRequest(image, `${proxy.host}/app:2`);
    const events = await collected(new RegistryTarget().push(request));
    expect(outcomes(events, image)).toEqual(['layer-exists', 'layer-exists']);
    expect(proxy.requests.filter(({ path }) => path.includes('/uploads/'))).toEqual([]);
    expect((await readBack(`${domain}/app:2`)).digest).toBe(image.manifestDigest);
  });

  test('takes layers over from another repository of the registry', async () => {
    const domain = await startRegistry();
    const target = new RegistryTarget();
    await collected(target.push(pushRequest(image, `${domain}/base/os:1`)));
    const events = await collected(
      target.push(
        pushRequest(image, `${domain}/team/app:1`, {
          mountCandidates: () => ['nobody/knows', 'base/os'],
        }),
      ),
    );
    expect(outcomes(events, image)).toEqual(['layer-mounted', 'layer-mounted']);
    expect(events).toContainEqual({
      status: 'layer-mounted',
      layer: layerOf(image, 1).digest,
      from: 'base/os',
    });
    expect((await readBack(`${domain}/team/app:1`)).digest).toBe(image.manifestDigest);
  });

  test('uploads what a mount does not bring', async () => {
    const domain = await startRegistry();
    const request = pushRequest(image, `${domain}/app:1`, { mountCandidates: () => ['not/there'] });
    const events = await collected(new RegistryTarget().push(request));
    expect(outcomes(events, image)).toEqual(['layer-pushed', 'layer-pushed']);
    expect((await readBack(`${domain}/app:1`)).digest).toBe(image.manifestDigest);
  });

  test('without a tag is found by its digest', async () => {
    const domain = await startRegistry();
    const events = await collected(new RegistryTarget().push(pushRequest(image, `${domain}/app`)));
    expect(events.at(-1)).toMatchObject({ status: 'done', tag: '' });
    const { digest } = await readBack(`${domain}/app@${image.manifestDigest}`);
    expect(digest).toBe(image.manifestDigest);
  });

  test('of an image twice at a time sends each layer once', async () => {
    const domain = await startRegistry();
    const opened: string[] = [];
    const target = new RegistryTarget();
    const { open } = pushRequest(image, `${domain}/app:0`);
    const requests = ['1', '2'].map((tag) =>
      pushRequest(image, `${domain}/app:${tag}`, {
        open: (digest, offsetBytes) => {
          opened.push(digest);
          return open(digest, offsetBytes);
        },
      }),
    );
    const all = await Promise.all(requests.map((request) => collected(target.push(request))));
    const { config, layers } = manifestOf(image);
    expect(opened.toSorted()).toEqual([config, ...layers].map(({ digest }) => digest).toSorted());
    expect(all.map((events) => events.at(-1)?.status)).toEqual(['done', 'done']);
    expect((await readBack(`${domain}/app:2`)).digest).toBe(image.manifestDigest);
  });

  test('stops when nobody reads its events any more, and cancels its uploads', async () => {
    const domain = await startRegistry();
    const proxy = await startFaultProxy(domain);
    const request = pushRequest(image, `${proxy.host}/app:1`);
    for await (const event of new RegistryTarget().push(request)) {
      if (event.status === 'layer-waiting') break;
    }
    expect(proxy.requests.some(({ path }) => path.includes('/manifests/'))).toBe(false);
  });

  test('to a registry that wants a password, without one, is refused in the words of Docker', async () => {
    const domain = await startRegistry({ auth: await htpasswd() });
    const request = pushRequest(image, `${domain}/app:1`);
    await expect(collected(new RegistryTarget().push(request))).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: 'no basic auth credentials',
    });
    const credentials = { kind: 'basic', username: 'ann', password: 'secret' } as const;
    await collected(new RegistryTarget().push({ ...request, credentials }));
    const back = await readBack(`${domain}/app:1`, '--creds=ann:secret');
    expect(back.digest).toBe(image.manifestDigest);
  });

  test('leaves layers that may not be distributed where they are', async () => {
    const domain = await startRegistry();
    const request = pushRequest(image, `${domain}/app:1`);
    const [first, second] = request.layers;
    const foreign = {
      ...first,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: ['https://elsewhere.test/layer'],
    } as Descriptor;
    const proxy = await startFaultProxy(domain);
    await collected(
      new RegistryTarget({}, hurriedClock()).push({
        ...request,
        reference: parseReference(`${proxy.host}/app:1`),
        layers: [foreign, second ?? foreign],
        // The manifest has the layer that is not there now; nobody asks for it.
        manifest: { ...request.manifest, bytes: Buffer.from('{}') },
      }),
    ).catch(() => undefined);
    expect(proxy.requests.some(({ path }) => path.includes(foreign.digest))).toBe(false);
    expect(proxy.requests.some(({ path }) => path.includes(second?.digest ?? ''))).toBe(true);
  });

  test('with wrong bytes fails, and leaves no image', async () => {
    const domain = await startRegistry();
    const request = pushRequest(image, `${domain}/app:1`, {
      // As long as they should be, but others.
      open: async function* (digest) {
        await Promise.resolve();
        yield Buffer.alloc(image.blobs.get(digest)?.byteLength ?? 0);
      },
    });
    await expect(collected(new RegistryTarget().push(request))).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('digest invalid') as unknown,
    });
    await expect(readBack(`${domain}/app:1`)).rejects.toThrow();
  });

  test('of a file that has become shorter fails at once', async () => {
    const domain = await startRegistry();
    const { digest } = layerOf(image, 1);
    const request = pushRequest(image, `${domain}/app:1`);
    const short = pushRequest(image, `${domain}/app:1`, {
      open: async function* (one, offsetBytes) {
        if (one !== digest) yield* request.open(one, offsetBytes);
        else yield Buffer.from('too short');
      },
    });
    await expect(collected(new RegistryTarget().push(short))).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
    });
  });
});
