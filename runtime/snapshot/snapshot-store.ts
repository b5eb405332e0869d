import { join } from 'node:path';

import { BerthError } from '../errors/berth-error.ts';
import { bootId } from '../host/boot-id.ts';
import { listFolder, rm } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import type { Digest } from '../image/digest.ts';
import { Holds } from '../image/holds.ts';
import type { EnsureOptions, HeldLayers, LayerSource, LayerStacks } from '../image/layer-stacks.ts';
import { SerialQueue } from '../image/serial-queue.ts';
import { UnpackPool } from '../layer/unpack-pool.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';
import { chainIdsOf, emptyChainId } from './chain-id.ts';
import { ContainerFolder } from './container-folder.ts';
import { Durability } from './durability.ts';
import type { MissingLayer } from './layer-job.ts';
import { LayerJobs } from './layer-jobs.ts';
import type { RootfsMount } from './rootfs-mount.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import type { Snapshot } from './snapshot-folder.ts';
import type { ContainerSnapshots } from './snapshot-service.ts';

/** Where the store is, and what it works with. */
export interface SnapshotStoreOptions {
  /** Absolute path; the store uses `snapshots` in it, and `containers/<id>/{lower,upper,work}`. */
  readonly dataRoot: string;
  /** A Launcher. */
  readonly runner: ProgramRunner;
  /** Threads to unpack in; the store's own when left out. */
  readonly pool?: UnpackPool;
  /** That of this boot, when it is not to be asked for. */
  readonly bootId?: string;
}

const removalOptions = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 } as const;

/**
 * Unpacked layers, each once however many images share it, and containers' root file systems made of them by
 * overlayfs. Creating a container of a known image makes two folders and a link; nothing is copied or mounted.
 */
export class SnapshotStore implements LayerStacks, ContainerSnapshots {
  readonly #folder: SnapshotFolder;
  readonly #containers: ContainerFolder;
  readonly #jobs: LayerJobs;
  readonly #durability: Durability;
  /** Snapshots do not change, so that what was read once stays true until it is collected. */
  readonly #known = new Map<Digest, Snapshot>();
  /** What containers have above these. */
  readonly #initLayers = new Map<Digest, string>();
  readonly #holds = new Holds<Digest>();
  /** A container's link and garbage collection must not cross. */
  readonly #links = new SerialQueue();

