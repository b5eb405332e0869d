import { expect, test } from 'vitest';

import { pullProgress } from '../../../runtime/api/images/pull-progress.ts';
import { pushProgress } from '../../../runtime/api/images/push-progress.ts';
import { progressBar } from '../../../runtime/api/images/progress-bar.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import type { PullEvent } from '../../../runtime/image/image-service.ts';
import type { PushEvent } from '../../../runtime/image/image-target.ts';

const layer = digestOf('layer');
const id = layer.slice(7, 19);
const manifestDigest = digestOf('manifest');
const progress = `[${'='.repeat(25)}>${' '.repeat(25)}]       1B/2B`;

async function* from<T>(events: readonly T[], error?: Error): AsyncGenerator<T> {
  await Promise.resolve();
  yield* events;
  if (error !== undefined) throw error;
}

async function linesOf(lines: AsyncIterable<string>): Promise<readonly unknown[]> {
  const objects: unknown[] = [];
  for await (const line of lines) {
    expect(line.endsWith('\r\n')).toBe(true);
    objects.push(JSON.parse(line));
  }
  return objects;
}

const unreachable = new BerthError('REGISTRY_UNREACHABLE', { message: 'gone', remedy: 'wait' });

test('a pull, in the words of dockerd and in its order', async () => {
  const mirror = 'https://mirror.example';
  const events: readonly PullEvent[] = [
    { status: 'started', reference: 'a:1', tag: '1', repository: 'library/a' },
    { status: 'resolved', source: mirror, manifestDigest },
    { status: 'layer-waiting', layer },
    { status: 'layer-downloading', layer, receivedBytes: 1, totalBytes: 2 },
    { status: 'layer-downloaded', layer, source: mirror },
    { status: 'layer-extracting', layer, readBytes: 1, totalBytes: 2 },
    { status: 'layer-complete', layer },
    { status: 'done', reference: 'a:1', digest: manifestDigest, id: layer, outcome: 'downloaded' },
  ];
  const none = {};
  expect(await linesOf(pullProgress(from(events)))).toEqual([
    { status: 'Pulling from library/a', id: '1' },
    { status: 'Pulling fs layer', progressDetail: none, id },
    { status: 'Downloading', progressDetail: { current: 1, total: 2 }, progress, id },
    { status: 'Verifying Checksum', progressDetail: none, id },
    { status: 'Download complete', progressDetail: none, id },
    { status: 'Extracting', progressDetail: { current: 1, total: 2 }, progress, id },
    { status: 'Pull complete', progressDetail: none, id },
    { status: `${id}: from ${mirror}` },
    { status: `Digest: ${manifestDigest}` },
    { status: 'Status: Downloaded newer image for a:1' },
  ]);
});

test('a pull from the registry itself says nothing of mirrors; layers that do not come at once wait', async () => {
  const layers = ['1', '2', '3', '4'].map((name) => digestOf(name));
  const events: readonly PullEvent[] = [
    ...layers.map((digest) => ({ status: 'layer-waiting', layer: digest }) as const),
    ...layers.map(
      (digest) => ({ status: 'layer-downloaded', layer: digest, source: 'reg.io' }) as const,
    ),
    { status: 'done', reference: 'a:1', digest: manifestDigest, id: layer, outcome: 'up-to-date' },
  ];
  const lines = await linesOf(pullProgress(from(events)));
  const waiting = lines.filter((line) => (line as { status: string }).status === 'Waiting');
  expect(waiting).toEqual([expect.objectContaining({ id: layers[3]?.slice(7, 19) })]);
  expect(JSON.stringify(lines)).not.toContain('from reg.io');
  expect(lines.at(-1)).toEqual({ status: 'Status: Image is up to date for a:1' });
});

test('layers that are here are told of in their place, unless the image is here, too', async () => {
  const other = digestOf('other');
  const known: PullEvent = { status: 'layer-exists', layer };
  const done = (outcome: 'downloaded' | 'up-to-date'): PullEvent => ({
    status: 'done',
    reference: 'a:1',
    digest: manifestDigest,
    id: layer,
    outcome,
  });
  const statuses = async (...events: readonly PullEvent[]): Promise<readonly unknown[]> =>
    (await linesOf(pullProgress(from(events)))).map((line) => (line as { status: string }).status);
  const waiting: PullEvent = { status: 'layer-waiting', layer: other };
  expect(await statuses(known, waiting, known, done('downloaded'))).toEqual([
    'Already exists',
    'Pulling fs layer',
    'Already exists',
    expect.stringMatching(/^Digest/),
    expect.stringMatching(/^Status: Downloaded/),
  ]);
  expect(await statuses(known, done('downloaded'))).toEqual([
    'Already exists',
    expect.stringMatching(/^Digest/),
    expect.stringMatching(/^Status: Downloaded/),
  ]);
  expect(await statuses(known, done('up-to-date'))).toEqual([
    expect.stringMatching(/^Digest/),
    expect.stringMatching(/^Status: Image is up to date/),
  ]);
});

