import { join } from 'node:path';

import {
  chmod,
  chown,
  listFolder,
  mkdir,
  orIfMissing,
  readlink,
  removeFile,
  rm,
  symlink,
} from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import { hexOf, isDigest } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { makeInitLayer } from './init-layer.ts';
import type { Snapshot } from './snapshot-folder.ts';

/** The writable folders of one container. */
export interface WritableFolders {
  readonly upper: string;
  readonly work: string;
}

/**
 * The folders of the containers, `<data-root>/containers/<id>`, as far as they are the snapshots': `upper` and `work`
 * for overlayfs, and the symbolic link `lower` to the topmost layer. The link says which layers a container needs, and
 * is made in one system call, whole or not at all.
 */
export class ContainerFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the writable folders.
   * @param chainId Of the topmost layer
   * @param snapshots The layers, topmost first
   */
  async create(
    containerId: string,
    chainId: Digest,
    snapshots: readonly Snapshot[],
  ): Promise<WritableFolders> {
    // overlayfs shows the owner and mode of the upper folder.
    const root = snapshots[0]?.root ?? { mode: 0o755, uid: 0, gid: 0 };
    const folder = join(this.#path, containerId);
    await makeFolders(folder, 0o700);
    try {
      await symlink(join('..', '..', 'snapshots', hexOf(chainId)), join(folder, 'lower'));
      const folders = this.folders(containerId);
      await mkdir(folders.upper, { mode: 0o755 });
      await mkdir(folders.work, { mode: 0o700 });
      if (root.uid !== 0 || root.gid !== 0) await chown(folders.upper, root.uid, root.gid);
      await chmod(folders.upper, root.mode);
      await makeInitLayer({ upper: folders.upper, lower: snapshots.map(({ fs }) => fs) });
      return folders;
    } catch (error) {
      await this.remove(containerId);
      throw error;
    }
  }

  folders(containerId: string): WritableFolders {
    const folder = join(this.#path, containerId);
    return { upper: join(folder, 'upper'), work: join(folder, 'work') };
  }

  /** ChainID of the layers that a container needs; `undefined` when it has none. */
  async chainIdOf(containerId: string): Promise<Digest | undefined> {
    const target = await orIfMissing(readlink(join(this.#path, containerId, 'lower')), undefined);
    const digest = `sha256:${target?.split('/').at(-1) ?? ''}`;
    return isDigest(digest) ? digest : undefined;
  }

  /** Makes the folder that says that a container needs other layers, too. */
  async hold(containerId: string, chainId: Digest): Promise<void> {
    await makeFolders(join(this.#path, containerId, 'images', hexOf(chainId)), 0o700);
  }

  /** ChainIDs that any container needs. */
  async chainIdsInUse(): Promise<readonly Digest[]> {
    const found: Digest[] = [];
    for (const containerId of await listFolder(this.#path)) {
      const chainId = await this.chainIdOf(containerId);
      if (chainId !== undefined) found.push(chainId);
      const held = await orIfMissing(listFolder(join(this.#path, containerId, 'images')), []);
      found.push(...held.map((hex) => `sha256:${hex}`).filter(isDigest));
    }
    return found;
  }

  /** Removes the writable folders, then the link; whatever else is in the container's folder stays. */
  async remove(containerId: string): Promise<void> {
    const { upper, work } = this.folders(containerId);
    await rm(upper, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
    await removeFile(join(this.#path, containerId, 'lower'));
  }
}
