import { S_IFCHR } from '../syscall/constants/fs.ts';
import { isOverlayAttribute, overlayAttribute } from '../syscall/overlay-attributes.ts';
import type { TarEntryHeader } from '../tar/tar-entry.ts';
import { nodeKind } from './archive-entry.ts';
import type { Attributes, NodeKind } from './attributes.ts';
import { EntryPlaces } from './entry-places.ts';
import { meaningOf, quoteName, splitEntryName } from './entry-name.ts';
import { FileWriter } from './file-writer.ts';
import type { ContentPiece, FilesystemBatch } from './filesystem-batch.ts';
import { layerError } from './layer-error.ts';
import { LayerTree, childPath, makeDirectory, otherNode } from './layer-tree.ts';
import type { DirectoryNode } from './layer-tree.ts';

/** A whiteout on overlayfs: a character device 0:0 (Documentation/filesystems/overlayfs.rst). */
const whiteoutKind: NodeKind = { type: S_IFCHR, major: 0, minor: 0 };
const opaqueAttribute = { name: overlayAttribute('opaque'), value: Buffer.from('y') };
const maxOwner = 0xffff_fffe;

/** Writes the entries of one layer into a new folder, as overlayfs wants a layer. */
export class LayerWriter {
  readonly #batch: FilesystemBatch;
  readonly #implied: DirectoryNode[] = [];
  readonly #tree: LayerTree;
  readonly #places: EntryPlaces;
  readonly #whiteouts: { readonly parent: DirectoryNode; readonly name: string }[] = [];
  readonly #file: FileWriter;
  #sizeBytes = 0;

  constructor(batch: FilesystemBatch) {
    this.#batch = batch;
    this.#file = new FileWriter(batch);
    this.#tree = new LayerTree((directory) => this.#implied.push(directory));
    this.#places = new EntryPlaces(this.#tree);
    batch.prepareRoot();
  }

  /** Bytes of all files and targets of symbolic links so far, as Docker counts them (`directory.Size` of moby 28.5). */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Begins an entry; its content goes to `content`.
   *
   * @throws LAYER_INVALID; what an earlier one has met with on its way to the disk
   */
  async entry(entry: TarEntryHeader): Promise<void> {
    const place = this.#places.find(entry.name);
    if (place === undefined) {
      this.#writeRoot(entry);
      return;
    }
    const { parent, name } = place;
    await this.#makeImplied();
    const meaning = meaningOf(name);
    switch (meaning.kind) {
      case 'entry':
        await this.#writeEntry(entry, parent, name);
        return;
      case 'whiteout':
        this.#whiteouts.push({ parent, name: meaning.name });
        return;
      case 'opaque':
        parent.opaque = true;
        return;
      case 'metadata':
        return;
    }
  }

  /** Writes a piece of the entry's content. @param chunk That of `FilesystemBatch.beginChunk`. */
  async content(chunk: Buffer, piece: ContentPiece): Promise<void> {
    const room = this.#batch.room();
    if (room) await room;
    this.#file.content(chunk, piece);
  }

  /** Says that the entry has no further content. */
  async endEntry(): Promise<void> {
    const room = this.#batch.room();
    if (room) await room;
    await this.#file.end();
  }

  /** Makes the whiteouts, and gives the folders their attributes, which writing into them would have changed. */
  async finish(): Promise<void> {
    for (const whiteout of this.#whiteouts) {
      await this.#batch.room();
      this.#writeWhiteout(whiteout.parent, whiteout.name);
    }
    for (const directory of this.#tree.directories()) {
      await this.#batch.room(64);
      this.#batch.attributes(directory.path, directory.attributes, 'other');
      if (directory.opaque) this.#batch.xattr(directory.path, opaqueAttribute, 'needed');
      await this.#xattrs(directory.path, directory.attributes);
    }
    await this.#batch.finish();
  }

  async #makeImplied(): Promise<void> {
    if (this.#implied.length === 0) return;
    for (const { path, attributes } of this.#implied.splice(0)) {
      await this.#batch.room();
      this.#batch.directory(path, attributes.mode);
    }
  }

