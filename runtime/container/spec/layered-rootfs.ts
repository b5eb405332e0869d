import type { RootfsMount } from '../../snapshot/rootfs-mount.ts';
import { ChangingFiles, type FileLookups, type LayerFiles } from './layer-files.ts';

/** As many symbolic links as Linux follows (path_resolution(7)). */
const maximumLinks = 40;

/** /etc/passwd of a big company has a few MiB; an image must not make berthd read gigabytes. */
const maximumFileBytes = 16 * 1024 * 1024;

/** What is at a path: a folder is the union of folders in several layers, topmost first. */
type Node =
  | { readonly kind: 'missing' }
  | { readonly kind: 'folder'; readonly layers: readonly string[] }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number };

const missing: Node = { kind: 'missing' };

/**
 * Reads files of a container's root file system while it is not mounted. Symbolic links are resolved inside of it, as
 * the container would: a link in an image never leads to a file of the host. Nobody else may be writing to it.
 */
export class LayeredRootfs {
  readonly #root: Node;
  /** Below it files change. */
  readonly #writable: string;
  readonly #changing: ChangingFiles;
  readonly #fixed: LayerFiles;
  /** What was found, by folder and name: /etc is on the way to most files. */
  readonly #found = new Map<Node, Map<string, Promise<Node>>>();

  /** @param layerFiles what is known of the layers of images */
  constructor(rootfs: RootfsMount, layerFiles: LayerFiles) {
    const layers = rootfs.type === 'bind' ? [rootfs.path] : [rootfs.upper, ...rootfs.lower];
    this.#root = { kind: 'folder', layers };
    this.#writable = rootfs.type === 'bind' ? rootfs.path : rootfs.upper;
    this.#fixed = layerFiles;
    this.#changing = new ChangingFiles(layerFiles.probe);
  }

  /** The text of a regular file; `undefined` when there is none at this absolute path. */
  async readText(path: string): Promise<string | undefined> {
    const node = await this.#resolve(path);
    if (node.kind !== 'file' || node.sizeBytes > maximumFileBytes) return undefined;
    return this.#files(node.path).text(node.path, node.sizeBytes);
  }

  async #resolve(path: string): Promise<Node> {
    const wanted = path.split('/');
    const trail: Node[] = [this.#root];
    let links = 0;
    while (wanted.length > 0) {
      const name = wanted.shift();
      const folder = trail.at(-1) ?? missing;
      if (name === undefined || name === '' || name === '.') continue;
      if (folder.kind !== 'folder') return missing;
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const node = await this.#child(folder, name);
      if (node.kind !== 'link') {
        trail.push(node);
        continue;
      }
      links += 1;
      if (links > maximumLinks) return missing;
      if (node.target.startsWith('/')) trail.length = 1;
      wanted.unshift(...node.target.split('/'));
    }
    return trail.at(-1) ?? missing;
  }

  #child(folder: Extract<Node, { kind: 'folder' }>, name: string): Promise<Node> {
    const names = this.#found.get(folder) ?? new Map<string, Promise<Node>>();
    this.#found.set(folder, names);
    const found = names.get(name) ?? this.#lookUp(folder.layers, name);
    names.set(name, found);
    return found;
  }

  /** Looks for one name as overlayfs does (Documentation/filesystems/overlayfs.rst, Linux 6.18). */
  async #lookUp(layers: readonly string[], name: string): Promise<Node> {
    const folders: string[] = [];
    for (const [index, layer] of layers.entries()) {
      const path = `${layer}/${name}`;
      const files = this.#files(path);
      const found = await files.stat(path);
      if (found === undefined) continue;
      if (!found.isDirectory()) {
        // Below a folder anything else ends the union; a character device 0/0 is a whiteout.
        if (folders.length > 0 || (found.isCharacterDevice() && found.rdev === 0)) break;
        if (found.isSymbolicLink()) return { kind: 'link', target: await files.target(path) };
        return found.isFile() ? { kind: 'file', path, sizeBytes: found.size } : missing;
      }
      folders.push(path);
      if (index < layers.length - 1 && (await files.isOpaque(path))) break;
    }
    return folders.length === 0 ? missing : { kind: 'folder', layers: folders };
  }

  #files(path: string): FileLookups {
    return path.startsWith(`${this.#writable}/`) ? this.#changing : this.#fixed;
  }
}
