import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { Segments } from '../../../runtime/registry/pull/segments.ts';
import { temporaryFolder } from '../layer/support.ts';

const size = 600_000;
const right = randomBytes(size);

/** Whom the difference of two files is blamed on: the first sent 0 to 300,000, the second up to 400,000, then the first. */
async function blamed(change: (bytes: Buffer) => Buffer, keptBytes = 0): Promise<unknown[]> {
  const folder = await temporaryFolder();
  const paths = [join(folder, 'wrong'), join(folder, 'right')] as const;
  writeFileSync(paths[0], change(Buffer.from(right)));
  writeFileSync(paths[1], right);
  const segments = new Segments<string>(keptBytes);
  segments.add('first', keptBytes, 200_000);
  segments.add('first', 200_000, 300_000);
  segments.add('second', 300_000, 400_000);
  segments.add('first', 400_000, size);
  return [...(await segments.culprits(...paths))];
}

function flip(...places: readonly number[]): (bytes: Buffer) => Buffer {
  return (bytes) => {
    for (const place of places) bytes[place] = (bytes[place] ?? 0) ^ 1;
    return bytes;
  };
}

describe('wrong bytes are blamed on', () => {
  test.each([
    ['nobody when there are none', flip(), []],
    ['whoever sent them: the first byte of a part', flip(300_000), ['second']],
    ['whoever sent them: the last byte of a part', flip(399_999), ['second']],
    ['whoever sent them: the byte after a part', flip(400_000), ['first']],
    ['whoever sent the very last byte', flip(size - 1), ['first']],
    ['all who sent some', flip(10, 350_000), ['first', 'second']],
  ])('%s', async (_name, change, expected) => {
    expect(await blamed(change)).toEqual(expected);
  });

  test('no source when they were there before', async () => {
    expect(await blamed(flip(100), 150_000)).toEqual([undefined]);
  });
});
