import { splitEntryName } from './entry-name.ts';
import type { DirectoryNode, LayerTree } from './layer-tree.ts';

/** Where an entry goes: a folder of the layer, and a name in it. */
export interface EntryPlace {
  readonly parent: DirectoryNode;
  readonly name: string;
}

/** Nothing that `splitEntryName` would change or refuse: the part behind the last slash of most names. */
const plainName = /^[^/\0]*[^/\0.][^/\0]*$/;

/**
 * Finds where entries go. Most follow others of the same folder, and what a path leads to does not change while a layer
 * is unpacked, so that the folder of the last entry is kept.
 */
export class EntryPlaces {
  readonly #tree: LayerTree;
  #folderName: string | undefined;
  #folder: DirectoryNode | undefined;

  constructor(tree: LayerTree) {
    this.#tree = tree;
  }

  /** The place of an entry; `undefined` for the root. @throws LAYER_INVALID */
  find(entryName: string): EntryPlace | undefined {
    const slash = entryName.lastIndexOf('/');
    const name = entryName.slice(slash + 1);
    const folderName = entryName.slice(0, slash + 1);
    if (this.#folder && folderName === this.#folderName && plainName.test(name)) {
      return { parent: this.#folder, name };
    }
    const parts = splitEntryName(entryName);
    const last = parts.at(-1);
    if (last === undefined) return undefined;
    const parent = this.#tree.directory(parts.slice(0, -1));
    if (last === name) {
      this.#folderName = folderName;
      this.#folder = parent;
    }
    return { parent, name: last };
  }
}