  private constructor(options: SnapshotStoreOptions, boot: string | undefined) {
    const { dataRoot, runner } = options;
    this.#folder = new SnapshotFolder(join(dataRoot, 'snapshots'));
    this.#containers = new ContainerFolder(join(dataRoot, 'containers'));
    const pool = options.pool ?? new UnpackPool({ runner });
    this.#durability = new Durability(this.#folder, runner);
    this.#jobs = new LayerJobs({
      folder: this.#folder,
      pool,
      bootId: boot,
      onPublished: (chainId) => {
        this.#durability.note(chainId);
      },
    });
  }

  /** Opens the store, makes it when it is new, and removes what was left half-done or lost in a power cut. */
  static async open(options: SnapshotStoreOptions): Promise<SnapshotStore> {
    const boot = options.bootId ?? (await bootId());
    const store = new SnapshotStore(options, boot);
    const { path } = store.#folder;
    await makeFolders(path, 0o700);
    for (const name of await listFolder(path)) {
      // A syscall program of a berthd that was killed may still be writing: what it adds is removed on the next try.
      if (SnapshotFolder.isTemporary(name)) await rm(join(path, name), removalOptions);
    }
    await store.#judgeSnapshots(boot);
    return store;
  }

  async ensure(layers: readonly LayerSource[], options: EnsureOptions = {}): Promise<HeldLayers> {
    const stack = stackOf(layers.map(({ diffId }) => diffId));
    const top = stack.at(-1) ?? emptyChainId;
    const releases = stack.map((chainId) => this.#holds.hold(chainId));
    const release = (): void => {
      for (const one of releases) one();
    };
    try {
      const missingLayers = await this.#missing(layers);
      for (const [i, { blob }] of layers.entries()) {
        const isMissing = missingLayers.some(({ chainId }) => chainId === stack[i]);
        if (!isMissing) options.onEvent?.({ kind: 'unpacked', layer: blob.digest });
      }
      await this.#jobs.unpack(missingLayers, options);
      this.#durability.begin();
      const snapshots = await this.#snapshots(top);
      return { chainId: top, lower: snapshots.map(({ fs }) => fs), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async sizeOf(diffIds: readonly Digest[]): Promise<number | undefined> {
    let sizeBytes = 0;
    for (const chainId of stackOf(diffIds)) {
      const snapshot = await this.#read(chainId);
      if (snapshot === undefined) return undefined;
      sizeBytes += snapshot.sizeBytes;
    }
    return sizeBytes;
  }

  async foldersOf(diffIds: readonly Digest[]): Promise<readonly string[]> {
    const snapshots = await Promise.all(stackOf(diffIds).map((chainId) => this.#read(chainId)));
    const folders = snapshots.flatMap((snapshot) => snapshot?.fs ?? []);
    return folders.length === diffIds.length ? folders.toReversed() : [];
  }

  createContainer(containerId: string, chainId: Digest): Promise<RootfsMount> {
    return this.#links.run(async () => {
      const snapshots = await this.#snapshots(chainId);
      // What a container has changed means nothing without what it was changed from.
      await this.#durability.of(await this.#chain(chainId));
      const lower = snapshots.map(({ fs }) => fs);
      const init =
        this.#initLayers.get(chainId) ?? (await this.#folder.makeInitLayer(chainId, snapshots));
      this.#initLayers.set(chainId, init);
      const folders = await this.#containers.create(containerId, chainId, snapshots[0]?.root);
      return { type: 'overlay', lower: [init, ...lower], ...folders };
    });
  }

  holdLayers(containerId: string, chainId: Digest): Promise<void> {
    return this.#links.run(async () => {
      await this.#snapshots(chainId);
      await this.#durability.of(await this.#chain(chainId));
      await this.#containers.hold(containerId, chainId);
    });
  }

  async layersOf(chainId: Digest): Promise<readonly string[]> {
    return (await this.#snapshots(chainId)).map(({ fs }) => fs);
  }

  async containerRootfs(containerId: string): Promise<RootfsMount> {
    const chainId = await this.#containers.chainIdOf(containerId);
    if (chainId === undefined) throw missing(`the root file system of container "${containerId}"`);
    const snapshots = await this.#snapshots(chainId);
    const folders = this.#containers.folders(containerId);
    const init = this.#initLayers.get(chainId) ?? (await this.#folder.initLayerOf(chainId));
    if (init !== undefined) this.#initLayers.set(chainId, init);
    const lower = snapshots.map(({ fs }) => fs);
    return { type: 'overlay', lower: init === undefined ? lower : [init, ...lower], ...folders };
  }

  removeContainer(containerId: string): Promise<void> {
    return this.#containers.remove(containerId);
  }

  /** Resolves when nothing is being brought to the disk any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#durability.settled();
  }

  collectGarbage(images: readonly (readonly Digest[])[]): Promise<readonly Digest[]> {
    return this.#links.run(async () => {
      const needed = new Set(images.flatMap(stackOf));
      for (const chainId of await this.#containers.chainIdsInUse()) {
        for (const below of await this.#chain(chainId)) needed.add(below);
      }
      const removed: Digest[] = [];
      for (const chainId of await this.#topmostFirst(await this.#chainIds())) {
        if (needed.has(chainId) || this.#holds.isHeld(chainId)) continue;
        this.#known.delete(chainId);
        this.#initLayers.delete(chainId);
        this.#durability.remove(chainId);
        await this.#folder.remove(chainId);
        removed.push(chainId);
      }
      return removed;
    });
  }

  /** The ChainIDs of a snapshot and of those below it. */
  async #chain(chainId: Digest): Promise<readonly Digest[]> {
    const chain: Digest[] = [];
    for (
      let next: Digest | undefined = chainId;
      next !== undefined;
      next = (await this.#read(next))?.parent
    ) {
      chain.push(next);
    }
    return chain;
  }

  /** So that a power cut in the middle of a removal leaves no snapshot without those below it. */
  async #topmostFirst(chainIds: readonly Digest[]): Promise<readonly Digest[]> {
    const depths = new Map<Digest, number>();
    for (const chainId of chainIds) depths.set(chainId, (await this.#chain(chainId)).length);
    return [...chainIds].sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0));
  }

  async #read(chainId: Digest): Promise<Snapshot | undefined> {
    const known = this.#known.get(chainId);
    if (known !== undefined) return known;
    const snapshot = await this.#folder.read(chainId);
    if (snapshot !== undefined) this.#known.set(chainId, snapshot);
    return snapshot;
  }

  /** The snapshot and all below it, topmost first. */
  async #snapshots(chainId: Digest): Promise<readonly Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for (let next: Digest | undefined = chainId; next !== undefined;) {
      const snapshot: Snapshot | undefined = await this.#read(next);
      if (snapshot === undefined) throw missing(`layer "${next}"`);
      snapshots.push(snapshot);
      next = snapshot.parent;
    }
    return snapshots;
  }

  async #missing(layers: readonly LayerSource[]): Promise<readonly MissingLayer[]> {
    const chainIds = stackOf(layers.map(({ diffId }) => diffId));
    const missingLayers: MissingLayer[] = [];
    for (const [i, chainId] of chainIds.entries()) {
      if ((await this.#read(chainId)) !== undefined) continue;
      missingLayers.push({ chainId, parent: chainIds[i - 1], source: layers[i] });
    }
    return missingLayers;
  }

  /** Removes what the power went off under, and goes on with what a killed berthd was about to sync. */
  async #judgeSnapshots(boot: string | undefined): Promise<void> {
    for (const chainId of await this.#chainIds()) {
      const state = await this.#folder.stateOf(chainId, boot);
      if (state === 'cached') this.#durability.note(chainId);
      if (state === 'lost') await this.#folder.remove(chainId);
    }
    this.#durability.begin();
  }

  async #chainIds(): Promise<readonly Digest[]> {
    const names = await listFolder(this.#folder.path);
    return names
      .map((name) => SnapshotFolder.chainIdOf(name))
      .filter((found) => found !== undefined);
  }
}

/** ChainIDs of a stack; an image without layers has one that is empty, because overlayfs needs one. */
function stackOf(diffIds: readonly Digest[]): readonly Digest[] {
  return diffIds.length === 0 ? [emptyChainId] : chainIdsOf(diffIds);
}

function missing(what: string): BerthError {
  return new BerthError('SNAPSHOT_MISSING', {
    message: `${what} is not on the disk`,
    remedy:
      'Create the container again; its image was removed in the meantime, or the data root was changed.',
  });
}
