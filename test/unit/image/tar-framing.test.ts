import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { expect, test } from 'vitest';

import { tarStream } from '../../../runtime/image/archive/tar-framing.ts';
import type { TarItem } from '../../../runtime/image/archive/tar-framing.ts';

async function bytesOf(items: readonly TarItem[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tarStream(items)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function entriesOf(archive: Buffer): Promise<readonly (Header & { text: string })[]> {
  const reader = extract();
  reader.end(archive);
  const entries: (Header & { text: string })[] = [];
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.push({ ...entry.header, text: Buffer.concat(chunks).toString() });
  }
  return entries;
}

const file = (path: string, text: string): TarItem => ({
  path,
  sizeBytes: Buffer.byteLength(text),
  content: [Buffer.from(text)],
});

test('another reader finds what was written', async () => {
  const long = 'b'.repeat(1000);
  const archive = await bytesOf([{ path: 'blobs/' }, file('blobs/a', long), file('empty', '')]);
  expect(archive.length % 512).toBe(0);
  expect(await entriesOf(archive)).toMatchObject([
    { name: 'blobs/', type: 'directory', mode: 0o755, mtime: new Date(0) },
    { name: 'blobs/a', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1000, text: long },
    { name: 'empty', type: 'file', size: 0, text: '' },
  ]);
});

test('the same files give the same bytes', async () => {
  expect(await bytesOf([file('a', '1')])).toEqual(await bytesOf([file('a', '1')]));
});

test('a file of more than 8 GiB has its size in binary', async () => {
  const sizeBytes = 9 * 1024 ** 3;
  const chunks = tarStream([{ path: 'big', sizeBytes, content: [] }]);
  const { value: header } = await chunks.next();
  // GNU tar's base-256: the first bit set, then a number of 95 bits.
  expect(header?.[124]).toBe(0x80);
  expect(Buffer.from(header ?? []).readBigUInt64BE(128)).toBe(BigInt(sizeBytes));
});

test('a source that fails ends the archive with its error', async () => {
  const broken = new Error('cut off');
  function* failing(): Generator<Uint8Array> {
    throw broken;
  }
  await expect(bytesOf([{ path: 'a', sizeBytes: 1, content: failing() }])).rejects.toBe(broken);
});
