import { join } from 'node:path';

import type { Clock } from '../../host/clock.ts';
import { removeTree } from '../../host/remove-tree.ts';
import {
  hasErrno,
  listFolder,
  mkdir,
  open,
  orIfMissing,
  removeFile,
  rename,
  stat,
  statfs,
  writeFile,
} from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { digestOfHex, hexOf } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import type { Report } from '../mirror-event.ts';
import type { Content } from './content.ts';
import { openVerified } from './verified-file.ts';
import { isBerthError } from '../../errors/berth-error.ts';

/** What a `DiskCache` needs. */
export interface DiskCacheOptions {
  /** Made when it is new; nobody else may write to it. */
  readonly folder: string;
  /** Bytes that its content may take; what was not used for longest goes first. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly report: Report;
}

interface Entry {
  readonly sizeBytes: number;
  readonly usedMs: number;
  /** Whether this process has seen that the file is what its name says. */
  readonly trust: 'trusted' | 'untrusted';
}

/** A place for content that is about to come. */
export interface Reservation {
  /** Path that does not exist yet. */
  readonly temporary: string;
  /** Makes room for so many bytes in all. Whether there is any: content may turn out longer than anybody said. */
  extend(sizeBytes: number): Promise<boolean>;
  /** Moves what was written into the cache: it is verified. */
  commit(digest: Digest, sizeBytes: number): Promise<void>;
  /** Gives the place back, and removes what was written. */
  discard(): Promise<void>;
}

/** The time of use on the disk may be so far behind: writing it at every use would cost more than it is worth. */
const usedPrecisionMs = 60_000;

/** Content of unknown length gets room in steps of this. */
const leastExtension = 1024 * 1024;

/** Of the disk this much stays free for others, and no more than `mostKeptFree` bytes. */
const shareKeptFree = 0.05;
const mostKeptFree = 1024 ** 3;

/**
 * Content by digest on the disk, as much as fits: `blobs/sha256/<hex>`, and `ingest/` for what is still arriving. Nothing
 * in it is precious: what is damaged or in the way is removed. Files that are being read stay readable when they go.
 */
export class DiskCache {
  readonly #options: DiskCacheOptions;
  readonly #blobs: string;
  readonly #ingest: string;
  /** In the order of their use, the longest unused first. */
  readonly #entries = new Map<Digest, Entry>();
  #usedBytes = 0;
  #reservedBytes = 0;
  #ingestCount = 0;

  private constructor(options: DiskCacheOptions) {
    this.#options = options;
    this.#blobs = join(options.folder, 'blobs', 'sha256');
    this.#ingest = join(options.folder, 'ingest');
  }