test('an error before the first line is thrown, a later one is the last line', async () => {
  await expect(linesOf(pullProgress(from<PullEvent>([], unreachable)))).rejects.toBe(unreachable);
  const failed = {
    status: 'source-failed',
    code: 'X',
    source: 'https://m',
    message: 'no',
  } as const;
  await expect(linesOf(pullProgress(from<PullEvent>([failed], unreachable)))).rejects.toBe(
    unreachable,
  );
  const coming = { status: 'started', reference: 'a:1', tag: '1', repository: 'a' } as const;
  expect(await linesOf(pullProgress(from<PullEvent>([failed, coming, failed])))).toEqual([
    { status: 'https://m did not deliver: no' },
    { status: 'Pulling from library/a', id: '1' },
    { status: 'https://m did not deliver: no' },
  ]);
  const started: PushEvent = { status: 'started', repository: 'reg.io/a' };
  expect(await linesOf(pushProgress(from([started], unreachable)))).toEqual([
    { status: 'The push refers to repository [reg.io/a]' },
    { errorDetail: { message: 'gone', remedy: 'wait' }, error: 'gone' },
  ]);
});

test('whoever stops reading stops the pull', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<PullEvent> {
    try {
      for (;;) {
        await Promise.resolve();
        yield { status: 'layer-waiting', layer };
      }
    } finally {
      ended = true;
    }
  }
  for await (const line of pullProgress(endless())) {
    expect(line).toContain('Pulling fs layer');
    break;
  }
  expect(ended).toBe(true);
});

test('a push, in the words of dockerd', async () => {
  const events: readonly PushEvent[] = [
    { status: 'started', repository: 'docker.io/library/a' },
    { status: 'layer-waiting', layer },
    { status: 'layer-uploading', layer, sentBytes: 1, totalBytes: 2 },
    { status: 'layer-retrying', layer, delayMs: 1000, message: 'busy' },
    { status: 'layer-pushed', layer },
    { status: 'layer-exists', layer },
    { status: 'layer-mounted', layer, from: 'library/b' },
    { status: 'done', tag: '1', digest: manifestDigest, sizeBytes: 3 },
  ];
  expect(await linesOf(pushProgress(from(events)))).toEqual([
    { status: 'The push refers to repository [docker.io/library/a]' },
    { status: 'Preparing', progressDetail: {}, id },
    { status: 'Pushing', progressDetail: { current: 1, total: 2 }, progress, id },
    { status: 'Retrying in 1 second', progressDetail: {}, id },
    { status: 'Pushed', progressDetail: {}, id },
    { status: 'Layer already exists', progressDetail: {}, id },
    { status: 'Mounted from library/b', progressDetail: {}, id },
    { status: `1: digest: ${manifestDigest} size: 3` },
    { progressDetail: {}, aux: { Tag: '1', Digest: manifestDigest, Size: 3 } },
  ]);
});

test('more layers than are pushed at once: the others wait', async () => {
  const events = Array.from({ length: 6 }, (_, index): PushEvent => ({
    status: 'layer-waiting',
    layer: digestOf(String(index)),
  }));
  const lines = await linesOf(pushProgress(from(events)));
  expect(lines.map((line) => (line as { status: string }).status)).toEqual([
    ...Array.from({ length: 6 }, () => 'Preparing'),
    'Waiting',
  ]);
});

// What units.HumanSize and jsonmessage's JSONProgress.String of Docker give.
test.each([
  [{ current: 0, total: 0 }, ''],
  [{ current: 0 }, ''],
  [{ current: 1500 }, '   1.5kB'],
  [{ current: 0, total: 2_811_478 }, `[>${' '.repeat(50)}]       0B/2.811MB`],
  [{ current: 999, total: 1000 }, `[${'='.repeat(49)}> ]     999B/1kB`],
  [{ current: 2_811_478, total: 2_811_478 }, `[${'='.repeat(50)}>]  2.811MB/2.811MB`],
  [{ current: 30_000_000, total: 20 }, `[${'='.repeat(50)}>]     30MB`],
  [{ current: 123_456_789_012, total: 1e15 }, `[>${' '.repeat(50)}]  123.5GB/1PB`],
])('%j is drawn as %j', (bytes, text) => {
  expect(progressBar(bytes)).toBe(text);
});
