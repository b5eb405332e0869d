import type { TreeEntry } from '../syscall/tree/tree-reader.ts';
import type { PackSource } from './pack-source.ts';

/** Something in a folder. */
export interface FolderItem {
  /** Relative to the root of the tree. */
  readonly path: string;
  readonly entry: TreeEntry;
}

const batchSize = 512;
/** Files asked for before the first has come: at most so many, and bytes of them together. */
const groupSize = 64;
const groupBytes = 1024 * 1024;

/** The content of one folder, in the order of its names' bytes, a batch at a time. */
export class PackFolder {
  readonly path: string;
  readonly #reader: PackSource;
  readonly #names: readonly string[];
  #next = 0;
  #batch: FolderItem[] = [];

  private constructor(reader: PackSource, path: string, names: readonly string[]) {
    this.#reader = reader;
    this.path = path;
    this.#names = names;
  }

  static async open(reader: PackSource, path: string): Promise<PackFolder> {
    return new PackFolder(reader, path, await reader.list(path === '' ? '.' : path));
  }

  /**
   * Names in the folder for which something holds. A folder of thousands is looked through twice, so that not all of it
   * has to be kept in memory.
   */
  async namesWhere(holds: (entry: TreeEntry) => boolean): Promise<readonly string[]> {
    const names: string[] = [];
    const isSmall = this.#names.length <= batchSize;
    while (this.#next < this.#names.length) {
      const batch = await this.#describe();
      for (const { path, entry } of batch) {
        if (holds(entry)) names.push(path.slice(path.lastIndexOf('/') + 1));
      }
      if (isSmall) this.#batch = batch;
    }
    if (!isSmall) this.#next = 0;
    return names;
  }

  /** The next ones that are no folders, or the next folder alone; none at the end. */
  async nextGroup(): Promise<readonly FolderItem[]> {
    while (this.#batch.length === 0) {
      if (this.#next >= this.#names.length) return [];
      this.#batch = await this.#describe();
    }
    let bytes = 0;
    let count = 0;
    for (const { entry } of this.#batch) {
      if (entry.type === 'directory' || count === groupSize || bytes > groupBytes) break;
      bytes += entry.sizeBytes;
      count += 1;
    }
    return this.#batch.splice(0, Math.max(count, 1));
  }

  async #describe(): Promise<FolderItem[]> {
    const names = this.#names.slice(this.#next, this.#next + batchSize);
    this.#next += names.length;
    const paths = names.map((name) => (this.path === '' ? name : `${this.path}/${name}`));
    const entries = await this.#reader.describe(paths);
    return paths.flatMap((path, i) => {
      const entry = entries[i];
      return entry === undefined ? [] : [{ path, entry }];
    });
  }
}
