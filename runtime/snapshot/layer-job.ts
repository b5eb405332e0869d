import { join } from 'node:path';

import { isBerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { mkdir, rm } from '../host/files.ts';
import type { Digest } from '../image/digest.ts';
import type { LayerBlob } from '../image/layer-blob.ts';
import type { EnsureOptions, LayerSource } from '../image/layer-stacks.ts';
import { unpackLayer } from '../layer/unpack-layer.ts';
import type { UnpackPool } from '../layer/unpack-pool.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** A layer that is still to be unpacked. */
export interface MissingLayer {
  readonly chainId: Digest;
  readonly parent: Digest | undefined;
  /** None for the layer of an image that has no layers. */
  readonly source: LayerSource | undefined;
}

/** What jobs work with. */
export interface LayerJobParts {
  readonly folder: SnapshotFolder;
  readonly pool: UnpackPool;
  readonly bootId: string | undefined;
  /** Told of each layer that has got its name, and is not on the disk yet. */
  readonly onPublished: (chainId: Digest) => void;
}

/** Somebody who waits for a layer. */
export interface LayerUser {
  /** Its own way to the blob; a download ends with whoever has asked for it. */
  readonly blob: LayerBlob | undefined;
  readonly onEvent: EnsureOptions['onEvent'];
}

/** Errors that no other download of the same blob can mend. */
const layerFaults: ReadonlySet<ErrorCode> = new Set([
  'LAYER_INVALID',
  'LAYER_DIFF_ID_MISMATCH',
  'LAYER_TOO_LARGE',
  'LAYER_UNPACK_FAILED',
  'COMPRESSION_UNSUPPORTED',
]);

/**
 * The unpacking of one layer under a temporary name, for all who want it at the same time. It goes on until it is done
 * or the last of them has left.
 */
export class LayerJob {
  /** Resolves when the layer is unpacked. @throws the codes of `unpackLayer` */
  readonly ready: Promise<void>;
  readonly #layer: MissingLayer;
  readonly #parts: LayerJobParts;
  readonly #temporary: string;
  readonly #stop = new AbortController();
  readonly #users = new Set<LayerUser>();
  #publishing: Promise<void> | undefined;

  constructor(layer: MissingLayer, parts: LayerJobParts, first: LayerUser) {
    this.#layer = layer;
    this.#parts = parts;
    this.#temporary = parts.folder.temporaryPath(layer.chainId);
    this.#users.add(first);
    this.ready = this.#run();
    // Whoever has left does not wait for it any more.
    this.ready.catch(() => undefined);
  }

  get chainId(): Digest {
    return this.#layer.chainId;
  }

  join(user: LayerUser): void {
    this.#users.add(user);
  }

  /** Gives the layer its name; it must be ready, and have one below it. For several users it happens once. */
  publish(): Promise<void> {
    this.#publishing ??= this.#publish();
    return this.#publishing;
  }

  async #publish(): Promise<void> {
    const { folder, onPublished } = this.#parts;
    const { chainId } = this.#layer;
    // What has been there all along may be in use: it is not replaced.
    if ((await folder.read(chainId)) !== undefined) return;
    await folder.publish(this.#temporary, chainId);
    onPublished(chainId);
  }

  /**
   * Says that a user does not wait any longer.
   *
   * @returns Whether it was the last one; then the job has ended, and what was not published is gone
   */
  async leave(user: LayerUser, onLast: () => void): Promise<void> {
    this.#users.delete(user);
    if (this.#users.size > 0) return;
    onLast();
    this.#stop.abort(new Error('nobody waits for the layer any more'));
    await this.ready.catch(() => undefined);
    await this.#publishing?.catch(() => undefined);
    await rm(this.#temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  async #run(): Promise<void> {
    // A kernel that does not tell its boot cannot tell a power cut from a crash either.
    const { folder, bootId = 'unknown' } = this.#parts;
    const { parent, source } = this.#layer;
    await mkdir(this.#temporary, { mode: 0o700 });
    const sizeBytes = source === undefined ? await this.#makeEmpty() : await this.#unpack(source);
    const diffId = source?.diffId;
    await folder.writeRecord(this.#temporary, { parent, diffId, sizeBytes, bootId });
    for (const { blob, onEvent } of this.#users) {
      if (blob) onEvent?.({ kind: 'unpacked', layer: blob.digest });
    }
  }

  async #makeEmpty(): Promise<number> {
    await mkdir(join(this.#temporary, 'fs'), { mode: 0o755 });
    return 0;
  }

  /** Should the download of one user end, that of another one may go on. */
  async #unpack({ diffId }: LayerSource): Promise<number> {
    const tried = new Set<LayerBlob>();
    for (;;) {
      const blob = [...this.#users].find((user) => user.blob && !tried.has(user.blob))?.blob;
      if (blob === undefined) throw new Error('nobody waits for the layer any more');
      tried.add(blob);
      try {
        const { sizeBytes } = await unpackLayer({
          blob,
          diffId,
          root: join(this.#temporary, 'fs'),
          pool: this.#parts.pool,
          signal: this.#stop.signal,
          onProgress: (readBytes) => {
            this.#tell(readBytes, blob.sizeBytes ?? readBytes);
          },
        });
        return sizeBytes;
      } catch (error) {
        const isOver =
          this.#stop.signal.aborted || (isBerthError(error) && layerFaults.has(error.code));
        const hasOther = [...this.#users].some((user) => user.blob && !tried.has(user.blob));
        if (isOver || !hasOther) throw error;
      }
    }
  }

  #tell(readBytes: number, totalBytes: number): void {
    for (const { blob, onEvent } of this.#users) {
      if (blob) onEvent?.({ kind: 'unpacking', layer: blob.digest, readBytes, totalBytes });
    }
  }
}
