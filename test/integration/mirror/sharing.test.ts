import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import type { FaultScript } from '../../support/fault-script.ts';
import { collectGarbage } from '../../support/processes.ts';
import { randomImage, startFaults, upload } from '../registry/fetch-fixture.ts';
import { startRegistry } from '../registry/support.ts';
import { ask, isContent, testMirror } from './mirror-fixture.ts';

const sizeBytes = 3_000_000;

describe('one download for many', () => {
  const image = randomImage(sizeBytes);
  const [layer = digestOf('')] = image.layers;
  const path = `/v2/library/app/blobs/${layer}`;

  async function faultyUpstream(
    script: FaultScript = {},
  ): Promise<Awaited<ReturnType<typeof startFaults>>> {
    const registry = await startRegistry();
    await upload(registry, image);
    return startFaults(registry, script);
  }

  test('ten clients at once cause one request upstream for each thing', async () => {
    const proxy = await faultyUpstream();
    const mirror = await testMirror(proxy.host);
    const paths = [
      'manifests/latest',
      ...[...image.blobs.keys()].map((digest) => `blobs/${digest}`),
    ];
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        Promise.all(paths.map((one) => ask(mirror, `/v2/library/app/${one}`))),
      ),
    );
    for (const [, ...blobs] of answers)
      expect(blobs.map((blob, i) => isContent(blob, [...image.blobs.keys()][i] ?? ''))).toEqual([
        true,
        true,
      ]);
    expect(proxy.requests.filter(isBlobDownload)).toHaveLength(image.blobs.size);
    expect(proxy.bodyBytes(isBlobDownload)).toBe(
      [...image.blobs.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
    expect(
      proxy.requests.filter(
        ({ method, path: asked }) => method === 'GET' && asked.includes('/manifests/'),
      ),
    ).toHaveLength(1);
  });

  test('bytes go out while they come in', async () => {
    const proxy = await faultyUpstream({
      request: (request) =>
        isBlobDownload(request) ? { kind: 'stall', at: { part: 0.5 } } : undefined,
    });
    const mirror = await testMirror(proxy.host);
    const answer = await ask(mirror, path, {
      onPiece: (received) => (received >= sizeBytes / 2 - 1 ? 'leave' : 'go-on'),
    });
    expect(answer.body.byteLength).toBeGreaterThanOrEqual(sizeBytes / 2 - 1);
    expect(mirror.kept()).toEqual([]);
  });

  test('a client that leaves does not stop the others', async () => {
    const proxy = await faultyUpstream({
      request: (request) =>
        isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: 8_000_000 } : undefined,
    });
    const mirror = await testMirror(proxy.host);
    const [left, stayed] = await Promise.all([
      ask(mirror, path, { onPiece: () => 'leave' }),
      ask(mirror, path),
    ]);
    expect(left.end).toBe('broken');
    expect(isContent(stayed, layer)).toBe(true);
    expect(proxy.requests.filter(isBlobDownload)).toHaveLength(1);
  });

  test('a client that takes nothing holds up neither the download nor the others', async () => {
    const large = randomImage(60_000_000);
    const [digest = digestOf('')] = large.layers;
    const registry = await startRegistry();
    await upload(registry, large);
    const mirror = await testMirror(registry);
    const stuck = connect(Number(mirror.host.split(':')[1]), '127.0.0.1');
    onTestFinished(() => {
      stuck.destroy();
    });
    stuck.write(`GET /v2/library/app/blobs/${digest} HTTP/1.1\r\nHost: mirror\r\n\r\n`);
    await once(stuck, 'readable');
    collectGarbage();
    const before = process.memoryUsage.rss();
    expect(isContent(await ask(mirror, `/v2/library/app/blobs/${digest}`), digest)).toBe(true);
    expect(mirror.kept()).toContain(digest.slice(7));
    // The other client's copy, in this process too, and no second one for the client that is stuck.
    expect(process.memoryUsage.rss() - before).toBeLessThan(2.5 * 60_000_000);
    expect(stuck.readableLength).toBeLessThan(1_000_000);
  });

  test('nor does it when it was the only one: the rest is there when it comes back', async () => {
    const proxy = await faultyUpstream();
    const mirror = await testMirror(proxy.host);
    const first = await ask(mirror, path, { onPiece: () => 'leave' });
    const from = first.body.byteLength;
    const rest = await ask(mirror, path, { headers: { range: `bytes=${from}-` } });
    expect(digestOf(Buffer.concat([first.body, rest.body]))).toBe(layer);
    expect(proxy.requests.filter(isBlobDownload)).toHaveLength(1);
  });

  test('a transfer that breaks off is taken up again, and nobody notices', async () => {
    let cuts = 0;
    const proxy = await faultyUpstream({
      request: (request) => {
        if (!isBlobDownload(request) || cuts === 2) return undefined;
        cuts += 1;
        return { kind: 'cut', at: { part: 0.5 }, how: 'end' };
      },
    });
    const mirror = await testMirror(proxy.host);
    const answer = await ask(mirror, path);
    expect(answer.end).toBe('clean');
    expect(isContent(answer, layer)).toBe(true);
    expect(proxy.requests.filter(isBlobDownload).map(({ range }) => range === undefined)).toEqual([
      true,
      false,
      false,
    ]);
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(1.1 * sizeBytes);
  });

  test.each([
    { kind: 'corrupt', at: { part: 0.5 } } as const,
    { kind: 'corrupt', at: { bytes: sizeBytes - 1 } } as const,
    { kind: 'truncate', at: { part: 0.5 } } as const,
    { kind: 'lie', byBytes: -10 } as const,
    { kind: 'lie', byBytes: 10 } as const,
  ])('wrong bytes never come to a clean end, and are not kept: $kind', async (fault) => {
    const proxy = await faultyUpstream({
      request: (request) => (isBlobDownload(request) ? fault : undefined),
    });
    const mirror = await testMirror(proxy.host);
    const answers = await Promise.all([ask(mirror, path), ask(mirror, path)]);
    for (const answer of answers) {
      const isRefused = answer.status !== 200;
      expect(isRefused || answer.end === 'broken' || isContent(answer, layer)).toBe(true);
    }
    expect(
      mirror
        .kept()
        .filter(
          (hex) => `sha256:${hex}` === layer && answers.every((one) => !isContent(one, layer)),
        ),
    ).toEqual([]);
    proxy.script = {};
    // Another source would be asked at once; this one is all there is, so it is asked again.
    await mirror.stop();
    const again = await testMirror(proxy.host);
    expect(isContent(await ask(again, path), layer)).toBe(true);
  });

  test('after wrong bytes the next source is asked', async () => {
    const registry = await startRegistry();
    await upload(registry, image);
    const bad = await startFaults(registry, {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'corrupt', at: { part: 0.5 } } : undefined,
    });
    const mirror = await testMirror(bad.host, {
      replacements: new Map([['docker.io', [`http://${bad.host}`, `http://${registry}`]]]),
    });
    expect((await ask(mirror, path)).end).toBe('broken');
    const second = await ask(mirror, path);
    expect(isContent(second, layer)).toBe(true);
    expect(bad.requests.filter(isBlobDownload)).toHaveLength(1);
  });
});
