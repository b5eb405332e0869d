import { overlayAttribute } from '../../syscall/overlay-attributes.ts';
import type { TreeEntry } from '../../syscall/tree/tree-reader.ts';
import type { ChangedTree } from './root-change.ts';

/** One line of `docker diff`. */
export interface FileChange {
  /** Absolute, as the container sees it; one character a byte (latin1). */
  readonly path: string;
  readonly kind: 'modified' | 'added' | 'deleted';
}

/** What is compared of the attributes, as Docker does. */
const capability = 'security.capability';
const opaque = overlayAttribute('opaque');

/** What the image has in a folder: something to look up, or nothing, because it is new or hides all below. */
type Below = 'visible' | 'hidden';

/**
 * What a container has changed, in the order of the paths. The rules are Docker's: a file that was written but has the
 * same size, time, mode and owner is none; a folder counts as modified when something in it is.
 */
export async function listChanges(tree: ChangedTree): Promise<readonly FileChange[]> {
  return new Comparison(tree).inFolder('', 'visible');
}

class Comparison {
  readonly #tree: ChangedTree;

  constructor(tree: ChangedTree) {
    this.#tree = tree;
  }

  async inFolder(folder: string, below: Below): Promise<readonly FileChange[]> {
    const { upper, below: image } = this.#tree;
    const names = await upper.list(folder === '' ? '.' : folder);
    const paths = names.map((name) => (folder === '' ? name : `${folder}/${name}`));
    const [entries, found] = await Promise.all([
      upper.describe(paths),
      below === 'visible' ? image.describe(paths) : [],
    ]);
    const changes: FileChange[] = [];
    for (const [i, path] of paths.entries()) {
      const entry = entries[i];
      if (entry === undefined) continue;
      changes.push(...(await this.#ofEntry(path, entry, found[i])));
    }
    return changes;
  }

  async #ofEntry(
    path: string,
    entry: TreeEntry,
    old: TreeEntry | undefined,
  ): Promise<readonly FileChange[]> {
    const change = (kind: FileChange['kind']): FileChange => ({ path: `/${path}`, kind });
    if (isWhiteout(entry)) return old === undefined ? [] : [change('deleted')];
    if (entry.type !== 'directory') {
      if (old === undefined) return [change('added')];
      if (old.type === 'directory') return [change('modified'), ...(await this.#allDeleted(path))];
      return (await this.#isDifferent(path, entry, old)) ? [change('modified')] : [];
    }
    if (old?.type !== 'directory') {
      const inside = await this.inFolder(path, 'hidden');
      return [change(old === undefined ? 'added' : 'modified'), ...inside];
    }
    const isOpaque = entry.attributeNames.includes(opaque) && (await this.#hidesAll(path));
    const inside = [
      ...(isOpaque ? await this.#replaced(path) : await this.inFolder(path, 'visible')),
    ];
    const isModified = inside.length > 0 || (await this.#isDifferent(path, entry, old));
    return isModified ? [change('modified'), ...inside] : [];
  }

  async #hidesAll(path: string): Promise<boolean> {
    const value = await this.#tree.upper.attribute(path, opaque);
    return value?.[0] === 'y'.charCodeAt(0);
  }

  /** A folder that was removed and made anew: what is not there again has gone. */
  async #replaced(path: string): Promise<readonly FileChange[]> {
    const there = new Set(await this.#tree.upper.list(path));
    const gone = (await this.#allDeleted(path)).filter(
      ({ path: deleted }) => !there.has(deleted.slice(deleted.lastIndexOf('/') + 1)),
    );
    const compared = await this.inFolder(path, 'visible');
    return [...compared, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #allDeleted(path: string): Promise<readonly FileChange[]> {
    const names = await this.#tree.below.list(path);
    return names.map((name) => ({ path: `/${path}/${name}`, kind: 'deleted' }));
  }

  async #isDifferent(path: string, entry: TreeEntry, old: TreeEntry): Promise<boolean> {
    if (isDifferentStatus(entry, old)) return true;
    const [now, before] = await Promise.all(
      [this.#tree.upper, this.#tree.below].map((tree, i) => {
        const { attributeNames } = i === 0 ? entry : old;
        return attributeNames.includes(capability)
          ? tree.attribute(path, capability)
          : Promise.resolve(undefined);
      }),
    );
    return Buffer.compare(now ?? Buffer.alloc(0), before ?? Buffer.alloc(0)) !== 0;
  }
}

function isWhiteout({ type, deviceMajor, deviceMinor, attributeNames }: TreeEntry): boolean {
  const isMarked = type === 'file' && attributeNames.includes(overlayAttribute('whiteout'));
  return isMarked || (type === 'character-device' && deviceMajor === 0 && deviceMinor === 0);
}

/** Sizes and times of folders say nothing. */
function isDifferentStatus(a: TreeEntry, b: TreeEntry): boolean {
  if (a.type !== b.type || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return true;
  if (a.deviceMajor !== b.deviceMajor || a.deviceMinor !== b.deviceMinor) return true;
  return a.type !== 'directory' && (a.sizeBytes !== b.sizeBytes || isOtherTime(a.mtime, b.mtime));
}

/** An archive may have had whole seconds only: then the parts of seconds do not count. */
function isOtherTime(a: TreeEntry['mtime'], b: TreeEntry['mtime']): boolean {
  if (a.seconds !== b.seconds) return true;
  return a.nanoseconds !== b.nanoseconds && a.nanoseconds !== 0 && b.nanoseconds !== 0;
}
