import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOpenFile, ShortLog } from '../../../runtime/host/short-log.ts';
import { LogFile } from '../../../scripts/daemon/log-file.ts';
import { logLimits } from '../../../templates/log-limits.ts';

let folder: string;
let path: string;
let descriptor: number;
let first: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
  path = join(folder, 'berthd.log');
  descriptor = openSync(path, 'a');
  first = 0;
});
afterEach(async () => {
  closeSync(descriptor);
  await rm(folder, { recursive: true });
});

const makeLog = (maxBytes: number): ShortLog =>
  new ShortLog({
    descriptor,
    path,
    maxBytes,
    forerunners: logLimits.forerunners,
    firstLine: () => `first line ${(first += 1)}\n`,
  });
const line = (number: number): string => `line ${String(number).padStart(6, '0')}\n`;
const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number));
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, n) => n);
const namesOf = (): Promise<string[]> => readdir(folder).then((names) => names.sort());

describe('a log that is kept short', () => {
  test('loses no line when it is put aside, and no file gets too long', async () => {
    const log = makeLog(1200);
    for (const number of upTo(300)) log.write(line(number));
    expect(await namesOf()).toEqual(['berthd.log', 'berthd.log.1', 'berthd.log.2', 'berthd.log.3']);
    const texts = await Promise.all(
      ['.3', '.2', '.1', ''].map((age) => readFile(path + age, 'utf8')),
    );
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1200);
    expect(numbersIn(texts.join(''))).toEqual(upTo(300));
  });

  test('forgets the oldest', async () => {
    const log = makeLog(1200);
    for (const number of upTo(2000)) log.write(line(number));
    const kept = numbersIn((await new LogFile(path).tail(10_000))?.bytes.toString() ?? '');
    expect(kept.at(-1)).toBe(1999);
    expect(kept).toEqual(upTo(2000).slice(-kept.length));
    expect((await namesOf()).length).toBe(1 + logLimits.forerunners);
  });

  test('goes on in one file where there is no room for a copy', async () => {
    const small = join(folder, 'small');
    execFileSync('mkdir', [small]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'berth-test', small]);
    const inside = join(small, 'log');
    const full = openSync(inside, 'a');
    try {
      const log = new ShortLog({
        descriptor: full,
        path: inside,
        maxBytes: 5000,
        forerunners: 3,
        firstLine: () => 'first\n',
      });
      // Neither the copy nor, in the end, the lines have room: no error comes of it, and what was written stays.
      for (const number of upTo(1000)) log.write(line(number));
      expect(await readdir(small)).toEqual(['log']);
      const seen = numbersIn(await readFile(inside, 'utf8'));
      expect(seen).toEqual(upTo(seen.length));
      expect(seen.length).toBeGreaterThan(400);
    } finally {
      closeSync(full);
      execFileSync('umount', [small]);
    }
  });

  test('is only for a descriptor that leads to that very file', async () => {
    expect(isOpenFile(descriptor, path)).toBe(true);
    await rm(path);
    expect(isOpenFile(descriptor, path)).toBe(false);
  });
});

describe('reading the log', () => {
  test('the last lines come from older files too', async () => {
    const log = makeLog(1200);
    for (const number of upTo(150)) log.write(line(number));
    const tail = await new LogFile(path).tail(100);
    const numbers = numbersIn(tail?.bytes.toString() ?? '');
    expect(numbers.at(-1)).toBe(149);
    expect(numbers.length).toBeGreaterThanOrEqual(99);
    expect(await new LogFile(join(folder, 'none')).tail(5)).toBeUndefined();
  });

  test.for([1, 7, 60, 250])('follows over rotations, looking every %i lines', async (pace) => {
    const log = makeLog(1200);
    const file = new LogFile(path);
    log.write('before\n');
    let seen = '';
    let end = (await file.tail(0))?.end;
    for (const number of upTo(1000)) {
      log.write(line(number));
      if (number % pace !== 0 || end === undefined) continue;
      const part = await file.after(end);
      seen += part.bytes.toString();
      end = part.end;
    }
    if (end !== undefined) seen += (await file.after(end)).bytes.toString();
    expect(numbersIn(seen)).toEqual(upTo(1000));
  });

  test('follows a log that is made anew, and waits for the first whole line', async () => {
    const file = new LogFile(path);
    const log = makeLog(10_000);
    let end = (await file.tail(10))?.end ?? { head: '', position: 0 };
    log.write('half');
    expect((await file.after(end)).bytes.length).toBe(0);
    log.write(' a line\n');
    const part = await file.after(end);
    expect(part.bytes.toString()).toBe('half a line\n');
    end = part.end;
    await rm(path);
    closeSync(descriptor);
    descriptor = openSync(path, 'a');
    makeLog(10_000).write('another\n');
    expect((await file.after(end)).bytes.toString()).toBe('another\n');
  });
});
