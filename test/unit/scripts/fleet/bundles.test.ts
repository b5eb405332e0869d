import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { givenBundles } from '../../../../scripts/fleet/bundle/bundles.ts';
import { removeTree } from '../../../support/remove-tree.ts';

let folder: string;
let archive: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-bundles-'));
  archive = join(folder, 'x-linux-x64.tar.gz');
});
afterEach(() => {
  removeTree(folder);
});

/** Packs one file of this name below the bundle's folder. */
function pack(name: string): void {
  const path = join(folder, 'berth', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
  execFileSync('tar', ['-C', folder, '-czf', archive, 'berth']);
}

test.each([
  [
    'nothing',
    () => {
      writeFileSync(archive, '');
    },
  ],
  [
    'no gzip',
    () => {
      writeFileSync(archive, 'garbage'.repeat(1000));
    },
  ],
  [
    'no tar',
    () => {
      writeFileSync(archive, gzipSync('garbage'.repeat(1000)));
    },
  ],
  [
    'an archive of something else',
    () => {
      pack('bin/other');
    },
  ],
  ['no file at all', () => undefined],
])('%s is no bundle', async (_what, make) => {
  make();
  await expect(givenBundles([archive])('x64')).rejects.toMatchObject({
    code: 'FLEET_BUNDLE_INVALID',
  });
});

test('one with bin/berth is', async () => {
  pack('bin/berth');
  expect(await givenBundles([archive])('x64')).toMatchObject({ path: archive, arch: 'x64' });
});
