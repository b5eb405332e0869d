import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import type { LayerBlob } from '../../../runtime/image/layer-blob.ts';
import type { LayerSource } from '../../../runtime/image/layer-stacks.ts';
import { UnpackPool } from '../../../runtime/layer/unpack-pool.ts';
import { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import type { SnapshotStoreOptions } from '../../../runtime/snapshot/snapshot-store.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { Download, countedBlob, storedBlob } from '../layer/blobs.ts';
import { makeTar, sha256, temporaryFolder } from '../layer/support.ts';
import type { TarInput } from '../layer/support.ts';

/** A layer that counts how often it is read. */
export interface CountedLayer extends LayerSource {
  readonly reads: () => number;
}

/** A layer that is still on its way. */
export interface ArrivingLayer extends LayerSource {
  readonly tar: Buffer;
  readonly download: Download;
}

/** What a test of the store works with. */
export interface StoreFixture {
  readonly launcher: () => Launcher;
  readonly dataRoot: () => string;
  readonly store: () => SnapshotStore;
  /** Opens the store, as a berthd that is started anew. */
  readonly open: (options?: Partial<SnapshotStoreOptions>) => Promise<SnapshotStore>;
  readonly layer: (...entries: readonly TarInput[]) => Promise<CountedLayer>;
  readonly arriving: (...entries: readonly TarInput[]) => Promise<ArrivingLayer>;
  /** The blob of a layer once more, as another pull has it. */
  readonly again: (layer: ArrivingLayer) => Promise<ArrivingLayer>;
  readonly blob: (bytes: Uint8Array) => LayerBlob;
  /** Names in the folder of the snapshots. */
  readonly snapshots: () => readonly string[];
}

/** Makes a store anew for each test of the file that calls it. */
export function useStore(): StoreFixture {
  let launcher: Launcher;
  let pool: UnpackPool;
  let dataRoot: string;
  let blobs: string;
  let store: SnapshotStore;
  const opened: SnapshotStore[] = [];
  const open = async (options: Partial<SnapshotStoreOptions> = {}): Promise<SnapshotStore> => {
    const one = await SnapshotStore.open({ dataRoot, runner: launcher, pool, ...options });
    opened.push(one);
    return one;
  };
  beforeAll(async () => {
    launcher = await Launcher.start();
    pool = new UnpackPool({ runner: launcher });
  });
  afterAll(() => launcher.stop());
  beforeEach(async () => {
    dataRoot = await temporaryFolder();
    blobs = await temporaryFolder();
    store = await open();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.settled();
  });
  const arriveAs = (tar: Buffer): ArrivingLayer => {
    const download = new Download(blobs);
    return { diffId: sha256(tar), blob: download.blob, tar, download };
  };
  return {
    launcher: () => launcher,
    dataRoot: () => dataRoot,
    store: () => store,
    open,
    layer: async (...entries) => {
      const tar = await makeTar(entries);
      const { blob, reads } = countedBlob(storedBlob(blobs, tar));
      return { diffId: sha256(tar), blob, reads };
    },
    arriving: async (...entries) => arriveAs(await makeTar(entries)),
    again: ({ tar }) => Promise.resolve(arriveAs(tar)),
    blob: (bytes) => storedBlob(blobs, bytes),
    snapshots: () => readdirSync(join(dataRoot, 'snapshots')).sort(),
  };
}
