import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { dirname } from 'node:path';

import { hasErrno, link, open, removeFile, syncFolder } from '../host/files.ts';
import { contentMismatch, toStoreError } from './content-error.ts';
import { digestOfHex } from './digest.ts';
import type { Digest } from './digest.ts';

type FileHandle = Awaited<ReturnType<typeof open>>;

/** What a `PartialBlob` is to become. */
export interface PartialBlobOptions {
  /** The file that grows; what is in it already is taken to be the blob's beginning. */
  readonly path: string;
  /** Where the blob belongs when it is whole, on the same file system. */
  readonly target: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

const rereadBytes = 256 * 1024;

/**
 * A blob on its way into the store: a file that grows at its end and is hashed as it does, so that a download can go on
 * where an earlier one stopped. One caller at a time.
 */
export class PartialBlob {
  readonly path: string;
  readonly #options: PartialBlobOptions;
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;

  private constructor(options: PartialBlobOptions, file: FileHandle) {
    this.path = options.path;
    this.#options = options;
    this.#file = file;
  }

  /** Opens the file, or makes it, and hashes what is there. */
  static async open(options: PartialBlobOptions): Promise<PartialBlob> {
    const file = await open(options.path, 'a+', 0o600);
    try {
      const partial = new PartialBlob(options, file);
      await partial.#reread();
      return partial;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes from the blob's beginning that the file has. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the bytes that come next. @throws CONTENT_MISMATCH for more than the blob has, IMAGE_STORE_UNWRITABLE */
  async write(chunk: Uint8Array): Promise<void> {
    const { sizeBytes } = this.#options;
    const after = this.#bytes + chunk.byteLength;
    // Stops a source that never ends before it has filled the disk.
    if (after > sizeBytes) throw contentMismatch('a size of at least', after, sizeBytes);
    try {
      await this.#file.appendFile(chunk);
    } catch (error) {
      throw toStoreError(error, this.path);
    }
    this.#hash.update(chunk);
    this.#bytes = after;
  }

  /**
   * Verifies the blob, and puts it into the store: fsync(2), link(2), fsync of the folder. After a power cut it is there
   * whole, or not at all. The file keeps its first name too, until `discard`: whoever is reading it may yet open it.
   *
   * @throws CONTENT_MISMATCH, IMAGE_STORE_UNWRITABLE
   */
  async finish(): Promise<void> {
    const { digest, sizeBytes } = this.#options;
    if (this.#bytes !== sizeBytes) throw contentMismatch('a size of', this.#bytes, sizeBytes);
    const actual = digestOfHex(this.#hash.copy().digest('hex'));
    if (actual !== digest) throw contentMismatch('the digest', actual, digest);
    try {
      await this.#linkDurably();
    } catch (error) {
      throw toStoreError(error, this.path);
    }
  }

  /** Closes the file and leaves it as it is. */
  close(): Promise<void> {
    return this.#file.close();
  }

  /** Removes the file; the blob stays when it is whole. */
  async discard(): Promise<void> {
    await this.#file.close();
    await removeFile(this.path);
  }

  async #linkDurably(): Promise<void> {
    const { target } = this.#options;
    await this.#file.datasync();
    try {
      await link(this.path, target);
    } catch (error) {
      // Another import brought the same meanwhile.
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
    syncFolder(dirname(target));
  }

  async #reread(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size > this.#options.sizeBytes) {
      await this.#file.truncate(0);
      return;
    }
    const buffer = new Uint8Array(rereadBytes);
    while (this.#bytes < size) {
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.byteLength, this.#bytes);
      if (bytesRead === 0) return;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#bytes += bytesRead;
    }
  }
}
