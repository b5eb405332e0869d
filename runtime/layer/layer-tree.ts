import type { Attributes } from './attributes.ts';
import { quoteName } from './entry-name.ts';
import { layerError } from './layer-error.ts';

/** A folder of the layer. */
export interface DirectoryNode {
  readonly kind: 'directory';
  /** Relative to the layer's root, without any symbolic link in it; `.` for the root. */
  readonly path: string;
  readonly children: Map<string, LayerNode>;
  attributes: Attributes;
  opaque: boolean;
}

/** Something in the layer. Targets are byte strings (latin1), as in a TarEntry. */
export type LayerNode =
  | DirectoryNode
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'other' };

/** All that is neither a folder nor a link: a layer has a hundred thousand of them, and nothing is asked of them. */
export const otherNode: LayerNode = { kind: 'other' };

/** Folders that the archive has no entry for, but whose content it has. */
export const impliedAttributes: Attributes = {
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  xattrs: new Map(),
};

/** As many symbolic links as the kernel follows in one path (path_resolution(7)). */
const maxLinks = 40;

/**
 * What an unpacking has made so far. All of a layer is made by its unpacking, into a new folder, so that paths can be
 * resolved here, in memory: links are followed as in a chroot, and no link of the archive can lead outside.
 */
export class LayerTree {
  readonly root: DirectoryNode = makeDirectory('.', impliedAttributes);
  readonly #onImplied: (directory: DirectoryNode) => void;

  /** @param onImplied Told of each folder that has to be made though no entry names it. */
  constructor(onImplied: (directory: DirectoryNode) => void) {
    this.#onImplied = onImplied;
  }

  /**
   * The folder at a path, made when it is missing.
   *
   * @throws LAYER_INVALID when the path leads through something else, or out of the root
   */
  directory(parts: readonly string[]): DirectoryNode {
    const stack: DirectoryNode[] = [this.root];
    const todo = [...parts].reverse();
    let linksLeft = maxLinks;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      const current = stack.at(-1) ?? this.root;
      if (part === '..') {
        if (stack.length === 1)
          throw layerError(`a link leads ${quoteName(parts.join('/'))} out of the layer's root`);
        stack.pop();
        continue;
      }
      const node = current.children.get(part) ?? this.#imply(current, part);
      if (node.kind === 'directory') {
        stack.push(node);
        continue;
      }
      if (node.kind === 'other') {
        throw layerError(
          `entry ${quoteName(parts.join('/'))} is below ${quoteName(childPath(current, part))}, which is no folder`,
        );
      }
      linksLeft -= 1;
      if (linksLeft < 0)
        throw layerError(`entry ${quoteName(parts.join('/'))} leads through too many links`);
      if (node.target.startsWith('/')) stack.length = 1;
      todo.push(
        ...node.target
          .split('/')
          .filter((target) => target !== '' && target !== '.')
          .reverse(),
      );
    }
    return stack.at(-1) ?? this.root;
  }

  /**
   * Adds what an entry makes.
   *
   * @returns Its path
   * @throws LAYER_INVALID when there is something of that name
   */
  add(parent: DirectoryNode, name: string, node: LayerNode): string {
    if (parent.children.has(name)) {
      throw layerError(`it has two entries for ${quoteName(childPath(parent, name))}; wanted one`);
    }
    parent.children.set(name, node);
    return childPath(parent, name);
  }

  /** All folders, each before what is in it. */
  *directories(from: DirectoryNode = this.root): Generator<DirectoryNode, void> {
    const todo = [from];
    for (let directory = todo.pop(); directory; directory = todo.pop()) {
      yield directory;
      for (const child of directory.children.values()) {
        if (child.kind === 'directory') todo.push(child);
      }
    }
  }

  #imply(parent: DirectoryNode, name: string): DirectoryNode {
    const directory = makeDirectory(childPath(parent, name), impliedAttributes);
    parent.children.set(name, directory);
    this.#onImplied(directory);
    return directory;
  }
}

/** The path of a child. */
export function childPath(parent: DirectoryNode, name: string): string {
  return parent.path === '.' ? name : `${parent.path}/${name}`;
}

/** A folder without content. */
export function makeDirectory(path: string, attributes: Attributes): DirectoryNode {
  return { kind: 'directory', path, children: new Map(), attributes, opaque: false };
}
