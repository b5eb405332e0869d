import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import type { Digest } from '../../../runtime/image/digest.ts';
import type { LayerBlob } from '../../../runtime/image/layer-blob.ts';
import { unpackLayer } from '../../../runtime/layer/unpack-layer.ts';
import type { UnpackOptions, UnpackedLayer } from '../../../runtime/layer/unpack-layer.ts';
import { UnpackPool } from '../../../runtime/layer/unpack-pool.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { storedBlob } from './blobs.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import type { TarInput } from './support.ts';

/** What a test of unpacking works with. */
export interface UnpackFixture {
  readonly launcher: () => Launcher;
  readonly pool: () => UnpackPool;
  /** A folder for the test; `root` is a path in it that does not exist yet. */
  readonly folder: () => string;
  readonly root: () => string;
  /** A path below the root. */
  readonly at: (path: string) => string;
  /** A blob in a file, outside of the folder. */
  readonly blob: (bytes: Uint8Array) => LayerBlob;
  /** Unpacks a stored layer to the root. */
  readonly unpack: (
    stored: Uint8Array,
    diffId: Digest,
    options?: Partial<UnpackOptions>,
  ) => Promise<UnpackedLayer>;
  /** Packs entries, and unpacks them to the root. */
  readonly unpackEntries: (entries: readonly TarInput[]) => Promise<UnpackedLayer>;
}

/** Makes the fixture anew for each test of the file that calls it; threads and launcher are those of the file. */
export function useUnpackFixture(): UnpackFixture {
  let launcher: Launcher;
  let pool: UnpackPool;
  let folder: string;
  let blobs: string;
  beforeAll(async () => {
    launcher = await Launcher.start();
    pool = new UnpackPool({ runner: launcher });
  });
  afterAll(() => launcher.stop());
  beforeEach(async () => {
    folder = await temporaryFolder();
    blobs = await temporaryFolder();
  });
  const root = (): string => join(folder, 'fs');
  const blob = (bytes: Uint8Array): LayerBlob => storedBlob(blobs, bytes);
  const unpack: UnpackFixture['unpack'] = (stored, diffId, options = {}) =>
    unpackLayer({ blob: blob(stored), root: root(), diffId, pool, ...options });
  return {
    launcher: () => launcher,
    pool: () => pool,
    folder: () => folder,
    root,
    at: (path) => join(root(), path),
    blob,
    unpack,
    unpackEntries: async (entries) => {
      const tar = await makeTar(entries);
      return unpack(tar, sha256(tar));
    },
  };
}
