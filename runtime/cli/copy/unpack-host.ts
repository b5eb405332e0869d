import { posix } from 'node:path';
import { isBerthError } from '../../errors/berth-error.ts';
import { chmod, hasErrno, lstat, mkdir, utimes } from '../../host/files.ts';
import { readTar } from '../../tar/tar-reader.ts';
import type { TarEntry } from '../../tar/tar-reader.ts';
import { copyFailed, refusedCopy } from './copy-error.ts';
import { shown } from './copy-path.ts';
import type { CopyPlan } from './copy-plan.ts';
import { HostAttributes } from './host-attributes.ts';
import { asBytes } from './host-path.ts';
import { placeEntry, secondsOf } from './place-entry.ts';

/** What a folder gets at the end. */
type FolderStatus = Pick<TarEntry, 'mode' | 'mtime'> & { readonly path: string };

/**
 * Extracts an archive of one file or folder on this host, whoever calls being the owner. The first part of its names becomes
 * the plan's. No link below the plan's folder is followed, be it from the archive or from before: what would be written
 * through one is refused. A file is there whole or as it was before.
 *
 * @throws COPY_INVALID, COPY_FAILED, TAR_INVALID, or what the source throws
 */
export async function unpackHost(source: AsyncIterable<Uint8Array>, plan: CopyPlan): Promise<void> {
  const attributes = new HostAttributes();
  try {
    const unpacking = new Unpacking(plan, attributes);
    for await (const entry of readTar(source)) await unpacking.add(entry);
    await unpacking.finish();
  } finally {
    await attributes.close();
  }
}

class Unpacking {
  readonly #plan: CopyPlan;
  readonly #attributes: HostAttributes;
  /** The first part of the names in the archive. */
  #root: string | undefined;
  /** Folders that are known to be none but folders. */
  readonly #folders = new Set<string>();
  readonly #statuses: FolderStatus[] = [];

  constructor(plan: CopyPlan, attributes: HostAttributes) {
    this.#plan = plan;
    this.#attributes = attributes;
    this.#folders.add(trimmed(plan.folder));
  }

  async add(entry: TarEntry): Promise<void> {
    const path = this.#pathOf(entry.name);
    // The folder that was named stays as it was: what is in it alone is copied.
    if (path === trimmed(this.#plan.folder)) return;
    try {
      await this.#enter(posix.dirname(path));
      const before = await lstatOf(path);
      refuseOtherKind(path, before, entry.type);
      if (entry.type === 'directory') {
        await this.#folder(path, entry, before !== undefined);
        return;
      }
      const target = entry.type === 'hard-link' ? this.#pathOf(entry.linkName) : undefined;
      if (target !== undefined) await this.#enter(posix.dirname(target));
      await placeEntry(path, entry, { target, attributes: this.#attributes });
    } catch (cause) {
      throw isBerthError(cause) ? cause : copyFailed(path, 'to write it', cause);
    }
  }

  /** Modes and times of folders come last: making files in them needs other modes, and changes their times. */
  async finish(): Promise<void> {
    for (const { path, mode, mtime } of this.#statuses.reverse()) {
      try {
        await chmod(asBytes(path), mode);
        await utimes(asBytes(path), secondsOf(mtime), secondsOf(mtime));
      } catch (cause) {
        throw copyFailed(path, 'to set its mode and time', cause);
      }
    }
  }

  async #folder(path: string, entry: TarEntry, isThere: boolean): Promise<void> {
    if (!isThere) await mkdir(asBytes(path), { mode: 0o700 });
    await this.#attributes.give(path, entry.xattrs);
    this.#folders.add(path);
    this.#statuses.push({ path, mode: entry.mode, mtime: entry.mtime });
  }

  /** Makes sure that a path is a folder, without a link in it below the plan's folder. */
  async #enter(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    await this.#enter(posix.dirname(path));
    const entry = await lstatOf(path);
    if (entry === undefined) await mkdir(asBytes(path), { mode: 0o755 });
    else if (!entry.isDirectory()) {
      throw refusedCopy(
        `'${shown(path)}' is no folder, and the archive has files in it`,
        'Move it away, or copy to another folder.',
      );
    }
    this.#folders.add(path);
  }

  /** Where an entry is to be. @throws COPY_INVALID for names that are not below the first one */
  #pathOf(name: string): string {
    const clean = posix
      .join('/', name)
      .replace(/(.)\/+$/, '$1')
      .slice(1);
    const isWhole = /^(?:\.?\/)/.test(name) || name === '.';
    this.#root ??= isWhole ? '' : clean;
    const root = this.#root;
    const inside = root === '' ? clean : clean.slice(root.length + 1);
    const isBelow = root === '' || clean === root || clean.startsWith(`${root}/`);
    if (!isBelow || name.split('/').includes('..')) {
      throw refusedCopy(
        `the archive has '${shown(name)}' in it, wanted names below '${shown(root)}' alone`,
        'Check that the address belongs to a daemon that you trust.',
      );
    }
    return trimmed(posix.join(this.#plan.folder, this.#plan.root, inside));
  }
}

function trimmed(path: string): string {
  return posix.join(path, '.').replace(/(.)\/+$/, '$1');
}

function refuseOtherKind(
  path: string,
  before: Awaited<ReturnType<typeof lstatOf>>,
  type: TarEntry['type'],
): void {
  if (before === undefined || before.isDirectory() === (type === 'directory')) return;
  const [is, comes] = before.isDirectory() ? ['a folder', 'none'] : ['no folder', 'one'];
  throw refusedCopy(
    `'${shown(path)}' is ${is} and ${comes} would take its place`,
    'Move it away, or copy to another folder.',
  );
}

async function lstatOf(path: string) {
  return lstat(asBytes(path)).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
}
