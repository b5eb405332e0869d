import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { onTestFinished } from 'vitest';

import { digestOfHex } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'berth-test-'));
  // What is brought to the disk behind a test's back may still add a marker to it.
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 10 }));
  return path;
}

/** An entry of `makeTar`. */
export interface TarInput extends Partial<Omit<Header, 'name' | 'size'>> {
  readonly name: string;
  readonly content?: string | Uint8Array;
}

/** Packs entries into a tar archive; modification time 0 unless given. */
export async function makeTar(entries: readonly TarInput[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) {
    archive.entry({ mtime: new Date(0), ...header }, Buffer.from(content ?? ''));
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Bytes as a stream of pieces. */
export async function* inPieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.byteLength; i += size) {
    await Promise.resolve();
    yield bytes.subarray(i, i + size);
  }
}

/** The digest of bytes, computed by other means than the product's. */
export function sha256(bytes: Uint8Array): Digest {
  return digestOfHex(createHash('sha256').update(bytes).digest('hex'));
}
