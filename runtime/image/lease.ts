import type { BlobStore } from './blob-store.ts';
import { digestOf } from './digest.ts';
import type { Digest } from './digest.ts';
import type { Holds } from './holds.ts';
import type { ExpectedContent, ReceivedBlob } from './received-blob.ts';

/**
 * An import in progress: what it holds is safe from garbage collection until the lease is released, by when
 * index.json leads to what is to stay.
 */
export class Lease {
  /** Where the content goes. */
  readonly blobs: BlobStore;
  readonly #holds: Holds<Digest>;
  readonly #releases: (() => void)[] = [];
  readonly #received: ReceivedBlob[] = [];
  readonly #tasks: (() => Promise<void>)[] = [];

  constructor(blobs: BlobStore, holds: Holds<Digest>) {
    this.blobs = blobs;
    this.#holds = holds;
  }

  /** Holds content, whether it is already in the store or not. */
  hold(digest: Digest): void {
    this.#releases.push(this.#holds.hold(digest));
  }

  /** Holds content, and says whether it is in the store: then it stays there. */
  async holdIfPresent(digest: Digest): Promise<boolean> {
    this.hold(digest);
    return this.blobs.has(digest);
  }

  /**
   * Receives content into a temporary file, verified. It goes away with the lease unless `commit` is called.
   *
   * @throws CONTENT_MISMATCH, or what the source throws
   */
  async receive(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expected: ExpectedContent = {},
  ): Promise<ReceivedBlob> {
    const received = await this.blobs.receive(source, expected);
    this.#received.push(received);
    return received;
  }

  /** Moves received content into the store, unless it is there already. */
  async commit(received: ReceivedBlob): Promise<void> {
    if (await this.holdIfPresent(received.digest)) return;
    await received.commit();
  }

  /** Puts bytes into the store and returns their digest. */
  async add(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    if (await this.holdIfPresent(digest)) return digest;
    const received = await this.receive([bytes], { digest });
    await received.commit();
    return digest;
  }

  /** Has `task` run when the lease is released. */
  onRelease(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Ends the import: throws away what was not committed, and lets the rest be collected when nothing needs it. */
  async release(): Promise<void> {
    for (const release of this.#releases.splice(0)) release();
    for (const received of this.#received.splice(0)) await received.discard();
    for (const task of this.#tasks.splice(0)) await task();
  }
}
