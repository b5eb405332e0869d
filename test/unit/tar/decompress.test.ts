import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { decompress, detectCompression } from '../../../runtime/tar/decompress.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.byteLength; i += size) {
    await Promise.resolve();
    yield bytes.subarray(i, i + size);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const text = Buffer.from('some text that is long enough to be worth compressing '.repeat(50));
const run = (bytes: Uint8Array, size = 100): Promise<Buffer> =>
  collect(decompress(inPieces(bytes, size)));

describe('decompressing', () => {
  test.each([
    ['plain', text],
    ['gzip', gzipSync(text)],
    [
      'gzip of two members',
      Buffer.concat([gzipSync(text.subarray(0, 99)), gzipSync(text.subarray(99))]),
    ],
    ['zstd', zstdCompressSync(text)],
    [
      'zstd of two frames',
      Buffer.concat([zstdCompressSync(text.subarray(0, 99)), zstdCompressSync(text.subarray(99))]),
    ],
  ])('%s, in pieces of any size', async (_name, bytes) => {
    for (const size of [1, 5, 100_000]) expect(await run(bytes, size)).toEqual(text);
  });

  test('nothing gives nothing, and little gives little', async () => {
    expect(await run(Buffer.alloc(0))).toHaveLength(0);
    expect(await run(Buffer.from('abc'))).toEqual(Buffer.from('abc'));
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('%s that is cut off or damaged is refused', async (_name, bytes) => {
    await expect(run(bytes.subarray(0, 40))).rejects.toMatchObject({ code: 'TAR_INVALID' });
    const damaged = Buffer.from(bytes);
    damaged.fill(0x55, 10, 30);
    await expect(run(damaged)).rejects.toMatchObject({ code: 'TAR_INVALID' });
  });

  test('an error of the source is not taken for damage', async () => {
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield* inPieces(gzipSync(text).subarray(0, 40), 10);
      throw new Error('connection lost');
    };
    await expect(collect(decompress(source()))).rejects.toThrow('connection lost');
  });

  test('closes the source when the reader goes away', async () => {
    for (const bytes of [text, gzipSync(text)]) {
      let closed = false;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield* inPieces(bytes, 50);
        } finally {
          closed = true;
        }
      };
      for await (const chunk of decompress(source())) if (chunk.byteLength > 0) break;
      await expect.poll(() => closed).toBe(true);
    }
  });
});

test.each([
  ['bzip2', Buffer.from('BZh91AY')],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
])('%s is named in the error', (name, head) => {
  expect(() => detectCompression(head)).toThrow(
    expect.objectContaining({
      code: 'COMPRESSION_UNSUPPORTED',
      message: expect.stringContaining(name) as string,
    }),
  );
});
