import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import type { Digest } from '../../../runtime/image/digest.ts';
import { unpackLayer } from '../../../runtime/layer/unpack-layer.ts';
import type { UnpackedLayer } from '../../../runtime/layer/unpack-layer.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces, makeTar, sha256, temporaryFolder } from './support.ts';
import type { TarInput } from './support.ts';

/** What a test of unpacking works with. */
export interface UnpackFixture {
  readonly launcher: () => Launcher;
  /** A folder for the test; `root` is a path in it that does not exist yet. */
  readonly folder: () => string;
  readonly root: () => string;
  /** A path below the root. */
  readonly at: (path: string) => string;
  /** Unpacks a stored layer to the root. */
  readonly unpack: (stored: Uint8Array, diffId: Digest) => Promise<UnpackedLayer>;
  /** Packs entries, and unpacks them to the root. */
  readonly unpackEntries: (entries: readonly TarInput[]) => Promise<UnpackedLayer>;
}

/** Makes the fixture anew for each test of the file that calls it. */
export function useUnpackFixture(): UnpackFixture {
  let launcher: Launcher;
  let folder: string;
  beforeAll(async () => {
    launcher = await Launcher.start();
  });
  afterAll(() => launcher.stop());
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  const root = (): string => join(folder, 'fs');
  const unpack: UnpackFixture['unpack'] = (stored, diffId) =>
    unpackLayer({ source: inPieces(stored), root: root(), diffId, runner: launcher });
  return {
    launcher: () => launcher,
    folder: () => folder,
    root,
    at: (path) => join(root(), path),
    unpack,
    unpackEntries: async (entries) => {
      const tar = await makeTar(entries);
      return unpack(tar, sha256(tar));
    },
  };
}
