import { describe, expect, test } from 'vitest';

import { pullProgress } from '../../../runtime/api/images/pull-progress.ts';
import { parsePlatform } from '../../../runtime/api/images/platform-parameter.ts';
import { goTime } from '../../../runtime/api/views/go-time.ts';
import { humanDuration } from '../../../runtime/api/views/human-duration.ts';
import { encodeOutput } from '../../../runtime/container/attach/output-framing.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import type { PullEvent } from '../../../runtime/image/image-service.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('humanDuration', () => {
  test.each([
    [999, 'Less than a second'],
    [second, '1 second'],
    [59 * second, '59 seconds'],
    [minute, 'About a minute'],
    [2 * minute, '2 minutes'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [hour + 31 * minute, '2 hours'],
    [47 * hour, '47 hours'],
    [48 * hour, '2 days'],
    [14 * day, '2 weeks'],
    [60 * day, '2 months'],
    [730 * day, '2 years'],
  ])('%i ms is %s', (ms, words) => {
    expect(humanDuration(ms)).toBe(words);
  });
});

describe('goTime', () => {
  test('has a word for never', () => {
    expect(goTime(0)).toBe('0001-01-01T00:00:00Z');
    expect(goTime(1)).toBe('1970-01-01T00:00:00.001Z');
  });
});

describe('encodeOutput', () => {
  test('puts a header before each piece, or nothing', () => {
    const pieces = [
      { stream: 'stdout', text: Buffer.from('ab') },
      { stream: 'stderr', text: Buffer.from('c') },
    ] as const;
    expect(encodeOutput(pieces, 'multiplexed').toString('latin1')).toBe(
      '\x01\0\0\0\0\0\0\x02ab\x02\0\0\0\0\0\0\x01c',
    );
    expect(encodeOutput(pieces, 'raw').toString()).toBe('abc');
  });
});

describe('parsePlatform', () => {
  test('reads what --platform takes', () => {
    expect(parsePlatform('linux/arm64/v8')).toEqual({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
    });
    expect(parsePlatform('arm64')).toEqual({ os: 'linux', architecture: 'arm64' });
    expect(parsePlatform('LINUX/AArch64')).toEqual({ os: 'linux', architecture: 'arm64' });
    expect(parsePlatform('macos/arm64')).toEqual({ os: 'darwin', architecture: 'arm64' });
    expect(() => parsePlatform('a/b/c/d')).toThrow('platform');
    expect(() => parsePlatform('linux/')).toThrow('platform');
  });

  test('takes the rest of one word from the host, and refuses words that mean nothing', () => {
    expect(parsePlatform('Linux')).toEqual(hostPlatform());
    expect(parsePlatform('armhf')).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
    expect(() => parsePlatform('nintendo64')).toThrow('unknown operating system or architecture');
    expect(() => parsePlatform('constructor')).toThrow('unknown operating system or architecture');
    for (const text of ['   ', '/', '*/amd64']) {
      expect(() => parsePlatform(text)).toThrow('is an invalid OS component');
    }
  });
});

describe('pullProgress', () => {
  const layer = digestOf('layer');

  async function lines(events: AsyncIterable<PullEvent>): Promise<readonly unknown[]> {
    const texts: string[] = [];
    for await (const text of pullProgress(events)) texts.push(text);
    return texts.map((text) => JSON.parse(text) as unknown);
  }

  async function* pull(failure?: Error): AsyncGenerator<PullEvent> {
    await Promise.resolve();
    yield { status: 'started', reference: 'a:latest', tag: 'latest', repository: 'library/a' };
    if (failure !== undefined) throw failure;
    yield { status: 'layer-downloading', layer, receivedBytes: 1, totalBytes: 2 };
    yield {
      status: 'done',
      reference: 'a:latest',
      digest: layer,
      id: layer,
      outcome: 'downloaded',
    };
  }

  test("says what Docker's clients show", async () => {
    expect(await lines(pull())).toEqual([
      { status: 'Pulling from library/a', id: 'latest' },
      {
        status: 'Downloading',
        progressDetail: { current: 1, total: 2 },
        progress: expect.any(String) as unknown,
        id: layer.slice(7, 19),
      },
      { status: `Digest: ${layer}` },
      { status: 'Status: Downloaded newer image for a:latest' },
    ]);
  });

  test('ends with an error that comes after the beginning', async () => {
    const failure = new BerthError('BLOB_CORRUPT', { message: 'broken', remedy: 'Pull again.' });
    expect((await lines(pull(failure))).at(-1)).toEqual({
      error: 'broken',
      errorDetail: { message: 'broken', remedy: 'Pull again.' },
    });
  });

  test('throws one that comes before, so that it gets a status', async () => {
    const events = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new BerthError('REFERENCE_INVALID', { message: 'bad name' })),
      }),
    };
    await expect(lines(events)).rejects.toThrow('bad name');
  });
});
