import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackHost } from '../../../../runtime/cli/copy/unpack-host.ts';
import type { TarHeaderInput } from '../../../../runtime/tar/write-header.ts';
import { archiveEnd, encodeHeader } from '../../../../runtime/tar/write-header.ts';
import { removeTree } from '../../../support/remove-tree.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-unpack-host-'));
  mkdirSync(join(folder, 'to'));
  mkdirSync(join(folder, 'outside'));
});
afterEach(() => {
  removeTree(folder);
});

type Entry = Pick<TarHeaderInput, 'type' | 'name' | 'linkName' | 'sizeBytes'>;

async function* archive(entries: readonly Entry[]): AsyncGenerator<Uint8Array, void> {
  await Promise.resolve();
  const common = { mode: 0o755, uid: 0, gid: 0, mtime: { seconds: 1, nanoseconds: 0 } };
  for (const entry of entries) {
    yield encodeHeader({ ...common, ...entry });
    yield Buffer.alloc(Math.ceil((entry.sizeBytes ?? 0) / 512) * 512, 'x');
  }
  yield archiveEnd;
}

const unpack = (entries: readonly Entry[], root = 'x'): Promise<void> =>
  unpackHost(archive(entries), { folder: join(folder, 'to'), root });

const file = (name: string): Entry => ({ type: 'file', name, sizeBytes: 3 });
const tree: Entry = { type: 'directory', name: 'x/' };

test.each<[string, readonly Entry[]]>([
  ['a name with ..', [tree, file('x/../../outside/file')]],
  ['another first part', [tree, file('y')]],
  [
    'a link and a file in it',
    [tree, { type: 'symlink', name: 'x/l', linkName: '../../outside' }, file('x/l/file')],
  ],
  [
    'a hard link to elsewhere',
    [tree, { type: 'hard-link', name: 'x/h', linkName: 'y/../../kept' }],
  ],
  [
    'a hard link through a link',
    [
      tree,
      { type: 'symlink', name: 'x/l', linkName: '/' },
      { type: 'hard-link', name: 'x/h', linkName: 'x/l/etc/passwd' },
    ],
  ],
])('a hostile archive gets nothing out of its folder: %s', async (_, entries) => {
  writeFileSync(join(folder, 'kept'), 'kept');
  await expect(unpack(entries)).rejects.toMatchObject({ code: 'COPY_INVALID' });
  expect(readdirSync(join(folder, 'outside'))).toEqual([]);
  expect(existsSync(join(folder, 'to/x/h'))).toBe(false);
});

test('a link that was there before is not followed, and a file is replaced and not written through', async () => {
  writeFileSync(join(folder, 'outside/file'), 'kept');
  mkdirSync(join(folder, 'to/x'));
  symlinkSync('../../outside', join(folder, 'to/x/folder'));
  symlinkSync('../../outside/file', join(folder, 'to/x/file'));
  const inFolder = [tree, { type: 'directory', name: 'x/folder/' } as const, file('x/folder/file')];
  await expect(unpack(inFolder)).rejects.toMatchObject({ code: 'COPY_INVALID' });
  await unpack([tree, file('x/file')]);
  expect(readFileSync(join(folder, 'outside/file'), 'utf8')).toBe('kept');
  expect(readFileSync(join(folder, 'to/x/file'), 'utf8')).toBe('xxx');
});

test('an archive that breaks off leaves the file as it was, and nothing beside it', async () => {
  writeFileSync(join(folder, 'to/x'), 'of before');
  const [whole] = await Array.fromAsync(archive([{ ...file('x'), sizeBytes: 5000 }]));
  const cut = (async function* () {
    await Promise.resolve();
    yield whole ?? Buffer.alloc(0);
    yield Buffer.alloc(1000);
  })();
  const plan = { folder: join(folder, 'to'), root: 'x' };
  await expect(unpackHost(cut, plan)).rejects.toMatchObject({ code: 'TAR_INVALID' });
  expect(readdirSync(join(folder, 'to'))).toEqual(['x']);
  expect(readFileSync(join(folder, 'to/x'), 'utf8')).toBe('of before');
});