  #writeRoot(entry: TarEntryHeader): void {
    if (entry.type !== 'directory') throw layerError('its root is not a folder');
    this.#tree.root.attributes = attributesOf(entry);
  }

  async #writeEntry(entry: TarEntryHeader, parent: DirectoryNode, name: string): Promise<void> {
    const room = this.#batch.room();
    if (room) await room;
    switch (entry.type) {
      case 'directory':
        this.#writeDirectory(entry, parent, name);
        return;
      case 'hard-link':
        await this.#writeHardLink(entry, parent, name);
        return;
      case 'file':
        this.#sizeBytes += entry.sizeBytes;
        this.#file.begin(this.#tree.add(parent, name, otherNode), {
          sizeBytes: entry.sizeBytes,
          attributes: attributesOf(entry),
        });
        return;
      case 'symlink':
        await this.#finishNode(entry, this.#writeSymlink(entry, parent, name), 'symlink');
        return;
      case 'fifo':
      case 'character-device':
      case 'block-device': {
        const path = this.#tree.add(parent, name, otherNode);
        this.#batch.node(path, nodeKind(entry));
        await this.#finishNode(entry, path, 'other');
      }
    }
  }

  async #finishNode(entry: TarEntryHeader, path: string, kind: 'symlink' | 'other'): Promise<void> {
    const attributes = attributesOf(entry);
    this.#batch.attributes(path, attributes, kind);
    await this.#xattrs(path, attributes);
  }

  async #xattrs(path: string, { xattrs }: Attributes): Promise<void> {
    for (const [name, value] of xattrs) {
      await this.#batch.room(name.length + value.byteLength + 64);
      this.#batch.xattr(path, { name, value }, 'wanted');
    }
  }

  #writeDirectory(entry: TarEntryHeader, parent: DirectoryNode, name: string): void {
    const attributes = attributesOf(entry);
    const existing = parent.children.get(name);
    if (existing?.kind === 'directory') {
      // Named again after its content, or twice: the last attributes count.
      existing.attributes = attributes;
      return;
    }
    const path = childPath(parent, name);
    this.#tree.add(parent, name, makeDirectory(path, attributes));
    this.#batch.directory(path, attributes.mode);
  }

  #writeSymlink(entry: TarEntryHeader, parent: DirectoryNode, name: string): string {
    const target = entry.linkName;
    if (target === '' || target.includes('\0') || target.length > maxTargetBytes) {
      throw layerError(`link ${quoteName(entry.name)} has no usable target`);
    }
    const path = this.#tree.add(parent, name, { kind: 'symlink', target });
    this.#batch.symlink(path, target);
    this.#sizeBytes += target.length;
    return path;
  }

  async #writeHardLink(entry: TarEntryHeader, parent: DirectoryNode, name: string): Promise<void> {
    const parts = splitEntryName(entry.linkName);
    const folder = this.#tree.directory(parts.slice(0, -1));
    const targetName = parts.at(-1) ?? '';
    const target = folder.children.get(targetName);
    if (target === undefined || target.kind === 'directory') {
      const wanted = 'wanted a file that comes before it in the layer';
      throw layerError(
        `hard link ${quoteName(entry.name)} leads to ${quoteName(entry.linkName)}; ${wanted}`,
      );
    }
    await this.#makeImplied();
    const path = this.#tree.add(parent, name, target);
    await this.#batch.room();
    this.#batch.hardLink(path, childPath(folder, targetName));
  }

  #writeWhiteout(parent: DirectoryNode, name: string): void {
    const existing = parent.children.get(name);
    // The layer hides what is below and puts something in its place: a folder must not be merged with that below.
    if (existing?.kind === 'directory') existing.opaque = true;
    if (existing !== undefined) return;
    this.#batch.node(this.#tree.add(parent, name, otherNode), whiteoutKind);
  }
}

/** The kernel takes no longer target of a symbolic link (symlink(2), PATH_MAX). */
const maxTargetBytes = 4095;

function attributesOf({ name, mode, uid, gid, mtime, xattrs }: TarEntryHeader): Attributes {
  // chown(2) takes 2^32-1 as: leave it as it is.
  if (uid > maxOwner || gid > maxOwner)
    throw layerError(`entry ${quoteName(name)} has owner "${uid}:${gid}"`);
  return { mode, uid, gid, mtime, xattrs: xattrs.size === 0 ? xattrs : usableXattrs(name, xattrs) };
}

/** The kernel takes no larger value, and no longer name (xattr(7), include/uapi/linux/limits.h). */
const maxValueBytes = 65_536;
const maxNameBytes = 255;

function usableXattrs(entry: string, xattrs: TarEntryHeader['xattrs']): Attributes['xattrs'] {
  // From an archive it could redirect a folder to another one.
  const kept = [...xattrs].filter(([name]) => !isOverlayAttribute(name));
  for (const [name, value] of kept) {
    const isUsable = !name.includes('\0') && Buffer.byteLength(name) <= maxNameBytes;
    if (!isUsable || value.byteLength > maxValueBytes)
      throw layerError(`entry ${quoteName(entry)} has an attribute that no file can have`);
  }
  return new Map(kept);
}
