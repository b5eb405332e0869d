import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, onTestFinished, test } from 'vitest';

import { LogEncoder } from '../../../runtime/container/logs/log-encoder.ts';
import type { LogForm } from '../../../runtime/container/logs/log-encoder.ts';
import type { OutputStream } from '../../../runtime/container/logs/log-line.ts';
import { LogReader } from '../../../runtime/container/logs/log-reader.ts';
import type { LogPlace } from '../../../runtime/container/logs/log-reader.ts';
import { formatLogTime, parseLogTime } from '../../../runtime/container/logs/log-time.ts';
import { repairLog } from '../../../runtime/container/logs/repair-log.ts';

interface Line {
  readonly stream?: OutputStream;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly seconds?: number;
}

/** A line as the monitor writes it. */
function line(log: string, { stream = 'stdout', attrs, seconds = 1 }: Line = {}): Buffer {
  const time = formatLogTime({ seconds, nanoseconds: 5 });
  return Buffer.from(`${JSON.stringify({ log, stream, attrs, time })}\n`);
}

async function logWith(...parts: readonly Buffer[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'log');
  await writeFile(path, Buffer.concat(parts));
  return path;
}

const streams = ['stdout', 'stderr'] as const;

function encode(form: Partial<LogForm>, ...lines: readonly Buffer[]): string {
  const encoder = new LogEncoder({ framing: 'raw', streams, ...form });
  // Cut between any two lines: what belongs together is known from block to block.
  return Buffer.concat(lines.map((one) => encoder.encode(one))).toString('latin1');
}

async function readAll(reader: LogReader): Promise<string> {
  const blocks: Buffer[] = [];
  for (let block = await reader.next(); block; block = await reader.next())
    blocks.push(Buffer.from(block));
  return encode({}, ...blocks);
}

async function opened(place: Partial<LogPlace> & { readonly path: string }): Promise<LogReader> {
  const reader = await LogReader.open({ rotates: true, from: 'beginning', to: 'ever', ...place });
  onTestFinished(() => reader.close());
  return reader;
}

describe('LogEncoder', () => {
  test('gives back every byte that was escaped', () => {
    const text = `"\\ \t\r\b\f\u0000\u001f\u007f/\\n \\\\n\n`;
    expect(encode({}, line(text))).toBe(text);
    const binary = Buffer.concat([
      Buffer.from('{"log":"'),
      Buffer.from([0xff, 0x80, 0xc3]),
      line('\n').subarray(8),
    ]);
    expect(encode({}, binary)).toBe('\xff\x80\xc3\n');
    const numbers = line('[]')
      .toString()
      .replace('[]', String.raw`\u001B\u004a\u00E9\u20ac\ufFFD`);
    expect(Buffer.from(encode({}, Buffer.from(numbers)), 'latin1').toString()).toBe(
      '\u001bJé€\ufffd',
    );
  });

  test('frames each line for logs, and what belongs to one stream for attach', () => {
    const lines = [line('a\n'), line('b\n'), line('err\n', { stream: 'stderr' })];
    const block = Buffer.concat(lines);
    expect(encode({ framing: 'lines' }, block)).toBe(
      '\x01\0\0\0\0\0\0\x02a\n\x01\0\0\0\0\0\0\x02b\n\x02\0\0\0\0\0\0\x04err\n',
    );
    expect(encode({ framing: 'frames' }, block)).toBe(
      '\x01\0\0\0\0\0\0\x04a\nb\n\x02\0\0\0\0\0\0\x04err\n',
    );
    expect(encode({ framing: 'frames', streams: ['stderr'] }, block)).toBe(
      '\x02\0\0\0\0\0\0\x04err\n',
    );
  });

  test('a line that comes in pieces has one time, and is wanted by that of its first', () => {
    const pieces = [
      line('one, ', { seconds: 10 }),
      line('err\n', { stream: 'stderr', seconds: 11 }),
      line('two\n', { seconds: 12 }),
      line('new\n', { seconds: 13 }),
    ];
    const at = (seconds: number): string => formatLogTime({ seconds, nanoseconds: 5 });
    expect(encode({ timestamps: true, streams: ['stdout'] }, ...pieces)).toBe(
      `${at(10)} one, two\n${at(13)} new\n`,
    );
    expect(encode({ since: at(11) }, ...pieces)).toBe('err\nnew\n');
    const encoder = new LogEncoder({ framing: 'raw', streams, until: at(11) });
    const block = Buffer.concat(pieces);
    expect(encoder.encode(block).toString()).toBe('one, err\ntwo\n');
    expect(encoder.isPast).toBe(true);
  });

  test('shows attributes as docker does, and a space where there are none', () => {
    const attrs = { z: 'last, "one"', a: 'b=c&d' };
    expect(encode({ details: true }, line('x\n', { attrs }), line('y\n'))).toBe(
      'a=b%3Dc%26d,z=last%2C+%22one%22 x\n y\n',
    );
  });

  test('passes over what is no line', () => {
    const block = Buffer.concat([Buffer.from('\0\0\0\n{"log":"torn\n'), line('whole\n')]);
    expect(encode({}, block)).toBe('whole\n');
  });
});

