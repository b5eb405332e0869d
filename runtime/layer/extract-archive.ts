import { posix } from 'node:path';

import { BerthError, isBerthError } from '../errors/berth-error.ts';
import { isOverlayAttribute } from '../syscall/overlay-attributes.ts';
import type { TreeEntry } from '../syscall/tree/tree-reader.ts';
import { decompress } from '../tar/decompress.ts';
import { readTar } from '../tar/tar-reader.ts';
import type { TarEntry } from '../tar/tar-reader.ts';
import type { ArchiveTarget } from './archive-target.ts';
import { nodeKind, shownPath } from './archive-entry.ts';
import { deviceNumber } from './attributes.ts';

/** What `extractArchive` does. */
export interface ExtractOptions {
  readonly target: ArchiveTarget;
  /** Where to: an absolute path, without links, of a folder that is there. One character a byte (latin1). */
  readonly folder: string;
  /** A tar archive, plain or compressed. */
  readonly archive: AsyncIterable<Uint8Array>;
  /** Who gets all of it; absent: whoever the archive names. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** `same-kind`: a folder must not take the place of anything else, nor the other way round. */
  readonly replaces: 'anything' | 'same-kind';
}

/**
 * Extracts an archive into a folder where there may be something already: files are replaced, folders merged. Folders that
 * only names tell of get mode 755 and belong to root. What goes wrong leaves what was done before.
 *
 * @throws TAR_INVALID, COMPRESSION_UNSUPPORTED, ARCHIVE_NOT_EXTRACTED, TREE_UNCHANGED, TREE_UNREADABLE, what the archive's source throws
 */
export async function extractArchive(options: ExtractOptions): Promise<void> {
  const extraction = new Extraction(options);
  for await (const entry of readTar(decompress(options.archive))) await extraction.entry(entry);
  await extraction.finish();
}

class Extraction {
  readonly #options: ExtractOptions;
  /** Folders that are known to be there. */
  readonly #folders: Set<string>;
  /** Their times, which what is made in them would change. */
  readonly #times = new Map<string, TarEntry['mtime']>();

  constructor(options: ExtractOptions) {
    this.#options = options;
    this.#folders = new Set([options.folder]);
  }

  async entry(entry: TarEntry): Promise<void> {
    const { folder } = this.#options;
    const name = posix.normalize(entry.name).replace(/(.)\/$/, '$1');
    const path = posix.join(folder, name);
    await this.#makeParents(posix.join(folder, posix.dirname(name)));
    if (!isWithin(folder, path))
      throw refused(`"${shownPath(name)}" is outside of "${shownPath(folder)}"`);
    const there = await this.#describe(path);
    if (there?.type === 'directory' && name === '.') return;
    await this.#makeRoom(path, there, entry);
    await this.#make(path, there, entry);
    await this.#setAttributes(path, entry);
    if (entry.type !== 'directory') return;
    this.#folders.add(path);
    this.#times.set(path, entry.mtime);
  }

  async finish(): Promise<void> {
    const { editor } = this.#options.target;
    for (const [path, mtime] of this.#times) await editor.touch(path, mtime);
  }

  async #describe(path: string): Promise<TreeEntry | undefined> {
    const [entry] = await this.#options.target.reader.describe([path]);
    return entry;
  }

  async #makeParents(folder: string): Promise<void> {
    if (this.#folders.has(folder) || !isWithin(this.#options.folder, folder)) return;
    if ((await this.#describe(folder)) === undefined) {
      await this.#makeParents(posix.dirname(folder));
      await this.#options.target.editor.makeFolder(folder, 0o755);
    }
    this.#folders.add(folder);
  }

  /** Takes away what is there, unless both are folders. */
  async #makeRoom(path: string, there: TreeEntry | undefined, entry: TarEntry): Promise<void> {
    if (there === undefined) return;
    const { replaces, folder } = this.#options;
    const [wasFolder, isFolder] = [there.type === 'directory', entry.type === 'directory'];
    if (replaces === 'same-kind' && wasFolder !== isFolder) {
      const [old, now] = wasFolder
        ? ['directory', 'non-directory']
        : ['non-directory', 'directory'];
      throw refused(
        `cannot overwrite ${old} "${shownPath(path)}" with ${now} "${shownPath(folder)}"`,
      );
    }
    if (wasFolder && isFolder) return;
    await this.#removeAll(path, there);
    if (!wasFolder) return;
    for (const known of [...this.#folders])
      if (isWithin(path, known)) {
        this.#folders.delete(known);
        this.#times.delete(known);
      }
  }

  async #removeAll(path: string, there: TreeEntry): Promise<void> {
    const { reader, editor } = this.#options.target;
    if (there.type === 'directory') {
      const paths = (await reader.list(path)).map((name) => `${path}/${name}`);
      const entries = await reader.describe(paths);
      for (const [i, below] of paths.entries()) {
        const entry = entries[i];
        if (entry) await this.#removeAll(below, entry);
      }
    }
    await editor.remove(path);
  }

  async #make(path: string, there: TreeEntry | undefined, entry: TarEntry): Promise<void> {
    const { editor } = this.#options.target;
    switch (entry.type) {
      case 'directory':
        if (there?.type !== 'directory') await editor.makeFolder(path, entry.mode);
        return;
      case 'file':
        // What is not yet its owner's must not be run with its owner's rights.
        await editor.writeFile(path, entry.mode & 0o777, entry.body);
        return;
      case 'symlink':
        this.#refuseEscape('symlink', path, posix.join(posix.dirname(path), entry.linkName), entry);
        await editor.makeSymbolicLink(path, entry.linkName);
        return;
      case 'hard-link': {
        const target = posix.join(this.#options.folder, entry.linkName);
        this.#refuseEscape('hardlink', target, target, entry);
        await editor.makeHardLink(path, target);
        return;
      }
      case 'fifo':
      case 'character-device':
      case 'block-device': {
        const kind = nodeKind(entry);
        const mode = kind.type | (entry.mode & 0o777);
        await editor.makeNode(path, { mode, device: deviceNumber(kind) });
      }
    }
  }

  #refuseEscape(what: string, shown: string, target: string, { linkName }: TarEntry): void {
    if (isWithin(this.#options.folder, target)) return;
    throw refused(`invalid ${what} "${shownPath(shown)}" -> "${shownPath(linkName)}"`);
  }

  /** In the one order that works: a change of the owner takes away capabilities and setuid bits. */
  async #setAttributes(path: string, entry: TarEntry): Promise<void> {
    const { editor } = this.#options.target;
    const xattrs = [...entry.xattrs].filter(([name]) => !isOverlayAttribute(name));
    const changes = [
      editor.own(path, this.#options.owner ?? entry),
      ...xattrs.map(([name, value]) => editor.setAttribute(path, name, value).catch(unlessDenied)),
      editor.setMode(path, entry.mode),
      ...(entry.type === 'directory' ? [] : [editor.touch(path, entry.mtime)]),
    ];
    // All are on their way at once, and are done in this order; the first that fails is the one that is told of.
    await Promise.all(changes);
  }
}

/** Whoever has users of its own may not set every attribute. */
function unlessDenied(error: unknown): void {
  if (isBerthError(error, 'TREE_UNCHANGED') && error.details['errno'] === 'EPERM') return;
  throw error;
}

function isWithin(folder: string, path: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function refused(message: string): BerthError {
  return new BerthError('ARCHIVE_NOT_EXTRACTED', {
    message,
    remedy: 'Change the archive, or extract it into another folder.',
  });
}