  /** Opens the cache, and removes what an interrupted write left. */
  static async open(options: DiskCacheOptions): Promise<DiskCache> {
    const cache = new DiskCache(options);
    await makeFolders(cache.#blobs, 0o700);
    await removeTree(cache.#ingest);
    await mkdir(cache.#ingest, { mode: 0o700 });
    await cache.#scan();
    await cache.#evictUntil(() => cache.#usedBytes <= options.maxBytes);
    return cache;
  }

  /** Bytes of content; `undefined` when it is not here. */
  sizeOf(digest: Digest): number | undefined {
    return this.#entries.get(digest)?.sizeBytes;
  }

  /** Opens content; `undefined` when it is not here, or was damaged, which removes it. */
  async open(digest: Digest): Promise<Content | undefined> {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    const file = await orIfMissing(open(this.#path(digest), 'r'), undefined);
    if (file === undefined) {
      await this.remove(digest);
      return undefined;
    }
    await this.#use(digest, entry, file);
    try {
      const { sizeBytes, trust } = entry;
      const onOutcome = (outcome: 'right' | 'wrong'): void => {
        this.#verified(digest, outcome);
      };
      return await openVerified({ file, digest, sizeBytes, trust, onOutcome });
    } catch (error) {
      if (isBerthError(error, 'CONTENT_MISMATCH')) return undefined;
      throw error;
    }
  }

  /**
   * Makes room for content.
   *
   * @param sizeBytes 0 when nobody knows.
   * @returns `undefined` when there is no room: it is larger than the cache may be, or the disk is full.
   */
  async reserve(sizeBytes: number): Promise<Reservation | undefined> {
    if (!(await this.#makeRoom(sizeBytes))) return undefined;
    this.#ingestCount += 1;
    const temporary = join(this.#ingest, String(this.#ingestCount));
    let reservedBytes = sizeBytes;
    this.#reservedBytes += reservedBytes;
    const release = (): void => {
      this.#reservedBytes -= reservedBytes;
      reservedBytes = 0;
    };
    return {
      temporary,
      extend: async (wantedBytes) => {
        if (wantedBytes <= reservedBytes) return true;
        const more = Math.max(wantedBytes - reservedBytes, leastExtension);
        if (!(await this.#makeRoom(more))) return false;
        reservedBytes += more;
        this.#reservedBytes += more;
        return true;
      },
      commit: async (digest, actualBytes) => {
        release();
        await rename(temporary, this.#path(digest));
        this.#add(digest, {
          sizeBytes: actualBytes,
          usedMs: this.#options.clock.now(),
          trust: 'trusted',
        });
      },
      discard: async () => {
        release();
        await removeFile(temporary);
      },
    };
  }

  /** Puts bytes into the cache, if there is room. @throws Node.js system errors */
  async add(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (this.#entries.has(digest)) return;
    const reservation = await this.reserve(bytes.byteLength);
    try {
      if (reservation === undefined) return;
      await writeFile(reservation.temporary, bytes, { mode: 0o600, flag: 'wx' });
      await reservation.commit(digest, bytes.byteLength);
    } catch (error) {
      await reservation?.discard();
      throw error;
    }
  }

  /** Removes old content after the disk turned out to be full. Returns whether there was any. */
  async yieldRoom(bytes: number): Promise<boolean> {
    const goal = Math.max(0, this.#usedBytes - bytes);
    const before = this.#usedBytes;
    await this.#evictUntil(() => this.#usedBytes <= goal);
    return this.#usedBytes < before;
  }

  async remove(digest: Digest): Promise<void> {
    this.#usedBytes -= this.#entries.get(digest)?.sizeBytes ?? 0;
    this.#entries.delete(digest);
    await removeFile(this.#path(digest));
  }

  #path(digest: Digest): string {
    return join(this.#blobs, hexOf(digest));
  }

  #add(digest: Digest, entry: Entry): void {
    this.#usedBytes += entry.sizeBytes - (this.#entries.get(digest)?.sizeBytes ?? 0);
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
  }

  async #use(
    digest: Digest,
    entry: Entry,
    file: { utimes(atime: Date, mtime: Date): Promise<void> },
  ): Promise<void> {
    const nowMs = this.#options.clock.now();
    const isOld = nowMs - entry.usedMs > usedPrecisionMs;
    this.#add(digest, isOld ? { ...entry, usedMs: nowMs } : entry);
    // On a disk that cannot be written any more, content can still be read.
    if (isOld) await file.utimes(new Date(nowMs), new Date(nowMs)).catch(() => undefined);
  }

  #verified(digest: Digest, outcome: 'right' | 'wrong'): void {
    const entry = this.#entries.get(digest);
    if (outcome === 'right') {
      if (entry !== undefined) this.#entries.set(digest, { ...entry, trust: 'trusted' });
      return;
    }
    this.#options.report({ kind: 'damaged', digest });
    this.remove(digest).catch((error: unknown) => {
      const about = { topic: 'removing', subject: digest } as const;
      this.#options.report({ kind: 'problem', what: `removing "${digest}"`, error, ...about });
    });
  }

  async #scan(): Promise<void> {
    const found: [Digest, Entry][] = [];
    for (const name of await listFolder(this.#blobs)) {
      const path = join(this.#blobs, name);
      const status = await orIfMissing(stat(path), undefined);
      if (!/^[0-9a-f]{64}$/.test(name) || status?.isFile() !== true) {
        await removeTree(path);
        continue;
      }
      const entry = { sizeBytes: status.size, usedMs: status.mtimeMs, trust: 'untrusted' } as const;
      found.push([digestOfHex(name), entry]);
    }
    found.sort(([, a], [, b]) => a.usedMs - b.usedMs);
    for (const [digest, entry] of found) this.#add(digest, entry);
  }

  /** Whether there is room now, after old content has gone if need be. */
  async #makeRoom(bytes: number): Promise<boolean> {
    const { maxBytes } = this.#options;
    const wanted = this.#reservedBytes + bytes;
    if (wanted > maxBytes) return false;
    await this.#evictUntil(() => this.#usedBytes + wanted <= maxBytes);
    const missing = await this.#missingOnDisk(wanted);
    if (missing > 0) await this.yieldRoom(missing);
    return missing <= 0 || (await this.#missingOnDisk(wanted)) <= 0;
  }

  /** Bytes by which the disk is too full for so many more. */
  async #missingOnDisk(bytes: number): Promise<number> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#options.folder);
      const keptFree = Math.min(mostKeptFree, blocks * bsize * shareKeptFree);
      return bytes + keptFree - bavail * bsize;
    } catch (error) {
      if (hasErrno(error, 'ENOSYS')) return 0;
      throw error;
    }
  }

  async #evictUntil(isEnough: () => boolean): Promise<void> {
    let bytes = 0;
    for (const [digest, entry] of [...this.#entries]) {
      if (isEnough()) break;
      await this.remove(digest);
      bytes += entry.sizeBytes;
    }
    if (bytes > 0) this.#options.report({ kind: 'evicted', bytes });
  }
}
