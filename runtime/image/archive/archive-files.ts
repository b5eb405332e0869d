import { posix } from 'node:path';

import { decompress } from '../../tar/decompress.ts';
import { readTar } from '../../tar/tar-reader.ts';
import type { TarEntry } from '../../tar/tar-reader.ts';
import { isDigest } from '../digest.ts';
import type { Lease } from '../lease.ts';
import { maxManifestBytes } from '../manifest.ts';
import type { ReceivedBlob } from '../received-blob.ts';
import { archiveError } from './archive-error.ts';

/** Old versions of `docker save` wrote a layer that occurs twice as a link to the first one. */
const maxLinks = 8;
/** No archive has so many files; memory for their names is limited this way. */
const maxFiles = 100_000;

/** The files of an image archive, received into the store's temporary folder, by path. */
export class ArchiveFiles {
  readonly #files = new Map<string, ReceivedBlob>();
  readonly #links = new Map<string, string>();

  private constructor() {
    // Made by `receive`.
  }

  /**
   * Reads a whole archive. What it has may come in any order: the file that tells what the others are is often last.
   *
   * @throws IMAGE_ARCHIVE_INVALID, TAR_INVALID, CONTENT_MISMATCH, the signal's reason, or what the source throws
   */
  static async receive(
    archive: AsyncIterable<Uint8Array>,
    lease: Lease,
    signal: AbortSignal | undefined,
  ): Promise<ArchiveFiles> {
    const files = new ArchiveFiles();
    for await (const entry of readTar(decompress(archive))) {
      signal?.throwIfAborted();
      await files.#add(entry, lease);
      if (files.#files.size + files.#links.size > maxFiles) {
        throw archiveError(`it has more than ${maxFiles} files`);
      }
    }
    return files;
  }

  /** The file at a path, following links; `undefined` when there is none. */
  find(path: string): ReceivedBlob | undefined {
    let current = posix.normalize(path);
    for (let i = 0; i <= maxLinks; i += 1) {
      const file = this.#files.get(current);
      if (file !== undefined) return file;
      const target = this.#links.get(current);
      if (target === undefined) return undefined;
      current = target;
    }
    throw archiveError(`"${path}" leads through too many links`);
  }

  /** Reads a small file; `undefined` when there is none. @throws IMAGE_ARCHIVE_INVALID */
  async document(path: string): Promise<Uint8Array | undefined> {
    const file = this.find(path);
    if (file === undefined) return undefined;
    if (file.sizeBytes > maxManifestBytes) {
      throw archiveError(
        `"${path}" has ${file.sizeBytes} bytes; wanted at most ${maxManifestBytes}`,
      );
    }
    return file.read();
  }

  async #add(entry: TarEntry, lease: Lease): Promise<void> {
    const path = posix.normalize(Buffer.from(entry.name, 'latin1').toString('utf8'));
    const target = Buffer.from(entry.linkName, 'latin1').toString('utf8');
    switch (entry.type) {
      case 'file':
        this.#refuseTwice(path);
        this.#files.set(path, await lease.receive(entry.body, expectedContent(path)));
        return;
      case 'symlink':
        this.#refuseTwice(path);
        this.#links.set(path, posix.normalize(posix.join(posix.dirname(path), target)));
        return;
      case 'hard-link':
        this.#refuseTwice(path);
        this.#links.set(path, posix.normalize(target));
        return;
      case 'directory':
        return;
      case 'character-device':
      case 'block-device':
      case 'fifo':
        throw archiveError(`entry "${path}" is a ${entry.type}; wanted files, folders and links`);
    }
  }

  #refuseTwice(path: string): void {
    if (this.#files.has(path) || this.#links.has(path))
      throw archiveError(`it has two entries for "${path}"`);
  }
}

/** The files of an OCI layout are named after their digest. */
function expectedContent(path: string): { readonly digest?: ReceivedBlob['digest'] } {
  const hex = /^blobs\/sha256\/([^/]+)$/.exec(path)?.[1];
  if (hex === undefined) return {};
  const digest = `sha256:${hex}`;
  if (!isDigest(digest)) throw archiveError(`"${path}" is not named after a digest`);
  return { digest };
}
