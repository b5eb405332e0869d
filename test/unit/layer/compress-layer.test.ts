import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

import { compressLayer } from '../../../runtime/layer/compress-layer.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function compress(bytes: Uint8Array, size = 64 * 1024): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of compressLayer(inPieces(bytes, size))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes like those of a layer: text that repeats itself, and parts that cannot be compressed. */
function sample(size: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0, total = 0; total < size; i += 1) {
    const text = Buffer.from(`usr/share/doc/package-${i % 97}/copyright ${i * 31}\n`.repeat(20));
    const noise = createHash('sha512').update(String(i)).digest();
    parts.push(text, noise);
    total += text.byteLength + noise.byteLength;
  }
  return Buffer.concat(parts).subarray(0, size);
}

describe('compressing a layer', () => {
  const megabyte = 1024 * 1024;
  test.each([0, 1, 1000, megabyte - 1, megabyte, megabyte + 1, 5 * megabyte + 12_345])(
    'gives back %i bytes, by our and by other programs',
    async (size) => {
      const plain = sample(size);
      const compressed = await compress(plain);
      expect(gunzipSync(compressed).equals(plain)).toBe(true);
      const options = { input: compressed, maxBuffer: 2 ** 26 };
      expect(execFileSync('gzip', ['-dc'], options).equals(plain)).toBe(true);
    },
  );

  test('gives the same bytes however the source is cut', async () => {
    const plain = sample(3 * megabyte);
    const expected = await compress(plain);
    for (const size of [777, 65_536, 1_048_577, plain.byteLength]) {
      expect((await compress(plain, size)).equals(expected)).toBe(true);
    }
  });

  test('has nothing of the time or the machine in its header', async () => {
    const compressed = await compress(sample(10));
    expect([...compressed.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  test('is hardly larger than what one piece would give', async () => {
    const plain = sample(4 * megabyte);
    const whole = execFileSync('gzip', ['-6', '-nc'], { input: plain, maxBuffer: 2 ** 26 });
    expect((await compress(plain)).byteLength).toBeLessThan(whole.byteLength * 1.02);
  });

  test('takes what cannot be compressed', async () => {
    const plain = randomBytes(2 * megabyte + 5);
    expect(gunzipSync(await compress(plain)).equals(plain)).toBe(true);
  });

  test('passes an error of the source on', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* inPieces(sample(2 * megabyte), 65_536);
      throw new Error('the disk is gone');
    };
    const all = Array.fromAsync(compressLayer(broken()));
    await expect(all).rejects.toThrow('the disk is gone');
  });

  test('does not read far ahead of who takes it', async () => {
    let read = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        await Promise.resolve();
        read += 65_536;
        yield Buffer.alloc(65_536, read);
      }
    };
    let taken = 0;
    for await (const chunk of compressLayer(endless())) {
      taken += chunk.byteLength;
      if (read > 20 * megabyte) break;
    }
    expect(taken).toBeGreaterThan(0);
    expect(read).toBeLessThan(22 * megabyte);
  });
});
