import { isBerthError } from '../errors/berth-error.ts';
import { listFolder, removeFile } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import { join } from 'node:path';
import { BlobStore } from './blob-store.ts';
import type { Digest } from './digest.ts';
import { Holds } from './holds.ts';
import { LayoutIndex } from './layout-index.ts';
import type { IndexEntry } from './layout-index.ts';
import { Lease } from './lease.ts';
import { parseManifest } from './manifest.ts';
import type { Descriptor } from './manifest.ts';
import { SerialQueue } from './serial-queue.ts';

/**
 * Images on the disk, as an OCI image layout (OCI image-spec 1.1, image-layout.md) that skopeo can read while berthd
 * runs. Only one process may write to it.
 *
 * Content is written under a lease. What neither a lease holds nor index.json leads to is garbage.
 */
export class ContentStore {
  readonly blobs: BlobStore;
  readonly #index: LayoutIndex;
  readonly #holds = new Holds<Digest>();
  /** Changes of index.json and garbage collection take turns: a collection that began before an image got its name
   *  would otherwise take the image for garbage once its lease ends. */
  readonly #writes = new SerialQueue();

  private constructor(blobs: BlobStore, index: LayoutIndex) {
    this.blobs = blobs;
    this.#index = index;
  }

  /**
   * Opens the store in `layoutDir`, makes it when it is new, and clears away what a power cut left.
   *
   * @throws IMAGE_STORE_INVALID
   */
  static async open(layoutDir: string): Promise<ContentStore> {
    await makeFolders(layoutDir, 0o700);
    for (const name of await listFolder(layoutDir)) {
      if (name.endsWith('.tmp')) await removeFile(join(layoutDir, name));
    }
    const store = new ContentStore(
      await BlobStore.open(layoutDir),
      await LayoutIndex.open(layoutDir),
    );
    await store.#mend();
    await store.collectGarbage();
    return store;
  }

  /** Names and manifests, as index.json has them. */
  get entries(): readonly IndexEntry[] {
    return this.#index.entries;
  }

  /** Begins to add content: see {@link Lease}. */
  lease(): Lease {
    return new Lease(this.blobs, this.#holds);
  }

  /**
   * Changes index.json. Changes run one after the other, each on the result of the one before.
   *
   * @param change Pure: gets the entries and returns the new ones, or the same array for no change.
   */
  update(change: (entries: readonly IndexEntry[]) => readonly IndexEntry[]): Promise<void> {
    return this.#writes.run(async () => {
      const changed = change(this.#index.entries);
      if (changed !== this.#index.entries) await this.#index.replace(changed);
    });
  }

  /**
   * Removes the beginnings of blobs whose downloads failed: those of yesterday, or all, when space is needed.
   *
   * @returns The bytes that this freed
   */
  clearPartials(which: 'old' | 'all'): Promise<number> {
    return this.blobs.partials.clear(which);
  }

  /** Removes content that nothing needs. Returns its digests. */
  collectGarbage(): Promise<readonly Digest[]> {
    return this.#writes.run(async () => {
      await this.clearPartials('old');
      const needed = new Set<Digest>();
      for (const entry of this.#index.entries) await this.#mark(entry.descriptor.digest, needed);
      const removed: Digest[] = [];
      for (const digest of await this.blobs.list()) {
        // Asked anew for each: an import may have begun to need it since the list was made.
        if (needed.has(digest) || this.#holds.isHeld(digest)) continue;
        await this.blobs.remove(digest);
        removed.push(digest);
      }
      return removed;
    });
  }

  /**
   * Puts right what a power cut may have left on a disk that does not keep its promises: names of manifests that are not
   * there would be images that nobody can use or remove, and blobs of another size than their manifest says are damaged.
   */
  async #mend(): Promise<void> {
    const lost = new Set<Digest>();
    for (const { descriptor } of this.#index.entries) {
      const { digest } = descriptor;
      try {
        const parsed = parseManifest(await this.blobs.read(digest), `manifest "${digest}"`);
        if (parsed.kind === 'image')
          await this.#checkSizes([parsed.manifest.config, ...parsed.manifest.layers]);
      } catch (error) {
        if (!isBerthError(error)) throw error;
        if (error.code === 'BLOB_MISSING' || error.code === 'BLOB_CORRUPT') lost.add(digest);
      }
    }
    if (lost.size > 0)
      await this.update((entries) =>
        entries.filter(({ descriptor }) => !lost.has(descriptor.digest)),
      );
  }

  /** Reads blobs that are shorter or longer than they should be: those that are damaged go. */
  async #checkSizes(descriptors: readonly Descriptor[]): Promise<void> {
    for (const { digest, size } of descriptors) {
      const sizeBytes = await this.blobs.sizeOf(digest);
      if (sizeBytes === undefined || sizeBytes === size) continue;
      await this.blobs.verify(digest).catch((error: unknown) => {
        if (!isBerthError(error, 'BLOB_CORRUPT')) throw error;
      });
    }
  }

  /** Adds a manifest's digest and all that it leads to. A manifest that cannot be read leads to nothing. */
  async #mark(digest: Digest, needed: Set<Digest>): Promise<void> {
    if (needed.has(digest)) return;
    needed.add(digest);
    try {
      const parsed = parseManifest(await this.blobs.read(digest), `manifest "${digest}"`);
      if (parsed.kind === 'index') {
        for (const child of parsed.index.manifests) await this.#mark(child.digest, needed);
        return;
      }
      needed.add(parsed.manifest.config.digest);
      for (const layer of parsed.manifest.layers) needed.add(layer.digest);
    } catch (error) {
      if (!isBerthError(error)) throw error;
    }
  }
}
