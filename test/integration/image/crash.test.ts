import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import { hexOf } from '../../../runtime/image/digest.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces, temporaryFolder } from '../layer/support.ts';
import { makeImage, openHost } from './support.ts';

let launcher: Launcher;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());

const program = fileURLToPath(new URL('./load-until-killed.ts', import.meta.url));

async function archiveOf(reference: string): Promise<Buffer> {
  const many = Array.from({ length: 300 }, (_, i) => ({
    name: `d/${reference}-${i}`,
    content: `file ${i}`,
  }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeArchive(
    await makeImage({ reference, layers: [[{ name: 'base' }], many] }),
  )) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Starts loading in another process, and kills that when it has changed something in `folder` for the `nth` time. */
async function killAtChange(dataRoot: string, folder: string, nth: number): Promise<void> {
  const child = spawn(process.execPath, [program, dataRoot], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdin.end(await archiveOf('crash:1'));
  await once(child.stdout, 'data');
  let changes = 0;
  const watcher = watch(join(dataRoot, folder), () => {
    changes += 1;
    if (changes === nth) child.kill('SIGKILL');
  });
  await ended;
  watcher.close();
}

// Where to wait for changes, and for which one: blobs arrive, layers are unpacked and published, names are written.
test.each(
  ['images/ingest', 'images/blobs/sha256', 'images', 'snapshots'].flatMap((folder) =>
    [2, 7].map((nth) => [folder, nth] as const),
  ),
)(
  'killed at a change in %s (number %i), the store is whole and the images that were there are',
  async (folder, nth) => {
    const dataRoot = await temporaryFolder();
    const before = await openHost(dataRoot, launcher);
    await before.images.load(inPieces(await archiveOf('kept:1')));
    await mkdir(join(dataRoot, folder), { recursive: true });

    await killAtChange(dataRoot, folder, nth);

    const { images, store } = await openHost(dataRoot, launcher);
    await images.collectGarbage();
    expect(readdirSync(join(dataRoot, 'images')).sort()).toEqual([
      'blobs',
      'index.json',
      'ingest',
      'oci-layout',
      'reserve',
    ]);
    expect(readdirSync(join(dataRoot, 'images/ingest'))).toEqual([]);
    for (const digest of await store.blobs.list()) await store.blobs.verify(digest);

    const names = (await images.list()).flatMap(({ repoTags }) => repoTags);
    expect([['kept:1'], ['crash:1', 'kept:1']]).toContainEqual(names.sort());
    for (const name of names) {
      const { id, layers } = await images.inspect(name);
      expect(layers).toHaveLength(2);
      const { lower } = await images.rootfsFor(id);
      expect(readdirSync(join(lower[0] ?? '', 'd'))).toHaveLength(300);
    }
    // The base layer is shared; nothing half-done is left.
    const snapshots = readdirSync(join(dataRoot, 'snapshots'));
    expect(snapshots).toHaveLength(names.length + 1);
    for (const snapshot of snapshots)
      expect(existsSync(join(dataRoot, 'snapshots', snapshot, 'layer.json'))).toBe(true);
    const seen = execFileSync('skopeo', [
      'inspect',
      '--raw',
      `oci:${dataRoot}/images:docker.io/library/kept:1`,
    ]);
    expect(hexOf((await images.inspect('kept:1')).manifestDigest)).toHaveLength(64);
    expect(JSON.parse(seen.toString())).toMatchObject({ schemaVersion: 2 });
  },
);
