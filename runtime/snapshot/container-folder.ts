import { dirname, join } from 'node:path';

import { sideBySide } from '../concurrency/side-by-side.ts';
import {
  hasErrno,
  listFolder,
  mkdir,
  orIfMissing,
  readlink,
  removeFile,
  rmdir,
  symlink,
} from '../host/files.ts';
import { removeTree } from '../host/remove-tree.ts';
import { makeFolders } from '../host/make-folders.ts';
import { hexOf, isDigest } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { makeRootFolder, type FolderStatus } from './root-folder.ts';

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
  /** What links were found to say: a container's stays as it is for as long as there is one, and each start and exec asks. */
  readonly #chainIds = new Map<string, Digest>();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the writable folders, and the container's folder when it is missing.
   * @param chainId Of the topmost layer
   * @param root Owner and mode of the image's root
   */
  async create(
    containerId: string,
    chainId: Digest,
    root: FolderStatus | undefined,
  ): Promise<WritableFolders> {
    const folder = join(this.#path, containerId);
    const folders = this.folders(containerId);
    // Side by side: each waits for the disk, and all `docker run`s for them.
    const make = (): Promise<void> =>
      sideBySide([
        symlink(join('..', '..', 'snapshots', hexOf(chainId)), join(folder, 'lower')),
        makeRootFolder(folders.upper, root),
        mkdir(folders.work, { mode: 0o700 }),
      ]);
    try {
      try {
        await make();
      } catch (error) {
        if (!hasErrno(error, 'ENOENT')) throw error;
        await makeFolders(folder, 0o700);
        await make();
      }
      this.#chainIds.set(containerId, chainId);
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
    const known = this.#chainIds.get(containerId);
    if (known !== undefined) return known;
    const target = await orIfMissing(readlink(join(this.#path, containerId, 'lower')), undefined);
    const digest = `sha256:${target?.split('/').at(-1) ?? ''}`;
    if (!isDigest(digest)) return undefined;
    this.#chainIds.set(containerId, digest);
    return digest;
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
    this.#chainIds.delete(containerId);
    const { upper, work } = this.folders(containerId);
    await Promise.all([removeTree(upper), removeWork(work)]);
    await removeFile(join(this.#path, containerId, 'lower'));
  }
}

/**
 * What overlayfs leaves of a mount whose changes need not reach the disk: a folder in a folder in a folder with one file in it
 * (fs/overlayfs/super.c, ovl_create_volatile_dirty). To look for it would take as long as all the rest of a container.
 */
async function removeWork(work: string): Promise<void> {
  const inside = join(work, 'work');
  const mark = join(inside, 'incompat', 'volatile');
  try {
    await removeFile(join(mark, 'dirty'));
    for (const folder of [mark, dirname(mark), inside]) await rmdir(folder);
  } catch {
    // Whatever else is there.
  }
  await removeTree(work);
}
