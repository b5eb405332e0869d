import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { BerthError } from '../errors/berth-error.ts';
import { listFolder, mkdir, open, orIfMissing, removeFile, rm, stat } from '../host/files.ts';
import { digestOfHex, hexOf, isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { receiveBlob } from './received-blob.ts';
import type { ExpectedContent, ReceivedBlob } from './received-blob.ts';

/**
 * Content by digest in the folder of an OCI image layout: `blobs/sha256/<hex>`. What is not yet complete and
 * verified is in `ingest/`, which other readers of the layout do not look into.
 */
export class BlobStore {
  readonly #blobs: string;
  readonly #ingest: string;
  /** Blobs that are being unlinked: whoever asks for one meanwhile has to wait, then finds it gone. */
  readonly #removing = new Map<Digest, Promise<void>>();
  #ingestCount = 0;

  private constructor(layoutDir: string) {
    this.#blobs = join(layoutDir, 'blobs', 'sha256');
    this.#ingest = join(layoutDir, 'ingest');
  }

  /** Opens the folder, makes it when it is new, and removes what an interrupted write left. */
  static async open(layoutDir: string): Promise<BlobStore> {
    const store = new BlobStore(layoutDir);
    await mkdir(store.#blobs, { recursive: true, mode: 0o700 });
    await rm(store.#ingest, { recursive: true, force: true });
    await mkdir(store.#ingest, { mode: 0o700 });
    return store;
  }

  #path(digest: Digest): string {
    return join(this.#blobs, hexOf(digest));
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.sizeOf(digest)) !== undefined;
  }

  /** Bytes of a blob; `undefined` when it is not here. */
  async sizeOf(digest: Digest): Promise<number | undefined> {
    await this.#removing.get(digest);
    const found = await orIfMissing(stat(this.#path(digest)), undefined);
    return found?.size;
  }

  /** Digests of all blobs. */
  async list(): Promise<readonly Digest[]> {
    const names = await listFolder(this.#blobs);
    return names.map((name) => `sha256:${name}`).filter(isDigest);
  }

  /**
   * Writes a stream to a temporary file and verifies it. The result is not in the store until it is committed.
   *
   * @throws CONTENT_MISMATCH, or whatever `source` throws; then the temporary file is gone
   */
  receive(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expected: ExpectedContent = {},
  ): Promise<ReceivedBlob> {
    this.#ingestCount += 1;
    return receiveBlob({
      source,
      expected,
      temporary: join(this.#ingest, String(this.#ingestCount)),
      target: (digest) => this.#path(digest),
    });
  }

  /**
   * Reads a whole blob into memory and verifies it. For manifests and configurations, not for layers.
   *
   * @throws BLOB_MISSING, BLOB_CORRUPT
   */
  async read(digest: Digest): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.stream(digest)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /**
   * Streams a blob. The digest is checked at its end: a consumer must not trust the bytes before the stream has
   * ended without an error. A corrupt blob is removed, so that the next load or pull brings it again.
   *
   * @throws BLOB_MISSING, BLOB_CORRUPT, from the iteration
   */
  async *stream(digest: Digest): AsyncGenerator<Uint8Array, void> {
    await this.#removing.get(digest);
    const file = await orIfMissing(open(this.#path(digest), 'r'), undefined);
    if (file === undefined) throw missing(digest);
    const hash = createHash('sha256');
    // The stream closes the file, also when the consumer stops early.
    for await (const chunk of file.createReadStream({ highWaterMark: 256 * 1024 })) {
      const bytes = chunk as Uint8Array;
      hash.update(bytes);
      yield bytes;
    }
    const actual = digestOfHex(hash.digest('hex'));
    if (actual === digest) return;
    await this.remove(digest);
    throw corrupt(digest, actual);
  }

  /** Reads a blob only to see that it is whole. @throws BLOB_MISSING, BLOB_CORRUPT */
  async verify(digest: Digest): Promise<void> {
    const chunks = this.stream(digest);
    while ((await chunks.next()).done !== true);
  }

  /** Removes a blob; nothing happens when it is gone. */
  async remove(digest: Digest): Promise<void> {
    const removal = removeFile(this.#path(digest)).finally(() => this.#removing.delete(digest));
    this.#removing.set(digest, removal);
    await removal;
  }
}

function missing(digest: Digest): BerthError {
  return new BerthError('BLOB_MISSING', {
    message: `content "${digest}" is not in the image store`,
    remedy: 'Load or pull the image again.',
    details: { digest },
  });
}

function corrupt(digest: Digest, actual: Digest): BerthError {
  return new BerthError('BLOB_CORRUPT', {
    message: `stored content "${digest}" now has the digest "${actual}"; it was removed from the image store`,
    remedy: 'Load or pull the image again, and look for disk errors in the kernel log.',
    details: { digest, actual },
  });
}
