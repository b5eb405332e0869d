import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import type { Descriptor } from '../../../runtime/image/manifest.ts';
import { RegistryTarget } from '../../../runtime/registry/registry-target.ts';
import { makeImage } from '../image/support.ts';
import {
  collected,
  hurriedClock,
  layerOf,
  outcomes,
  pushRequest,
  readBack,
  startFaultProxy,
} from './push-fixture.ts';
import { startRegistry } from './support.ts';
import { startUploadServer } from './upload-server.ts';

let image: ImageBlobs;
let layer: Descriptor;
beforeAll(async () => {
  image = await makeImage({ layers: [[{ name: 'large', content: randomBytes(1_000_000) }]] });
  layer = layerOf(image, 0);
});

/** Starts a proxy that resets a connection once so many bytes have gone to the registry on it, once for each number. */
async function startCuttingProxy(upstream: string, cuts: number[]): Promise<string> {
  const [host = '', port = ''] = upstream.split(':');
  const server = createServer((client) => {
    const onward = connect(Number(port), host);
    let sentBytes = 0;
    client.on('data', (data: Buffer) => {
      sentBytes += data.byteLength;
      onward.write(data);
      if (sentBytes < (cuts[0] ?? Infinity)) return;
      cuts.shift();
      onward.end();
      client.resetAndDestroy();
    });
    onward.pipe(client);
    client.on('error', () => onward.end());
    onward.on('error', () => client.destroy());
    client.on('close', () => onward.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const mebibyte = 1024 * 1024;

/** The requests of the layer: those of the configuration, which come after it, left out. */
function ofLayer(requests: readonly string[]): readonly string[] {
  return requests.slice(0, requests.indexOf('PUT blob') + 1);
}

describe('an upload', () => {
  test('goes on where the registry is after a broken connection', async () => {
    const server = await startUploadServer({ cutAfter: [300_000, 200_000] });
    const clock = hurriedClock();
    const events = await collected(
      new RegistryTarget({}, clock).push(pushRequest(image, `${server.host}/team/app:1`)),
    );
    expect(ofLayer(server.requests)).toEqual([
      'PATCH cut 300000',
      'GET upload',
      'PATCH cut 200000',
      'GET upload',
      `PATCH 500000-${layer.size - 1}`,
      'PUT blob',
    ]);
    const bytes = image.blobs.get(layer.digest) ?? Buffer.alloc(0);
    expect(server.blobs.get(layer.digest)?.equals(bytes)).toBe(true);
    const retries = events.filter(({ status }) => status === 'layer-retrying');
    expect(retries).toHaveLength(2);
    // Each got further: the waits do not grow.
    expect(clock.waitsMs.every((ms) => ms <= 500)).toBe(true);
  });

  test('is sent in parts to a registry that wants parts', async () => {
    const server = await startUploadServer({ chunkBytes: 400_000, cutAfter: [100_000] });
    await collected(
      new RegistryTarget({}, hurriedClock()).push(pushRequest(image, `${server.host}/team/app:1`)),
    );
    expect(ofLayer(server.requests)).toEqual([
      'PATCH cut 100000',
      'GET upload',
      'PATCH 100000-499999',
      'PATCH 500000-899999',
      `PATCH 900000-${layer.size - 1}`,
      'PUT blob',
    ]);
  });

  test('begins anew when the registry has forgotten it', async () => {
    const server = await startUploadServer({ cutAfter: [300_000], memory: 'short' });
    await collected(
      new RegistryTarget({}, hurriedClock()).push(pushRequest(image, `${server.host}/team/app:1`)),
    );
    expect(ofLayer(server.requests)).toEqual([
      'PATCH cut 300000',
      'GET of nothing',
      'PATCH whole',
      'PUT blob',
    ]);
  });

  test('begins anew when the registry cannot say that it has one byte', async () => {
    const server = await startUploadServer({ cutAfter: [1] });
    await collected(
      new RegistryTarget({}, hurriedClock()).push(pushRequest(image, `${server.host}/team/app:1`)),
    );
    expect(ofLayer(server.requests)).toEqual([
      'PATCH cut 1',
      'GET upload',
      'GET upload',
      'PATCH whole',
      'PUT blob',
    ]);
  });

  test('is over when only the answer to its end was lost', async () => {
    const server = await startUploadServer({ lostEnds: 1 });
    const events = await collected(
      new RegistryTarget({}, hurriedClock()).push(pushRequest(image, `${server.host}/team/app:1`)),
    );
    expect(ofLayer(server.requests)).toEqual(['PATCH whole', 'PUT blob']);
    expect(server.receivedBytes()).toBeLessThan(layer.size + mebibyte / 4);
    expect(outcomes(events, image)).toEqual(['layer-pushed']);
  });

  test('is given up after as many tries as there may be, and cancelled', async () => {
    const server = await startUploadServer({ cutAfter: [10, 0, 0, 0, 0, 0, 0] });
    await expect(
      collected(
        new RegistryTarget({ maxDownloadAttempts: 3 }, hurriedClock()).push(
          pushRequest(image, `${server.host}/team/app:1`),
        ),
      ),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    expect(server.requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(4);
    expect(server.requests.at(-1)).toBe('DELETE upload');
  });

  test('is brought to the end with a registry that cannot go on with half of it', async () => {
    const domain = await startRegistry();
    const host = await startCuttingProxy(domain, [400_000, 700_000]);
    const events = await collected(
      new RegistryTarget({}, hurriedClock()).push(pushRequest(image, `${host}/team/app:1`)),
    );
    expect(events.filter(({ status }) => status === 'layer-retrying')).toHaveLength(2);
    const back = await readBack(`${domain}/team/app:1`);
    expect(back.digest).toBe(image.manifestDigest);
    const bytes = image.blobs.get(layer.digest) ?? Buffer.alloc(0);
    expect(back.blob(layer.digest).equals(bytes)).toBe(true);
  });

  test('works through a registry that is busy, and connections that break', async () => {
    const domain = await startRegistry();
    let count = 0;
    const faults = [
      { kind: 'answer', status: 503, retryAfter: '1' },
      { kind: 'hang-up' },
      { kind: 'answer', status: 429 },
    ] as const;
    const proxy = await startFaultProxy(domain, {
      // Every third request, so that a part and the end of an upload are met in turn.
      request: () => ((count += 1) % 3 === 0 ? faults[(count / 3) % 3] : undefined),
    });
    const events = await collected(
      new RegistryTarget({ maxDownloadAttempts: 8 }, hurriedClock()).push(
        pushRequest(image, `${proxy.host}/team/app:1`),
      ),
    );
    expect(events.at(-1)?.status).toBe('done');
    expect((await readBack(`${domain}/team/app:1`)).digest).toBe(image.manifestDigest);
  });
});
