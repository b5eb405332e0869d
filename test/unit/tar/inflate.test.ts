import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { inflate, plainPieceBytes } from '../../../runtime/tar/inflate.ts';
import { collectGarbage } from '../../support/processes.ts';

/** Gives bytes in pieces of one memory that is used again and again, as a thread reads its blob. */
function reader(bytes: Uint8Array, size: number): () => Promise<Uint8Array> {
  const memory = Buffer.alloc(size);
  let at = 0;
  return () => {
    memory.fill(0xee);
    const piece = bytes.subarray(at, at + size);
    memory.set(piece);
    at += piece.byteLength;
    return Promise.resolve(memory.subarray(0, piece.byteLength));
  };
}

async function run(bytes: Uint8Array, size = 5000): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await inflate({
    read: reader(bytes, size),
    write: (piece) => {
      expect(piece.byteLength).toBeLessThanOrEqual(plainPieceBytes);
      pieces.push(Buffer.from(piece));
      return Promise.resolve();
    },
  });
  return Buffer.concat(pieces);
}

// Some of it compresses, some does not, and it is several blocks long.
const plain = Buffer.concat([randomBytes(300_000), Buffer.alloc(900_000, 'text'), randomBytes(77)]);

describe('inflating', () => {
  test.each([
    ['plain', plain],
    ['gzip', gzipSync(plain)],
    [
      'gzip of two members',
      Buffer.concat([gzipSync(plain.subarray(0, 99)), gzipSync(plain.subarray(99))]),
    ],
    ['zstd', zstdCompressSync(plain)],
  ])('%s gives the same bytes, however they come', async (_name, bytes) => {
    for (const size of [1000, 65_536, 2_000_000])
      expect((await run(bytes, size)).equals(plain)).toBe(true);
    expect((await run(bytes.subarray(0, 0))).byteLength).toBe(0);
  });

  test('tells the compression also when the first bytes come one by one', async () => {
    const small = gzipSync('small');
    expect((await run(small, 1)).toString()).toBe('small');
    expect((await run(Buffer.from('abc'), 1)).toString()).toBe('abc');
  });

  test.each([
    ['gzip', gzipSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ])('%s that is cut off or damaged is refused', async (_name, bytes) => {
    await expect(run(bytes.subarray(0, 100_000))).rejects.toMatchObject({ code: 'TAR_INVALID' });
    const damaged = Buffer.from(bytes);
    damaged.fill(0x55, 20, 300_000);
    await expect(run(damaged)).rejects.toMatchObject({ code: 'TAR_INVALID' });
  });

  test('an error of who reads or writes is passed on as it is', async () => {
    const bytes = gzipSync(plain);
    const readOnce = reader(bytes.subarray(0, 50_000), 50_000);
    let reads = 0;
    const read = (): Promise<Uint8Array> => {
      reads += 1;
      return reads === 1 ? readOnce() : Promise.reject(new Error('of the reader'));
    };
    const write = (): Promise<void> => Promise.resolve();
    await expect(inflate({ read, write })).rejects.toThrow('of the reader');
    for (const source of [bytes, plain]) {
      const failing = (): Promise<void> => Promise.reject(new Error('of the writer'));
      await expect(inflate({ read: reader(source, 9999), write: failing })).rejects.toThrow(
        'of the writer',
      );
    }
  });

  test('does not wait for bytes when the writer has failed', async () => {
    const first = reader(gzipSync(plain), 400_000);
    let reads = 0;
    const read = (): Promise<Uint8Array> => {
      reads += 1;
      return reads === 1 ? first() : new Promise(() => undefined);
    };
    const write = (): Promise<void> => Promise.reject(new Error('of the writer'));
    await expect(inflate({ read, write })).rejects.toThrow('of the writer');
  });

  test('keeps no memory of what it has given', async () => {
    const bytes = gzipSync(Buffer.alloc(200_000_000));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    await inflate({
      read: reader(bytes, 65_536),
      write: () => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        return Promise.resolve();
      },
    });
    expect(most).toBeLessThan(4_000_000);
  });
});
