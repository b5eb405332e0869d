import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeTemporaries } from '../../../runtime/host/files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what a write that was cut short has left is taken away, and nothing else', async () => {
  const others = ['container.json', 'container.json.tmp', 'data.12.tmp', 'x.1-2.tmp.gz'];
  for (const name of ['container.json.4711-23.tmp', ...others])
    await writeFile(join(folder, name), '');
  await removeTemporaries(folder);
  expect((await readdir(folder)).sort()).toEqual(others.sort());
  await removeTemporaries(join(folder, 'missing'));
});
