import { createHash } from 'node:crypto';
import { dirname } from 'node:path';

import { open, removeFile, rename, syncFolder } from '../host/files.ts';
import { contentMismatch, toStoreError } from './content-error.ts';
import { digestOfHex } from './digest.ts';
import type { Digest } from './digest.ts';

/** What is known of content before it arrives. */
export interface ExpectedContent {
  readonly digest?: Digest;
  readonly sizeBytes?: number;
  /** Called with each piece's length, for progress. */
  readonly onBytes?: (count: number) => void;
}

/** Content that is complete and verified, but not yet in the store. */
export interface ReceivedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Makes it durable and moves it into the store. */
  commit(): Promise<void>;
  /** Throws it away; nothing happens when it was committed. */
  discard(): Promise<void>;
  /** Reads it back, before it is committed. */
  read(): Promise<Uint8Array>;
  /** Its first bytes, enough to tell a compression, before it is committed. */
  head(): Promise<Uint8Array>;
}

/** What `receiveBlob` needs. */
export interface ReceiveOptions {
  readonly source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly expected: ExpectedContent;
  /** Path that does not exist yet, on the same file system as the target. */
  readonly temporary: string;
  /** Where content with a digest belongs. */
  readonly target: (digest: Digest) => string;
}

type FileHandle = Awaited<ReturnType<typeof open>>;

const headBytes = 16;

/** The digest and length of what was written. */
type Written = Pick<ReceivedBlob, 'digest' | 'sizeBytes'>;

async function write(options: ReceiveOptions): Promise<Written> {
  const { expected } = options;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(options.temporary, 'wx', 0o600);
  try {
    for await (const chunk of options.source) {
      sizeBytes += chunk.byteLength;
      // Stops a source that never ends before it has filled the disk.
      if (expected.sizeBytes !== undefined && sizeBytes > expected.sizeBytes) {
        throw contentMismatch('a size of at least', sizeBytes, expected.sizeBytes);
      }
      hash.update(chunk);
      await file.writeFile(chunk).catch((error: unknown) => {
        throw toStoreError(error, options.temporary);
      });
      expected.onBytes?.(chunk.byteLength);
    }
  } finally {
    await file.close();
  }
  if (expected.sizeBytes !== undefined && sizeBytes !== expected.sizeBytes) {
    throw contentMismatch('a size of', sizeBytes, expected.sizeBytes);
  }
  const digest = digestOfHex(hash.digest('hex'));
  if (expected.digest !== undefined && digest !== expected.digest) {
    throw contentMismatch('the digest', digest, expected.digest);
  }
  return { digest, sizeBytes };
}

/** fsync(2), rename(2), fsync of the folder: after a power cut the blob is there whole, or not at all. */
async function moveDurably(from: string, to: string): Promise<void> {
  const file = await open(from, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(from, to);
  syncFolder(dirname(to));
}

/**
 * Writes a stream to a temporary file and verifies its size and digest.
 *
 * @throws CONTENT_MISMATCH, IMAGE_STORE_UNWRITABLE, or whatever the source throws; then the temporary file is gone
 */
export async function receiveBlob(options: ReceiveOptions): Promise<ReceivedBlob> {
  const { temporary } = options;
  let written: Written;
  try {
    written = await write(options);
  } catch (error) {
    await removeFile(temporary);
    throw error;
  }
  return {
    ...written,
    commit: () => moveDurably(temporary, options.target(written.digest)),
    discard: () => removeFile(temporary),
    read: () => withFile(temporary, (file) => file.readFile()),
    head: () =>
      withFile(temporary, async (file) => {
        const { buffer, bytesRead } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
        return buffer.subarray(0, bytesRead);
      }),
  };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
