import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolders } from '../../../runtime/host/make-folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-make-folders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('makes what is missing, with the mode, and says where it began', async () => {
  await mkdir(join(folder, 'a'));
  expect(await makeFolders(join(folder, 'a', 'b', 'c'), 0o700)).toBe(join(folder, 'a', 'b'));
  for (const name of ['a/b', 'a/b/c']) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o700);
  }
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o755);
});

test('makes nothing where a folder is, or a link to one', async () => {
  expect(await makeFolders(folder)).toBeUndefined();
  await symlink(folder, join(folder, 'link'));
  expect(await makeFolders(join(folder, 'link'))).toBeUndefined();
  expect(await makeFolders('/proc/self/fd')).toBeUndefined();
  expect(await makeFolders('/')).toBeUndefined();
});

test('two at once both have it', async () => {
  const path = join(folder, 'a', 'b', 'c', 'd');
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)));
  expect((await stat(path)).isDirectory()).toBe(true);
});

test.each([
  ['/proc/none', 'ENOENT'],
  ['/proc/none/deeper/still', 'ENOENT'],
  ['/sys/none/deeper', 'EPERM'],
])('%s is refused, and soon', async (path, code) => {
  await expect(makeFolders(path)).rejects.toMatchObject({ code });
});

test('a file in the way is told', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(makeFolders(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(folder, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await symlink('nowhere', join(folder, 'dangling'));
  await expect(makeFolders(join(folder, 'dangling'))).rejects.toMatchObject({ code: 'EEXIST' });
});
