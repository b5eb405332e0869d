import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { BerthError } from '../errors/berth-error.ts';
import { listFolder, open, orIfMissing, removeFile, stat } from '../host/files.ts';
import { removeTree } from '../host/remove-tree.ts';
import { makeFolders } from '../host/make-folders.ts';
import { digestOfHex, hexOf, isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import type { Clock } from '../host/clock.ts';
import { systemClock } from '../host/clock.ts';
import { wholeBlob } from './layer-blob.ts';
import type { LayerBlob } from './layer-blob.ts';
import { PartialBlobs } from './partial-blobs.ts';
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
  /** Blobs that are arriving, and the beginnings of those that stopped half-way. */
  readonly partials: PartialBlobs;
  #ingestCount = 0;

  private constructor(layoutDir: string, clock: Clock) {
    this.#blobs = join(layoutDir, 'blobs', 'sha256');
    this.#ingest = join(layoutDir, 'ingest');
    this.partials = new PartialBlobs({
      folder: this.#ingest,
      target: (digest) => this.#path(digest),
      clock,
    });
  }

  /** Opens the folder, makes it when it is new, and removes what an interrupted write left and none can go on with. */
  static async open(layoutDir: string, clock: Clock = systemClock): Promise<BlobStore> {
    const store = new BlobStore(layoutDir, clock);
    await makeFolders(store.#blobs, 0o700);
    await makeFolders(store.#ingest, 0o700);
    for (const name of await listFolder(store.#ingest)) {
      if (!name.endsWith('.part')) await removeTree(join(store.#ingest, name));
    }
    await store.partials.mend();
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

  /** A blob that is here, for reading where it lies; `undefined` when it is not. */
  async whole(digest: Digest): Promise<LayerBlob | undefined> {
    const sizeBytes = await this.sizeOf(digest);
    return sizeBytes === undefined ? undefined : wholeBlob(digest, this.#path(digest), sizeBytes);
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
    if (file === undefined) throw blobMissing(digest);
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

/** The error for content that is not in the store. */
export function blobMissing(digest: Digest): BerthError {
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
