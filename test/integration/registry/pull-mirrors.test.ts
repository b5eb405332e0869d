import { describe, expect, test } from 'vitest';

import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { usePullFixture } from './pull-fixture.ts';
import { push, startProxy, startRegistry, startServer } from './support.ts';

const { image, images, largeLayer, pull } = usePullFixture();

describe('mirrors', () => {
  /** A configuration whose mirrors are these, in this order. docker.io itself cannot be reached in the tests. */
  const mirrored = (...hosts: readonly string[]): Partial<RegistryConfig> => ({
    registryMirrors: hosts.map((name) => `http://${name}`),
    probeTimeoutMs: 500,
    idleTimeoutMs: 500,
  });

  test('are tried in order; what the first lacks the next may have', async () => {
    const [empty, full] = [await startRegistry(), await startRegistry()];
    await push(image(), `${full}/library/app`);
    const dead = '127.0.0.1:1';
    const events = await pull('app', {}, mirrored(dead, empty, full));
    expect(events.filter(({ status }) => status === 'source-failed')).toMatchObject([
      { source: `http://${dead}`, code: 'REGISTRY_UNREACHABLE' },
      { source: `http://${empty}`, code: 'MANIFEST_UNKNOWN' },
    ]);
    expect(events.map(({ status }) => status).slice(0, 4)).toEqual([
      'source-failed',
      'source-failed',
      'started',
      'resolved',
    ]);
    expect(events.find(({ status }) => status === 'resolved')).toMatchObject({
      source: `http://${full}`,
    });
    expect((await images().list())[0]?.repoTags).toEqual(['app:latest']);
  });

  test('that do not answer, cut off or spoil a blob are left for the next; what they brought is kept', async () => {
    const registry = await startRegistry();
    await push(image(), `${registry}/library/app`);
    const large = largeLayer();
    const silent = await startServer(() => undefined);
    const cutting = await startProxy(registry, ({ path }, response, pass) => {
      if (!path.includes(large)) return undefined;
      pass((chunk) => {
        setImmediate(() => response.destroy());
        return chunk.subarray(0, 10);
      });
      return 'handled';
    });
    const spoiling = await startProxy(registry, ({ path }, _response, pass) => {
      if (!path.includes(large)) return undefined;
      pass((chunk) => Buffer.alloc(chunk.byteLength, 'x'));
      return 'handled';
    });
    const stalling = await startProxy(registry, ({ path }, response) => {
      if (!path.includes(large)) return undefined;
      response.writeHead(200, { 'content-length': '300000' });
      response.write('x');
      return 'handled';
    });
    const good = await startProxy(registry);
    const order = [silent, cutting.host, spoiling.host, stalling.host, good.host];
    const events = await pull('app', {}, mirrored(...order));
    expect(
      events.flatMap((event) => (event.status === 'source-failed' ? [event.code] : [])),
    ).toEqual([
      'REGISTRY_UNREACHABLE',
      'REGISTRY_UNREACHABLE',
      'REGISTRY_DIGEST_MISMATCH',
      'REGISTRY_UNREACHABLE',
    ]);
    expect(await images().list()).toHaveLength(1);
    expect(good.requests.filter(({ path }) => path.includes('/blobs/'))).toHaveLength(1);
  });

  test('get no credentials, which are for the registry itself', async () => {
    const registry = await startRegistry();
    await push(image(), `${registry}/library/app`);
    const mirror = await startProxy(registry);
    const credentials = { kind: 'registry-token', token: 'secret' } as const;
    await pull('app', { credentials }, mirrored(mirror.host));
    expect(new Set(mirror.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([undefined]),
    );
  });

  test('are of Docker Hub only', async () => {
    const [mirror, registry] = [await startProxy(await startRegistry()), await startRegistry()];
    await push(image(), `${registry}/app`);
    await pull(`${registry}/app`, {}, mirrored(mirror.host));
    expect(mirror.requests).toEqual([]);
  });
});
