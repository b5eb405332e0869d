import { join } from 'node:path';

import { open } from '../host/files.ts';
import { S_IFBLK, S_IFCHR, S_IFIFO } from '../syscall/constants/fs.ts';
import type { TarEntry } from '../tar/tar-reader.ts';
import { meaningOf, quoteName, splitEntryName } from './entry-name.ts';
import { FilesystemBatch } from './filesystem-batch.ts';
import type { Attributes, NodeKind, ProgramRunner } from './filesystem-batch.ts';
import { layerError } from './layer-error.ts';
import { LayerTree, childPath, makeDirectory } from './layer-tree.ts';
import type { DirectoryNode } from './layer-tree.ts';

/** Larger files do not travel through a syscall program. */
const inlineFileBytes = 256 * 1024;

/** A whiteout on overlayfs: a character device 0:0 (Documentation/filesystems/overlayfs.rst). */
const whiteoutKind: NodeKind = { type: S_IFCHR, major: 0, minor: 0 };
const opaqueAttribute = 'trusted.overlay.opaque';
/** overlayfs's own bookkeeping. From an archive it could redirect a folder to another one: it is not taken over. */
const overlayAttributes = 'trusted.overlay.';
const maxOwner = 0xffff_fffe;

/** Writes the entries of one layer into a new folder, as overlayfs wants a layer. */
export class LayerWriter {
  readonly #root: string;
  readonly #batch: FilesystemBatch;
  readonly #tree: LayerTree;
  readonly #whiteouts: { readonly parent: DirectoryNode; readonly name: string }[] = [];
  #sizeBytes = 0;

