import { mkdtemp, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { LogFile } from '../../../runtime/container/logs/log-file.ts';
import { LineSplitter } from '../../../runtime/container/logs/log-piece.ts';
import { LogRecordDecoder } from '../../../runtime/container/logs/log-record.ts';
import type { LogRecord, OutputStream } from '../../../runtime/container/logs/log-record.ts';
import { tailOffset } from '../../../runtime/container/logs/log-tail.ts';
import { formatLogTime, isBefore, parseLogTime } from '../../../runtime/container/logs/log-time.ts';
import { repairLog } from '../../../runtime/container/logs/repair-log.ts';

/** A record as the monitor writes it. */
function frame(text: string, stream: OutputStream = 'stdout', seconds = 1): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(Buffer.byteLength(text), 0);
  header.writeUInt32LE(stream === 'stdout' ? 1 : 2, 4);
  header.writeBigInt64LE(BigInt(seconds), 8);
  header.writeBigInt64LE(5n, 16);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function logWith(...parts: readonly Buffer[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'log');
  await writeFile(path, Buffer.concat(parts));
  return path;
}

describe('LogRecordDecoder', () => {
  test('puts records together, however they are cut', () => {
    const bytes = Buffer.concat([frame('one\n'), frame('two', 'stderr', 7), frame('')]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoder = new LogRecordDecoder(0);
      const records = [];
      for (let at = 0; at < bytes.length; at += size) {
        records.push(...decoder.push(Buffer.from(bytes.subarray(at, at + size))));
      }
      const seen = records.map((r) => [r.stream, r.payload.toString(), r.seconds, r.nanoseconds]);
      expect(seen).toEqual([
        ['stdout', 'one\n', 1, 5],
        ['stderr', 'two', 7, 5],
        ['stdout', '', 1, 5],
      ]);
      expect(decoder.offset).toBe(bytes.length);
    }
  });

  test('waits for the rest of an incomplete record', () => {
    const decoder = new LogRecordDecoder(100);
    expect(decoder.push(frame('text').subarray(0, 26))).toEqual([]);
    expect(decoder.offset).toBe(100);
  });

  test.each([
    ['a stream that is none', Buffer.from(frame('x')).fill(9, 4, 5)],
    ['a length that is none', Buffer.from(frame('x')).fill(255, 0, 4)],
  ])('refuses %s', (_, bytes) => {
    expect(() => new LogRecordDecoder(50).push(bytes)).toThrow(
      expect.objectContaining({
        code: 'LOG_CORRUPT',
        details: expect.objectContaining({ offset: 50 }) as object,
      }),
    );
  });
});

describe('LogFile', () => {
  test('goes on where the file grows', async () => {
    const path = await logWith(frame('a'));
    const log = await LogFile.open(path, 0);
    onTestFinished(() => log.close());
    const texts = async (): Promise<readonly string[]> =>
      (await log.next()).map(({ payload }) => payload.toString());
    expect(await texts()).toEqual(['a']);
    expect(await texts()).toEqual([]);
    const next = frame('b');
    await appendFile(path, next.subarray(0, 10));
    expect(await texts()).toEqual([]);
    await appendFile(path, next.subarray(10));
    expect(await texts()).toEqual(['b']);
  });

  test('skips to the end by whole records', async () => {
    const path = await logWith(frame('a'), frame('b'), frame('c').subarray(0, 12));
    const log = await LogFile.open(path, 0);
    onTestFinished(() => log.close());
    await log.skipToEnd();
    expect(log.offset).toBe(50);
  });

  test('is empty when there is no file', async () => {
    const log = await LogFile.open('/nonexistent/log', 0);
    expect(await log.next()).toEqual([]);
    await log.close();
  });
});

describe('LineSplitter', () => {
  const record = (stream: OutputStream, text: string, seconds = 1): LogRecord => ({
    stream,
    seconds,
    nanoseconds: 0,
    payload: Buffer.from(text),
  });

  test('keeps the streams apart, and a line has the time of its beginning', () => {
    const splitter = new LineSplitter();
    const lines = [
      ...splitter.push(record('stdout', 'a\nb', 1)),
      ...splitter.push(record('stderr', 'err\n', 2)),
      ...splitter.push(record('stdout', 'c\nd', 3)),
      ...splitter.end(),
    ];
    expect(lines.map((line) => [line.stream, line.text.toString(), line.seconds])).toEqual([
      ['stdout', 'a\n', 1],
      ['stderr', 'err\n', 2],
      ['stdout', 'bc\n', 1],
      ['stdout', 'd', 3],
    ]);
  });

  test('hands out an endless line in pieces', () => {
    const splitter = new LineSplitter();
    const megabyte = 'x'.repeat(1024 * 1024);
    const first = splitter.push(record('stdout', megabyte));
    const second = splitter.push(record('stdout', 'rest\nnew\n'));
    expect(first.map(({ continues }) => continues)).toEqual([false]);
    expect(second.map(({ text, continues }) => [text.toString(), continues])).toEqual([
      ['rest\n', true],
      ['new\n', false],
    ]);
    expect(splitter.end()).toEqual([]);
  });
});

describe('tailOffset', () => {
  test('leaves enough lines behind it, and not many more', async () => {
    const records = Array.from({ length: 1000 }, (_, index) => frame(`line ${index}\n`));
    const path = await logWith(...records);
    const offset = await tailOffset(path, 10);
    const rest = Buffer.concat(records).subarray(offset).toString('latin1');
    const lines = rest.split('\n').length - 1;
    expect(lines).toBeGreaterThanOrEqual(10);
    expect(lines).toBeLessThan(14);
  });

  test('is the beginning when there are fewer', async () => {
    expect(await tailOffset(await logWith(frame('a\n'), frame('b\n')), 10)).toBe(0);
    expect(await tailOffset(await logWith(), 10)).toBe(0);
  });
});

describe('repairLog', () => {
  test.each([
    ['an incomplete record', frame('lost').subarray(0, 26)],
    ['zeros, as some file systems leave them', Buffer.alloc(64)],
  ])('cuts off %s', async (_, garbage) => {
    const path = await logWith(frame('kept\n'), garbage);
    await repairLog(path);
    await appendFile(path, frame('next\n'));
    const log = await LogFile.open(path, 0);
    onTestFinished(() => log.close());
    const texts = (await log.next()).map(({ payload }) => payload.toString());
    expect(texts).toEqual(['kept\n', 'next\n']);
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

  test('are compared', () => {
    const time = { seconds: 1, nanoseconds: 5 };
    expect(isBefore(time, { seconds: 1, nanoseconds: 6 })).toBe(true);
    expect(isBefore(time, { seconds: 2, nanoseconds: 0 })).toBe(true);
    expect(isBefore(time, time)).toBe(false);
  });
});
