import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Registry } from '../../../runtime/registry/registry.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { type ChaosImage, pushChaosImages, treeHash } from '../../support/chaos/chaos-images.ts';
import { problemsOfStore } from '../../support/chaos/store-check.ts';
import { type RegistryProcess, startRegistryProcess } from '../../support/registry-process.ts';
import { openHost } from '../image/support.ts';

const program = fileURLToPath(new URL('./chaos-pull-child.ts', import.meta.url));
let folder: string;
let registry: RegistryProcess;
let launcher: Launcher;
let images: readonly ChaosImage[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-kill-'));
  registry = await startRegistryProcess();
  launcher = await Launcher.start();
  images = await pushChaosImages(join(folder, 'made'), registry.host);
});
afterAll(async () => {
  await launcher.stop();
  await registry.stop();
  await rm(folder, { recursive: true });
});

/** Pulls in another process, and kills that when it has changed something in `place` for the `nth` time. */
async function killAtChange(dataRoot: string, place: string, nth: number): Promise<void> {
  const names = images.map(({ path }) => `${registry.host}/${path}`);
  const child = spawn(process.execPath, [program, dataRoot, ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  mkdirSync(join(dataRoot, place), { recursive: true });
  let changes = 0;
  const watcher = watch(join(dataRoot, place), () => {
    changes += 1;
    if (changes === nth) child.kill('SIGKILL');
  });
  child.stdout.resume();
  const [, signal] = (await ended) as [number | null, string | null];
  watcher.close();
  expect(signal).toBe('SIGKILL');
}

// Where to wait for changes, and for which one: parts arrive, blobs are whole, layers are unpacked, names are written.
test.each(
  ['images/ingest', 'images/blobs/sha256', 'images', 'snapshots'].flatMap((place) =>
    [2, 9].map((nth) => [place, nth] as const),
  ),
)(
  'killed at a change in %s (number %i): the store is whole, and the pull works',
  async (place, nth) => {
    const dataRoot = join(folder, 'data');
    try {
      await killAtChange(dataRoot, place, nth);

      const host = await openHost(dataRoot, launcher, new Registry());
      await host.images.collectGarbage();
      expect(await problemsOfStore(dataRoot)).toEqual([]);

      for (const { path, trees } of images.slice(2, 3)) {
        const name = `${registry.host}/${path}`;
        await Array.fromAsync(host.images.pull(name));
        const { lower } = await host.images.rootfsFor(await host.images.resolve(name));
        expect(lower.map(treeHash).sort()).toEqual(trees);
      }
      expect(await problemsOfStore(dataRoot)).toEqual([]);
    } finally {
      await rm(dataRoot, { recursive: true, force: true });
    }
  },
);