  /** @param root Absolute path of an existing, empty folder. */
  constructor(runner: ProgramRunner, root: string) {
    this.#root = root;
    this.#batch = new FilesystemBatch(runner, root);
    this.#tree = new LayerTree((directory) => {
      this.#batch.directory(directory.path);
    });
  }

  /** Bytes of all files so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Writes an entry, reading its body. @throws LAYER_INVALID, SYSCALL_FAILED, Node.js system errors */
  async write(entry: TarEntry): Promise<void> {
    const parts = splitEntryName(entry.name);
    const name = parts.at(-1);
    if (name === undefined) {
      this.#writeRoot(entry);
      return;
    }
    const parent = this.#tree.directory(parts.slice(0, -1));
    const meaning = meaningOf(name);
    switch (meaning.kind) {
      case 'entry':
        await this.#writeEntry(entry, parent, name);
        break;
      case 'whiteout':
        this.#whiteouts.push({ parent, name: meaning.name });
        break;
      case 'opaque':
        parent.opaque = true;
        break;
      case 'metadata':
        break;
    }
    await this.#batch.flushIfFull();
  }

  /** Makes the whiteouts, and gives the folders their attributes, which writing into them would have changed. */
  async finish(): Promise<void> {
    for (const whiteout of this.#whiteouts) {
      this.#writeWhiteout(whiteout.parent, whiteout.name);
      await this.#batch.flushIfFull();
    }
    for (const directory of this.#tree.directories()) {
      this.#batch.attributes(directory.path, directory.attributes, 'other');
      if (directory.opaque) this.#batch.xattr(directory.path, opaqueAttribute, Buffer.from('y'));
      await this.#batch.flushIfFull();
    }
    await this.#batch.flush();
  }

  /** Resolves when nothing is written any more, also after an error. */
  settled(): Promise<void> {
    return this.#batch.settled();
  }

  #writeRoot(entry: TarEntry): void {
    if (entry.type !== 'directory') throw layerError('its root is not a folder');
    this.#tree.root.attributes = attributesOf(entry);
  }

  async #writeEntry(entry: TarEntry, parent: DirectoryNode, name: string): Promise<void> {
    switch (entry.type) {
      case 'directory':
        this.#writeDirectory(entry, parent, name);
        return;
      case 'hard-link':
        this.#writeHardLink(entry, parent, name);
        return;
      case 'symlink':
        this.#writeSymlink(entry, parent, name);
        return;
      case 'file':
        await this.#writeFile(entry, this.#addOther(parent, name));
        break;
      case 'fifo':
        this.#batch.node(this.#addOther(parent, name), { type: S_IFIFO, major: 0, minor: 0 });
        break;
      case 'character-device':
        this.#batch.node(this.#addOther(parent, name), device(entry, S_IFCHR));
        break;
      case 'block-device':
        this.#batch.node(this.#addOther(parent, name), device(entry, S_IFBLK));
        break;
    }
    this.#batch.attributes(childPath(parent, name), attributesOf(entry), 'other');
  }

  #addOther(parent: DirectoryNode, name: string): string {
    return this.#tree.add(parent, name, (path) => ({ kind: 'other', path })).path;
  }

  #writeDirectory(entry: TarEntry, parent: DirectoryNode, name: string): void {
    const existing = parent.children.get(name);
    if (existing?.kind === 'directory') {
      // Named again after its content, or twice: the last attributes count.
      existing.attributes = attributesOf(entry);
      return;
    }
    const node = this.#tree.add(parent, name, (path) => makeDirectory(path, attributesOf(entry)));
    this.#batch.directory(node.path);
  }

  #writeSymlink(entry: TarEntry, parent: DirectoryNode, name: string): void {
    const target = entry.linkName;
    if (target === '' || target.includes('\0')) {
      throw layerError(`link ${quoteName(entry.name)} has no usable target`);
    }
    const { path } = this.#tree.add(parent, name, (made) => ({
      kind: 'symlink',
      path: made,
      target,
    }));
    this.#batch.symlink(path, target);
    this.#batch.attributes(path, attributesOf(entry), 'symlink');
  }

  #writeHardLink(entry: TarEntry, parent: DirectoryNode, name: string): void {
    const parts = splitEntryName(entry.linkName);
    const target = this.#tree.directory(parts.slice(0, -1)).children.get(parts.at(-1) ?? '');
    if (target === undefined || target.kind === 'directory') {
      const wanted = 'wanted a file that comes before it in the layer';
      throw layerError(
        `hard link ${quoteName(entry.name)} leads to ${quoteName(entry.linkName)}; ${wanted}`,
      );
    }
    const made = this.#tree.add(parent, name, (path) => ({ ...target, path }));
    this.#batch.hardLink(made.path, target.path);
  }

  async #writeFile(entry: TarEntry, path: string): Promise<void> {
    this.#sizeBytes += entry.sizeBytes;
    if (entry.sizeBytes <= inlineFileBytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.body) chunks.push(chunk);
      this.#batch.file(path, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      return;
    }
    // The folder it goes into has to exist.
    await this.#batch.flush();
    const file = await open(
      Buffer.concat([Buffer.from(join(this.#root, '/')), Buffer.from(path, 'latin1')]),
      'wx',
      0o600,
    );
    try {
      for await (const chunk of entry.body) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  }

  #writeWhiteout(parent: DirectoryNode, name: string): void {
    const existing = parent.children.get(name);
    // The layer hides what is below and puts something in its place: a folder must not be merged with that below.
    if (existing?.kind === 'directory') existing.opaque = true;
    if (existing !== undefined) return;
    const path = this.#addOther(parent, name);
    this.#batch.node(path, whiteoutKind);
  }
}

function attributesOf({ name, mode, uid, gid, mtime, xattrs }: TarEntry): Attributes {
  // chown(2) takes 2^32-1 as: leave it as it is.
  if (uid > maxOwner || gid > maxOwner)
    throw layerError(`entry ${quoteName(name)} has owner "${uid}:${gid}"`);
  const kept = [...xattrs].filter(([name]) => !name.startsWith(overlayAttributes));
  return { mode, uid, gid, mtime, xattrs: kept.length === xattrs.size ? xattrs : new Map(kept) };
}

function device(entry: TarEntry, type: number): NodeKind {
  return { type, major: entry.deviceMajor, minor: entry.deviceMinor };
}
