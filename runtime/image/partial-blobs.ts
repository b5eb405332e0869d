import { join } from 'node:path';

import type { Clock } from '../host/clock.ts';
import { link, listFolder, orIfMissing, removeFile, stat } from '../host/files.ts';
import { digestOfHex, hexOf } from './digest.ts';
import type { Digest } from './digest.ts';
import { PartialBlob } from './partial-blob.ts';

/** What `PartialBlobs` works on. */
export interface PartialBlobsOptions {
  readonly folder: string;
  /** Where a whole blob belongs. */
  readonly target: (digest: Digest) => string;
  readonly clock: Clock;
}

/** A partial file that no download uses now. */
interface IdlePartial {
  readonly path: string;
  readonly digest: Digest;
}

/** `<hex digits of the digest>-<number>.part`. */
const namePattern = /^([0-9a-f]{64})-(\d+)\.part$/;

/** Less is as quickly fetched again. */
const worthKeepingBytes = 1024 * 1024;

/** By then the image has been pulled, or is not wanted any more. */
const keptForMs = 24 * 60 * 60 * 1000;

/** The files of blobs that are arriving, and of those that stopped half-way: a later download goes on with them. */
export class PartialBlobs {
  readonly #options: PartialBlobsOptions;
  readonly #idle = new Map<string, IdlePartial>();
  #count = 0;

  constructor(options: PartialBlobsOptions) {
    this.#options = options;
  }

  /** Finds what an earlier process left, and removes what no download can go on with. */
  async mend(): Promise<void> {
    const { folder } = this.#options;
    for (const name of await listFolder(folder)) {
      const path = join(folder, name);
      const [, hex, number] = namePattern.exec(name) ?? [];
      if (hex === undefined) {
        if (name.endsWith('.part')) await removeFile(path);
        continue;
      }
      this.#count = Math.max(this.#count, Number(number));
      await this.#keepOrRemove({ path, digest: digestOfHex(hex) });
    }
  }

  /** Chooses the file of a download: one that has a beginning already, or a new one. It is the caller's until `release`. */
  claim(digest: Digest): string {
    const found = [...this.#idle.values()].find((idle) => idle.digest === digest);
    if (found === undefined) return this.claimNew(digest);
    this.#idle.delete(found.path);
    return found.path;
  }

  /** As `claim`, always a file that is not there yet. */
  claimNew(digest: Digest): string {
    this.#count += 1;
    return join(this.#options.folder, `${hexOf(digest)}-${this.#count}.part`);
  }

  /** Opens a file that was claimed. */
  open(digest: Digest, path: string, sizeBytes: number): Promise<PartialBlob> {
    return PartialBlob.open({ path, digest, sizeBytes, target: this.#options.target(digest) });
  }

  /** Makes a claimed file of a blob that the store has got meanwhile. */
  async adopt(digest: Digest, path: string): Promise<void> {
    await removeFile(path);
    await link(this.#options.target(digest), path);
  }

  /** Gives a claimed file back, closed. `keep` it for the next download, when that is worth it, or remove it. */
  async release(digest: Digest, path: string, outcome: 'keep' | 'remove'): Promise<void> {
    if (outcome === 'remove') await removeFile(path);
    else await this.#keepOrRemove({ path, digest });
  }

  /** Removes files that have lain idle for longer than a day, or all idle ones. Returns the bytes that this freed. */
  async clear(which: 'old' | 'all'): Promise<number> {
    let freedBytes = 0;
    for (const partial of [...this.#idle.values()]) {
      const sizeBytes = await this.#usefulBytes(partial);
      // A download may have claimed it while this one was looking.
      if ((which === 'old' && sizeBytes > 0) || !this.#idle.delete(partial.path)) continue;
      await removeFile(partial.path);
      freedBytes += sizeBytes;
    }
    return freedBytes;
  }

  async #keepOrRemove(partial: IdlePartial): Promise<void> {
    if ((await this.#usefulBytes(partial)) > 0) this.#idle.set(partial.path, partial);
    else await removeFile(partial.path);
  }

  /** How much a download could go on with; 0 when that is not worth it. */
  async #usefulBytes({ path, digest }: IdlePartial): Promise<number> {
    const { clock, target } = this.#options;
    const found = await orIfMissing(stat(path), undefined);
    if (found === undefined || (await orIfMissing(stat(target(digest)), undefined))) return 0;
    const isOld = clock.now() - found.mtimeMs > keptForMs;
    return isOld || found.size < worthKeepingBytes ? 0 : found.size;
  }
}
