import { join } from 'node:path';

import { BerthError } from '../errors/berth-error.ts';
import { Cleanup } from '../errors/cleanup.ts';
import { listFolder, mkdir, rm } from '../host/files.ts';
import type { Digest } from '../image/digest.ts';
import { Holds } from '../image/holds.ts';
import type { HeldLayers, LayerSource, LayerStacks } from '../image/layer-stacks.ts';
import { SerialQueue } from '../image/serial-queue.ts';
import type { ProgramRunner } from '../layer/filesystem-batch.ts';
import { unpackLayer } from '../layer/unpack-layer.ts';
import { chainIdsOf, emptyChainId } from './chain-id.ts';
import { ContainerFolder } from './container-folder.ts';
import type { RootfsMount } from './rootfs-mount.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import type { Snapshot } from './snapshot-folder.ts';
import type { ContainerSnapshots } from './snapshot-service.ts';
import { syncFileSystem } from './sync-file-system.ts';

/** Where the store is, and what it works with. */
export interface SnapshotStoreOptions {
  /** Absolute path; the store uses `snapshots` in it, and `containers/<id>/{lower,upper,work}`. */
  readonly dataRoot: string;
  /** A Launcher. */
  readonly runner: ProgramRunner;
}

const removalOptions = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 } as const;

/** A layer that is still to be unpacked. */
interface MissingLayer {
  readonly chainId: Digest;
  readonly parent: Digest | undefined;
  /** None for the layer of an image that has no layers. */
  readonly source: LayerSource | undefined;
}

/**
 * Unpacked layers, each once however many images share it, and containers' root file systems made of them by
 * overlayfs. Creating a container of a known image makes two folders and a link; nothing is copied or mounted.
 */
export class SnapshotStore implements LayerStacks, ContainerSnapshots {
  readonly #folder: SnapshotFolder;
  readonly #containers: ContainerFolder;
  readonly #runner: ProgramRunner;
  /** Snapshots do not change, so that what was read once stays true until it is collected. */
  readonly #known = new Map<Digest, Snapshot>();
  readonly #holds = new Holds<Digest>();
  /** One unpacking at a time: who wants the same layers next then finds them. */
  readonly #unpacking = new SerialQueue();
  /** A container's link and garbage collection must not cross. */
  readonly #links = new SerialQueue();

  private constructor({ dataRoot, runner }: SnapshotStoreOptions) {
    this.#folder = new SnapshotFolder(join(dataRoot, 'snapshots'));
    this.#containers = new ContainerFolder(join(dataRoot, 'containers'));
    this.#runner = runner;
  }

  /** Opens the store, makes it when it is new, and removes what was left half-done. */
  static async open(options: SnapshotStoreOptions): Promise<SnapshotStore> {
    const store = new SnapshotStore(options);
    const { path } = store.#folder;
    await mkdir(path, { recursive: true, mode: 0o700 });
    for (const name of await listFolder(path)) {
      // A syscall program of a berthd that was killed may still be writing: what it adds is removed on the next try.
      if (SnapshotFolder.isTemporary(name)) await rm(join(path, name), removalOptions);
    }
    return store;
  }

  async ensure(layers: readonly LayerSource[], signal?: AbortSignal): Promise<HeldLayers> {
    const diffIds = layers.map(({ diffId }) => diffId);
    const stack = stackOf(diffIds);
    const releases = stack.map((chainId) => this.#holds.hold(chainId));
    const release = (): void => {
      for (const one of releases) one();
    };
    try {
      if ((await this.#missing(layers)).length > 0) {
        await this.#unpacking.run(async () => this.#unpackAll(await this.#missing(layers), signal));
      }
      const snapshots = await this.#snapshots(stack.at(-1) ?? emptyChainId);
      return {
        chainId: stack.at(-1) ?? emptyChainId,
        lower: snapshots.map(({ fs }) => fs),
        release,
      };
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

  createContainer(containerId: string, chainId: Digest): Promise<RootfsMount> {
    return this.#links.run(async () => {
      const snapshots = await this.#snapshots(chainId);
      const root = snapshots[0]?.root ?? { mode: 0o755, uid: 0, gid: 0 };
      const folders = await this.#containers.create(containerId, chainId, root);
      return { type: 'overlay', lower: snapshots.map(({ fs }) => fs), ...folders };
    });
  }

  async containerRootfs(containerId: string): Promise<RootfsMount> {
    const chainId = await this.#containers.chainIdOf(containerId);
    if (chainId === undefined) throw missing(`the root file system of container "${containerId}"`);
    const snapshots = await this.#snapshots(chainId);
    const folders = this.#containers.folders(containerId);
    return { type: 'overlay', lower: snapshots.map(({ fs }) => fs), ...folders };
  }

  removeContainer(containerId: string): Promise<void> {
    return this.#containers.remove(containerId);
  }

  collectGarbage(images: readonly (readonly Digest[])[]): Promise<readonly Digest[]> {
    return this.#links.run(async () => {
      const needed = new Set(images.flatMap(stackOf));
      for (const chainId of await this.#containers.chainIdsInUse()) {
        for (const below of await this.#chain(chainId)) needed.add(below);
      }
      const names = await listFolder(this.#folder.path);
      const chainIds = names
        .map((name) => SnapshotFolder.chainIdOf(name))
        .filter((found) => found !== undefined);
      const removed: Digest[] = [];
      for (const chainId of await this.#topmostFirst(chainIds)) {
        if (needed.has(chainId) || this.#holds.isHeld(chainId)) continue;
        this.#known.delete(chainId);
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

  /** Unpacks under temporary names, brings all to the disk at once, and only then gives them their names. */
  async #unpackAll(
    layers: readonly MissingLayer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const cleanup = new Cleanup();
    try {
      const made: { readonly chainId: Digest; readonly temporary: string }[] = [];
      for (const layer of layers) {
        signal?.throwIfAborted();
        const temporary = this.#folder.temporaryPath(layer.chainId);
        cleanup.add(() => rm(temporary, { recursive: true, force: true }));
        await this.#unpack(layer, temporary, signal);
        made.push({ chainId: layer.chainId, temporary });
      }
      if (made.length === 0) return;
      await syncFileSystem(this.#runner, this.#folder.path);
      for (const { chainId, temporary } of made) await this.#folder.publish(temporary, chainId);
      this.#folder.sync();
      cleanup.dismiss();
    } catch (error) {
      await cleanup.run();
      throw error;
    }
  }

  async #unpack(
    layer: MissingLayer,
    temporary: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { parent, source } = layer;
    const root = join(temporary, 'fs');
    await mkdir(temporary, { mode: 0o700 });
    if (source === undefined) {
      await mkdir(root, { mode: 0o755 });
      await this.#folder.writeRecord(temporary, { sizeBytes: 0 });
      return;
    }
    const { diffId } = source;
    const { sizeBytes } = await unpackLayer({
      source: source.open(),
      root,
      diffId,
      runner: this.#runner,
      signal,
    });
    await this.#folder.writeRecord(temporary, { parent, diffId, sizeBytes });
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
