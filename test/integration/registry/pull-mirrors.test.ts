import { describe, expect, test } from 'vitest';

import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { usePullFixture } from './pull-fixture.ts';
import { push, startProxy, startRegistry } from './support.ts';

const { image, images, pull } = usePullFixture();

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
