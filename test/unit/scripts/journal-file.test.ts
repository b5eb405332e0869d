import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JournalFile } from '../../../scripts/journal/journal-file.ts';
import type { JournalRecord } from '../../../scripts/journal/record.ts';

const applied = (step: number): JournalRecord => ({ type: 'applied', run: 'r', step });
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-journal-'));
  path = join(folder, 'journal.jsonl');
  await writeFile(path, '');
});
afterEach(() => rm(folder, { recursive: true }));

describe('JournalFile', () => {
  test('gives back what was appended, in order', async () => {
    const { file } = await JournalFile.read(path);
    await file.append(applied(0));
    await file.append(applied(1));
    expect((await JournalFile.read(path)).records).toEqual([applied(0), applied(1)]);
  });

  test('keeps whole what is appended at the same time', async () => {
    const { file } = await JournalFile.read(path);
    await Promise.all([0, 1, 2, 3, 4].map((step) => file.append(applied(step))));
    expect((await JournalFile.read(path)).records).toEqual([0, 1, 2, 3, 4].map(applied));
  });

  test.each([1, 5, 20, 39])(
    'ignores a last line cut after %i bytes, and the next append covers it',
    async (kept) => {
      const { file } = await JournalFile.read(path);
      await file.append(applied(0));
      await appendFile(path, JSON.stringify(applied(1)).slice(0, kept));
      const torn = await JournalFile.read(path);
      expect(torn.records).toEqual([applied(0)]);
      await torn.file.append(applied(2));
      expect((await JournalFile.read(path)).records).toEqual([applied(0), applied(2)]);
      const lines = [applied(0), applied(2)].map((record) => `${JSON.stringify(record)}\n`);
      expect(await readFile(path, 'utf8')).toBe(lines.join(''));
    },
  );

  test('refuses a journal with an unreadable line in the middle', async () => {
    const line = JSON.stringify(applied(0));
    await writeFile(path, `${line}\nrubbish\n${line}\n`);
    await expect(JournalFile.read(path)).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      details: { line: 2 },
    });
  });

  test('a missing file is an empty journal', async () => {
    expect((await JournalFile.read(join(folder, 'none'))).records).toEqual([]);
  });
});
