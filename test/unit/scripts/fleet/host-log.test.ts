import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { makeLogFolder, openHostLog } from '../../../../scripts/fleet/host-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-host-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o7777;

test('a folder that is there keeps its rights, and the logs are in one that is their own', async () => {
  const shared = join(folder, 'shared');
  await mkdir(shared);
  await chmod(shared, 0o1777);
  const logs = await makeLogFolder(shared);
  expect(dirname(logs)).toBe(shared);
  expect(await modeOf(logs)).toBe(0o700);
  expect(await modeOf(shared)).toBe(0o1777);
});

test('a folder that is new is its owner’s alone, and is used again', async () => {
  const logs = join(folder, 'a/b');
  expect(await makeLogFolder(logs)).toBe(logs);
  expect(await modeOf(logs)).toBe(0o700);
  expect(await makeLogFolder(logs)).toBe(logs);
});

test('each host has a log of its own, whatever letters its name has', async () => {
  const names = ['北京', '上海', 'a/b', 'a:b', 'a_b', '../x', '机'.repeat(90), '机'.repeat(91)];
  for (const name of names) {
    const log = await openHostLog({ folder, name, clock: systemClock, redact: (line) => line });
    log.write(name);
    await log.close();
    expect(dirname(log.path)).toBe(folder);
    expect(await readFile(log.path, 'utf8')).toMatch(new RegExp(`^\\S+ ${RegExp.escape(name)}\n$`));
  }
  const files = await readdir(folder);
  expect(files).toHaveLength(names.length);
  expect(files).toEqual(expect.arrayContaining(['北京.log', '上海.log', 'a_b.log']));
});