describe('LogReader', () => {
  test('goes on where the file grows, by whole lines', async () => {
    const path = await logWith(line('a\n'));
    const reader = await opened({ path, rotates: false });
    expect(await readAll(reader)).toBe('a\n');
    const next = line('b\n');
    await appendFile(path, next.subarray(0, 10));
    expect(await readAll(reader)).toBe('');
    await appendFile(path, next.subarray(10));
    expect(await readAll(reader)).toBe('b\n');
  });

  test('follows over rotations, also over several, and to files that are gone by then', async () => {
    const path = await logWith(line('1\n'));
    const rotate = async (text: string): Promise<void> => {
      await rename(`${path}.1`, `${path}.2`).catch(() => undefined);
      await rename(path, `${path}.1`);
      await writeFile(path, line(text));
    };
    const reader = await opened({ path });
    expect(await readAll(reader)).toBe('1\n');
    await appendFile(path, line('2\n'));
    await rotate('3\n');
    await rotate('4\n');
    expect(await readAll(reader)).toBe('2\n3\n4\n');
    await rotate('5\n');
    reader.heardOfMore();
    expect((await reader.next())?.length).toBeGreaterThan(0);
    for (const name of [path, `${path}.1`, `${path}.2`]) await rm(name);
    await writeFile(path, line('6\n'));
    expect(await readAll(reader)).toBe('6\n');
  });

  test('keeps no more files open than wanted: what it is in, and the newest', async () => {
    const path = await logWith(line('1\n'));
    const reader = await opened({ path, mostFiles: 2 });
    for (const text of ['2\n', '3\n', '4\n']) {
      await rename(path, `${path}.1`);
      await writeFile(path, line(text));
      await reader.openRest();
    }
    expect(await readAll(reader)).toBe('1\n4\n');
  });

  test('reads compressed files, from any line on, and stops where the log ended', async () => {
    const path = await logWith(line('7\n'), line('8\n'));
    const older = [1, 2, 3, 4, 5, 6].map((number) => line(`${number}\n`));
    await writeFile(`${path}.2.gz`, gzipSync(Buffer.concat(older.slice(0, 3))));
    await writeFile(`${path}.1`, Buffer.concat(older.slice(3)));
    const last = async (from: LogPlace['from']): Promise<string> => {
      const reader = await opened({ path, from, to: 'now' });
      await appendFile(path, line('later\n'));
      const text = await readAll(reader);
      const kept = (await readFile(path)).subarray(0, -line('later\n').length);
      await writeFile(path, kept);
      return text;
    };
    expect(await last('beginning')).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
    expect(await last(1)).toBe('8\n');
    expect(await last(2)).toBe('7\n8\n');
    expect(await last(3)).toBe('6\n7\n8\n');
    expect(await last(7)).toBe('2\n3\n4\n5\n6\n7\n8\n');
    expect(await last(100)).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
    expect(await last(0)).toBe('');
    expect(await last('end')).toBe('');
  });

  test('counts lines of output from the end on, whatever pieces they came in', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => line(`line ${index} \\n\n`));
    const path = await logWith(...many, line('a '), line('b\n'), line('open'));
    const last = async (from: number): Promise<string> =>
      readAll(await opened({ path, from, to: 'now' }));
    expect(await last(1)).toBe('open');
    expect(await last(2)).toBe('a b\nopen');
    expect(await last(3)).toBe('line 4999 \\n\na b\nopen');
    const text = await last(4000);
    expect(text.startsWith('line 1002 \\n\n')).toBe(true);
    const long = await logWith(line('first\n'), line(`${'x'.repeat(200_000)}\n`), line('last\n'));
    expect(await readAll(await opened({ path: long, from: 2, to: 'now' }))).toHaveLength(200_006);
  });

  test('is empty when there is no file, until there is one', async () => {
    const path = `${await logWith()}-none`;
    const reader = await opened({ path });
    expect(await readAll(reader)).toBe('');
    await writeFile(path, line('a\n'));
    expect(await readAll(reader)).toBe('a\n');
  });
});

describe('repairLog', () => {
  test.each([
    ['an incomplete line', line('lost').subarray(0, 26)],
    ['zeros, as some file systems leave them', Buffer.alloc(200_000)],
  ])('cuts off %s', async (_, garbage) => {
    const path = await logWith(line('kept\n'), garbage);
    await repairLog(path);
    await appendFile(path, line('next\n'));
    expect(await readFile(path)).toEqual(Buffer.concat([line('kept\n'), line('next\n')]));
  });
});

describe('times', () => {
  test('are shown with nine digits', () => {
    expect(formatLogTime({ seconds: 0, nanoseconds: 5 })).toBe('1970-01-01T00:00:00.000000005Z');
  });

  test('are read as clients send them', () => {
    expect(parseLogTime('12')).toEqual({ seconds: 12, nanoseconds: 0 });
    expect(parseLogTime('12.5')).toEqual({ seconds: 12, nanoseconds: 500_000_000 });
    expect(parseLogTime('12.000000001999')).toEqual({ seconds: 12, nanoseconds: 1 });
    expect(parseLogTime('yesterday')).toBeUndefined();
  });
});
