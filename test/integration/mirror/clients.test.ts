import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { startBerthd } from '../cli/berthd.ts';
import { startDockerd } from '../cli/dockerd.ts';
import { makeImage, openHost } from '../image/support.ts';
import { temporaryFolder } from '../layer/support.ts';
import {
  expectWhole,
  fetchImage,
  openStore,
  randomImage,
  startFaults,
  upload,
} from '../registry/fetch-fixture.ts';
import { push, startRegistry } from '../registry/support.ts';
import { testMirror } from './mirror-fixture.ts';

const run = promisify(execFile);

describe('clients that pull through a mirror', () => {
  let launcher: Launcher;
  let image: ImageBlobs;
  beforeAll(async () => {
    launcher = await Launcher.start();
    image = await makeImage({
      layers: [
        [
          { name: 'etc/', type: 'directory' },
          { name: 'etc/name', content: 'one' },
        ],
        [{ name: 'large', content: Buffer.alloc(3_000_000, 'two ') }],
      ],
    });
  });
  afterAll(() => launcher.stop());

  async function upstream(name = 'library/app'): Promise<Awaited<ReturnType<typeof startFaults>>> {
    const registry = await startRegistry();
    await push(image, `${registry}/${name}:latest`);
    return startFaults(registry);
  }

  test('berth, for Docker Hub and for any registry: ten hosts download once', async () => {
    const other = randomImage(1_000_000, 500_000);
    const registry = await startRegistry();
    await upload(registry, other);
    await upload(registry, other, 'owner/app');
    const proxy = await startFaults(registry);
    const mirror = await testMirror(proxy.host, { allowedRegistries: [proxy.host] });
    const config = {
      registryMirrors: [mirror.url],
      registryMirrorsFor: { [proxy.host]: [mirror.url] },
    };
    const names = ['app', `${proxy.host}/owner/app`];
    const fetching = Array.from({ length: 10 }, async (_one, i) => {
      const { store, path } = await openStore();
      const { events } = await fetchImage(new Registry(config), store, {
        name: names[i % 2] ?? '',
      });
      await expectWhole(store, path, other);
      return events.find(({ status }) => status === 'resolved');
    });
    for (const resolved of await Promise.all(fetching))
      expect(resolved).toMatchObject({ source: mirror.url });
    expect(proxy.requests.filter(isBlobDownload)).toHaveLength(3);
  });

  test('berth goes on at the origin when the mirror is gone in the middle of a blob', async () => {
    const origin = await upstream('owner/app');
    const throttled = await startFaults(origin.host, {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: 1_000_000 } : undefined,
    });
    const mirror = await testMirror('127.0.0.1:1', {
      replacements: new Map([[origin.host, [`http://${throttled.host}`]]]),
    });
    const { images } = await openHost(
      await temporaryFolder(),
      launcher,
      new Registry({ registryMirrorsFor: { [origin.host]: [mirror.url] } }),
    );
    let stopping: Promise<void> | undefined;
    for await (const event of images.pull(`${origin.host}/owner/app`)) {
      if (event.status === 'layer-downloading' && event.receivedBytes > 300_000)
        stopping ??= mirror.stop();
    }
    expect(stopping).toBeDefined();
    await stopping;
    expect(await images.list()).toHaveLength(1);
    expect(origin.requests.some((request) => isBlobDownload(request))).toBe(true);
  });

  test('skopeo, by a name with the registry as its prefix, and by a mirror in registries.conf', async () => {
    const proxy = await upstream('owner/app');
    const mirror = await testMirror(proxy.host);
    const folder = await temporaryFolder();
    const copy = (
      source: string,
      target: string,
      ...options: readonly string[]
    ): Promise<unknown> => {
      const names = [`docker://${source}`, `dir:${join(folder, target)}`];
      return run('skopeo', [
        '--insecure-policy',
        ...options,
        'copy',
        '--src-tls-verify=false',
        ...names,
      ]);
    };
    await copy(`${mirror.host}/docker.io/owner/app:latest`, 'prefixed');
    expect(existsSync(join(folder, 'prefixed', 'manifest.json'))).toBe(true);
    const conf = join(folder, 'registries.conf');
    writeFileSync(
      conf,
      `[[registry]]\nlocation = "hub.invalid"\n[[registry.mirror]]\nlocation = "${mirror.host}/docker.io"\ninsecure = true\n`,
    );
    await copy('hub.invalid/owner/app:latest', 'mirrored', '--registries-conf', conf);
    expect(existsSync(join(folder, 'mirrored', 'manifest.json'))).toBe(true);
    expect(proxy.requests.filter(isBlobDownload)).toHaveLength(3);
  });

  test('berthd, with the mirror as its registry mirror', async () => {
    const proxy = await upstream();
    const mirror = await testMirror(proxy.host);
    const berthd = await startBerthd({ 'registry-mirrors': [mirror.url] });
    onTestFinished(() => berthd.stop());
    const docker = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
      run('docker', ['-H', `unix://${berthd.socketPath}`, ...args]);
    const { stdout } = await docker('pull', 'app');
    expect(stdout).toContain('Status: Downloaded newer image for app:latest');
    await docker('rmi', 'app');
    await proxy.stop();
    expect((await docker('pull', 'app')).stdout).toContain('Status: Downloaded newer image');
  });

  test('dockerd, with the mirror as its registry mirror', async () => {
    const proxy = await upstream();
    const mirror = await testMirror(proxy.host);
    const dockerd = await startDockerd({ 'registry-mirrors': [mirror.url] });
    onTestFinished(() => dockerd.stop());
    const config = await temporaryFolder();
    mkdirSync(config, { recursive: true });
    const docker = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
      run('docker', ['--config', config, '-H', `unix://${dockerd.socketPath}`, ...args]);
    const { stdout } = await docker('pull', 'app');
    expect(stdout).toContain('Status: Downloaded newer image for app:latest');
    await docker('rmi', 'app');
    await proxy.stop();
    // Only what the mirror has kept.
    expect((await docker('pull', 'app')).stdout).toContain(
      'Status: Downloaded newer image for app:latest',
    );
  });
});
