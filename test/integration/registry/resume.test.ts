import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

import { hexOf } from '../../../runtime/image/digest.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { temporaryFolder } from '../layer/support.ts';
import {
  expectWhole,
  fetchImage,
  openStore,
  randomImage,
  startFaults,
  upload,
} from './fetch-fixture.ts';
import type { RandomImage } from './fetch-fixture.ts';
import { startRegistry } from './support.ts';

const mebi = 1024 * 1024;
const program = fileURLToPath(new URL('./fetch-until-killed.ts', import.meta.url));
const ingest = (path: string): readonly string[] => readdirSync(join(path, 'ingest'));

/** The file of an image's only layer that stopped half-way, as an earlier pull would have left it. */
function leavePartial(path: string, image: RandomImage, bytes: number): string {
  const [layer] = image.layers;
  if (layer === undefined) throw new Error('the image has no layer');
  const file = join(path, 'ingest', `${hexOf(layer)}-1.part`);
  writeFileSync(file, (image.blobs.get(layer) ?? Buffer.alloc(0)).subarray(0, bytes));
  return file;
}

describe('a pull after one that failed', () => {
  test('for the network fetches only what is missing', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(4 * mebi)];
    await upload(upstream, image, 'app');
    const proxy = await startFaults(upstream, {
      request: (request) => {
        if (!isBlobDownload(request) || !request.path.includes(image.layers[0] ?? ''))
          return undefined;
        return request.range === undefined
          ? { kind: 'cut', at: { part: 0.75 }, how: 'end' }
          : { kind: 'answer', status: 503 };
      },
    });
    const { store, path } = await openStore();
    const registry = new Registry({ maxDownloadAttempts: 2 });
    const name = `${proxy.host}/app`;
    await expect(fetchImage(registry, store, { name })).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
    });
    await store.collectGarbage();
    expect(ingest(path)).toHaveLength(1);
    proxy.script = {};
    proxy.reset();
    await fetchImage(registry, store, { name });
    await expectWhole(store, path, image);
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(1.1 * mebi);
  });

  test('by kill -9 in another process does so too', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(8 * mebi)];
    await upload(upstream, image, 'app');
    const proxy = await startFaults(upstream, {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: 8 * mebi } : undefined,
    });
    const path = join(await temporaryFolder(), 'images');
    const name = `${proxy.host}/app`;
    const child = spawn(process.execPath, [program, path, name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [status, bytes] = line.split(' ');
      if (status === 'layer-downloading' && Number(bytes) > 4 * mebi) child.kill('SIGKILL');
    }
    expect((await ended)[1]).toBe('SIGKILL');
    writeFileSync(join(path, 'ingest', '17'), 'of an import that was killed');

    const { store } = await openStore(path);
    expect(ingest(path)).toEqual([expect.stringMatching(/^[0-9a-f]{64}-\d+\.part$/)]);
    proxy.script = {};
    proxy.reset();
    await fetchImage(new Registry(), store, { name });
    await expectWhole(store, path, image);
    expect(proxy.bodyBytes(isBlobDownload)).toBeLessThan(4.1 * mebi);
  });

  test('finds kept bytes that have gone bad on the disk, and blames nobody', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(4 * mebi)];
    await upload(upstream, image, 'app');
    const { path } = await openStore();
    const file = leavePartial(path, image, 2 * mebi);
    const bytes = readFileSync(file);
    bytes.fill(0, mebi, mebi + 4096);
    writeFileSync(file, bytes);
    const { store } = await openStore(path);
    const registry = new Registry();
    const { events } = await fetchImage(registry, store, { name: `${upstream}/app` });
    await expectWhole(store, path, image);
    expect(events.map(({ status }) => status)).not.toContain('source-failed');
    expect(registry.scores()).toMatchObject([{ state: 'good', wrongDigests: 0 }]);
  });
});

describe('what a failed pull has left', () => {
  test('goes when it is a day old, or too little to matter, or space is needed', async () => {
    const { path } = await openStore();
    const images = [randomImage(2 * mebi), randomImage(2 * mebi), randomImage(2 * mebi)] as const;
    leavePartial(path, images[0], mebi + 1);
    leavePartial(path, images[1], 1000);
    const old = leavePartial(path, images[2], mebi + 1);
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(old, yesterday, yesterday);
    const { store } = await openStore(path);
    expect(ingest(path)).toHaveLength(1);
    expect(await store.clearPartials('old')).toBe(0);
    expect(ingest(path)).toHaveLength(1);
    expect(await store.clearPartials('all')).toBe(mebi + 1);
    expect(ingest(path)).toEqual([]);
  });
});

describe('a disk that is full', () => {
  test('ends the pull with an error that says so, and leaves nothing, of earlier pulls neither', async () => {
    const [upstream, image] = [await startRegistry(), randomImage(mebi, 6 * mebi)];
    await upload(upstream, image, 'app');
    const folder = await temporaryFolder();
    // A mount namespace of its own: the small file system goes with the process.
    const script = `
      mount -t tmpfs -o size=6m none "$1" && mkdir -p "$1/images/ingest" &&
      head -c 2000000 /dev/zero > "$1/images/ingest/$(printf %064d 7)-1.part" &&
      "$2" "$3" "$1/images" "$4"; find "$1/images" -type f`;
    const { stdout } = await promisify(execFile)('unshare', [
      ...['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'],
      ...[folder, process.execPath, program, `${upstream}/app`],
    ]);
    expect(stdout).toContain('IMAGE_STORE_UNWRITABLE');
    const files = stdout.split('\n').filter((line) => line.includes('/ingest/'));
    expect(files).toEqual([]);
  });
});
