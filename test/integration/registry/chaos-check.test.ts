import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readLayoutImage } from '../../bench/images/read-layout.ts';
import { problemsOfStore } from '../../support/chaos/store-check.ts';
import { writeSuiteImages } from '../cli/suite-images.ts';
import { removeTree } from '../../support/remove-tree.ts';

// The check that the chaos test relies on: it has to see each kind of damage, or that test could never fail.
const made: { folder?: string; data: string; hex: string } = { data: '', hex: '' };

beforeEach(async () => {
  made.folder ??= await mkdtemp(join(tmpdir(), 'berth-check-'));
  const layout = join(made.folder, 'layout');
  if (made.hex === '') await writeSuiteImages(made.folder);
  made.hex = readLayoutImage(layout, 'one').layers[1]?.digest.replace('sha256:', '') ?? '';
  made.data = join(made.folder, 'data');
  removeTree(made.data);
  cpSync(layout, join(made.data, 'images'), { recursive: true });
  writeIndex({ mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  mkdirSync(join(made.data, 'images/ingest'));
  mkdirSync(join(made.data, 'snapshots/whole'), { recursive: true });
  writeFileSync(join(made.data, 'snapshots/whole/layer.json'), '{}');
});
afterAll(async () => {
  if (made.folder !== undefined) await rm(made.folder, { recursive: true });
});

/** Names one image: the check follows images, not indexes, as images are all that a pull leaves. */
function writeIndex({ mediaType }: { readonly mediaType: string }): void {
  const { manifest } = readLayoutImage(join(made.folder ?? '', 'layout'), 'one');
  const { digest, size } = manifest;
  const annotations = { 'org.opencontainers.image.ref.name': 'one' };
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size, annotations }] };
  writeFileSync(inStore('images/index.json'), JSON.stringify(index));
}

const inStore = (path: string): string => join(made.data, path);
const blob = (): string => inStore(`images/blobs/sha256/${made.hex}`);
const resumable = (hex: string): string => inStore(`images/ingest/${hex}-1.part`);

test('finds nothing wrong with a whole store', async () => {
  writeFileSync(resumable('0'.repeat(64)), 'the beginning of another layer');
  expect(await problemsOfStore(made.data)).toEqual([]);
});

test.each<readonly [string, () => void, RegExp]>([
  [
    'a blob with other bytes',
    () => {
      writeFileSync(blob(), 'x');
    },
    /has other bytes/,
  ],
  [
    'a blob that is missing',
    () => {
      rmSync(blob());
    },
    /which is not there/,
  ],
  [
    'an unfinished file',
    () => {
      writeFileSync(inStore('images/ingest/7'), 'x');
    },
    /ingest\/7 has been left/,
  ],
  [
    'a part of a blob that is there',
    () => {
      writeFileSync(resumable(made.hex), 'x');
    },
    /although the blob is there/,
  ],
  [
    'a temporary file',
    () => {
      writeFileSync(inStore('images/index.json.1.tmp'), 'x');
    },
    /tmp has been left/,
  ],
  [
    'half a snapshot',
    () => {
      mkdirSync(inStore('snapshots/half'));
    },
    /snapshots\/half is not whole/,
  ],
  [
    'what skopeo cannot read',
    () => {
      writeIndex({ mediaType: 'application/x-other' });
    },
    /skopeo cannot read/,
  ],
])('finds %s', async (_what, damage, problem) => {
  damage();
  expect((await problemsOfStore(made.data)).join('\n')).toMatch(problem);
});
