import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { StoredImage } from './image-catalog.ts';
import { removeImage } from './image-names.ts';
import type { ImageParts } from './image-parts.ts';
import type { ImageUser, RemovedItem } from './image-model.ts';
import { layerUsage } from './layer-sizes.ts';
import { familiarName } from './reference.ts';

/** Which images `ImageService.prune` removes. */
export interface PruneOptions {
  /** `dangling`: those without a tag; `unused`: all that no container needs. */
  readonly scope: 'dangling' | 'unused';
  /** Further conditions on an image, such as its labels or its age. */
  readonly isWanted: (image: PruneCandidate) => boolean;
  /** All containers of the engine: what they use stays. */
  readonly users: readonly ImageUser[];
  readonly signal?: AbortSignal;
}

/** What a prune decides by. */
export interface PruneCandidate {
  readonly labels: Readonly<Record<string, string>>;
  /** 0 when the image does not say. */
  readonly createdMs: number;
}

/** What came of a prune. */
export interface PruneOutcome {
  readonly removed: readonly RemovedItem[];
  /** Bytes of the layers that went, unpacked, and of downloads that had been cut short. */
  readonly reclaimedBytes: number;
}

/** Removes images that nothing needs, one prune at a time. */
export class ImagePrunes {
  readonly #parts: ImageParts;
  #running = false;

  constructor(parts: ImageParts) {
    this.#parts = parts;
  }

  /** As `ImageService.prune`. */
  async prune(options: PruneOptions): Promise<PruneOutcome> {
    if (this.#running) {
      throw new BerthError('IMAGE_IN_USE', {
        message: 'a prune operation is already running',
        remedy: 'Wait until it has ended.',
      });
    }
    this.#running = true;
    try {
      return await this.#prune(options);
    } finally {
      this.#running = false;
    }
  }

  async #prune(options: PruneOptions): Promise<PruneOutcome> {
    const { catalog, events, store } = this.#parts;
    const before = await layerUsage(this.#parts, await catalog.images());
    const removed: RemovedItem[] = [];
    for (const image of await catalog.images()) {
      if (options.signal?.aborted === true) break;
      if (goes(image, options)) removed.push(...(await this.#remove(image, options)));
    }
    const after = await layerUsage(this.#parts, await catalog.images());
    // What was pulled meanwhile must not make it less than nothing.
    const layerBytes = removed.length === 0 ? 0 : Math.max(0, before.totalBytes - after.totalBytes);
    // Half a download is something that nothing needs, too.
    const reclaimedBytes = layerBytes + (await store.clearPartials('all'));
    events.tellPrune(reclaimedBytes);
    return { removed, reclaimedBytes };
  }

  /** Name by name, so that what is told of it is what `docker rmi` tells. */
  async #remove(image: StoredImage, { users }: PruneOptions): Promise<readonly RemovedItem[]> {
    const asked = image.names.length === 0 ? [image.id] : image.names.map(familiarName);
    const removed: RemovedItem[] = [];
    for (const name of asked) {
      // Tags take the names by digest of their repository with them.
      const isGone = removed.some((item) => item.kind === 'untagged' && item.reference === name);
      if (isGone) continue;
      try {
        removed.push(...(await removeImage(this.#parts, name, { force: 'never', users })));
      } catch (error) {
        // Removed or taken into use since it was found: then it is not one to prune.
        if (!isBerthError(error)) throw error;
      }
    }
    return removed;
  }
}

function goes(image: StoredImage, { scope, isWanted, users }: PruneOptions): boolean {
  if (users.some(({ imageId }) => imageId === image.id)) return false;
  if (scope === 'dangling' && image.names.some(({ tag }) => tag !== undefined)) return false;
  const created = Date.parse(image.config.created ?? '');
  return isWanted({
    labels: image.config.config?.Labels ?? {},
    createdMs: Number.isNaN(created) ? 0 : created,
  });
}
