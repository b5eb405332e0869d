import { overlayAttribute } from '../syscall/overlay-attributes.ts';
import type { ContentPiece, TreeEntry } from '../syscall/tree/tree-reader.ts';
import { encodeHeader, paddingFor } from '../tar/write-header.ts';
import type { TarHeaderInput } from '../tar/write-header.ts';
import {
  entryHeader,
  isWhiteout,
  packedAttributes,
  packedValue,
  refuseUnpackable,
  whiteoutHeader,
} from './pack-entry.ts';
import { PackFolder } from './pack-folder.ts';
import type { FolderItem } from './pack-folder.ts';
import type { PackSource } from './pack-source.ts';

const opaqueAttribute = overlayAttribute('opaque');
const opaqueMarker = '.wh..wh..opq';
const zeros = new Uint8Array(64 * 1024);

/** What of `PackOptions` says how entries are packed. */
export interface PackRules {
  /**
   * `layer`: the marks of overlayfs become those of image-spec 1.1 (layer.md, "Whiteouts"). `archive`: files as they are
   * seen, in which whiteouts mean nothing.
   */
  readonly form: 'layer' | 'archive';
  /** Tells what is left out, by its path relative to the root; `''` is the root's own entry. A folder goes with all in it. */
  readonly omits?: (path: string, entry: TreeEntry) => boolean;
  /** What is called how in the archive, by its path; `''` is the root. By default its path, and the root `.`. */
  readonly rename?: (path: string) => string;
  /** Which extended attributes are packed, of those that can be; all by default. */
  readonly keepsAttribute?: (name: string) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the entries of an archive of what a tree has, one folder after the other. */
export class Packer {
  readonly #reader: PackSource;
  readonly #options: PackRules;
  /** Where a file that has several names was packed. */
  readonly #linked = new Map<string, string>();

  constructor(reader: PackSource, options: PackRules) {
    this.#reader = reader;
    this.#options = options;
  }

  /** An archive of one file in small pieces, without its end; of a folder there is only itself in it. */
  async *only(path: string): AsyncGenerator<Uint8Array> {
    const [entry] = await this.#reader.describe([path]);
    if (entry === undefined) return;
    if (entry.type === 'directory') yield await this.#header(path, entry);
    else yield* this.#files([{ path, entry }]);
  }

  /** The archive in small pieces, without its end. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const [root] = await this.#reader.describe(['.']);
    if (root === undefined) return;
    const stack = [await PackFolder.open(this.#reader, '')];
    if (!this.#isOmitted('', root)) yield await this.#header('', root);
    yield* this.#marks(stack[0], root);
    for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
      this.#options.signal?.throwIfAborted();
      const group = await folder.nextGroup();
      const [first] = group;
      if (first === undefined) {
        stack.pop();
      } else if (first.entry.type !== 'directory') {
        yield* this.#files(group.filter((item) => this.#isPacked(item)));
      } else if (this.#isPacked(first)) {
        yield await this.#header(first.path, first.entry);
        const below = await PackFolder.open(this.#reader, first.path);
        yield* this.#marks(below, first.entry);
        stack.push(below);
      }
    }
  }

  #isOmitted(path: string, entry: TreeEntry): boolean {
    return this.#options.omits?.(path, entry) ?? false;
  }

  /** Whether it gets an entry of its own; whiteouts have theirs already. */
  #isPacked({ path, entry }: FolderItem): boolean {
    if (this.#isOmitted(path, entry)) return false;
    if (this.#options.form === 'archive') return true;
    if (isWhiteout(entry)) return false;
    refuseUnpackable(path, entry);
    return true;
  }

  /** What a folder hides of the layers below. */
  async *#marks(folder: PackFolder | undefined, entry: TreeEntry): AsyncGenerator<Uint8Array> {
    if (folder === undefined || this.#options.form === 'archive') return;
    const at = (name: string): string => (folder.path === '' ? name : `${folder.path}/${name}`);
    if (entry.attributeNames.includes(opaqueAttribute)) {
      const value = await this.#reader.attribute(folder.path || '.', opaqueAttribute);
      // "x" only says that whiteouts in the other form are in it.
      if (value?.[0] === 'y'.charCodeAt(0)) yield encodeHeader(whiteoutHeader(at(opaqueMarker)));
    }
    for (const name of await folder.namesWhere(isWhiteout)) {
      yield encodeHeader(whiteoutHeader(at(`.wh.${name}`)));
    }
  }

  /** Answers come in the order of the questions: what needs several is packed when nothing else is asked for. */
  async *#files(items: readonly FolderItem[]): AsyncGenerator<Uint8Array> {
    let plain: FolderItem[] = [];
    for (const item of items) {
      if (this.#isPlain(item)) {
        plain.push(item);
        continue;
      }
      yield* this.#plainFiles(plain);
      plain = [];
      yield* this.#linkedOrAttributed(item);
    }
    yield* this.#plainFiles(plain);
  }

  /** Content is asked for ahead, because a question and its answer take longer than to read a small file. */
  async *#plainFiles(items: readonly FolderItem[]): AsyncGenerator<Uint8Array> {
    const contents = items.map((item) => (hasContent(item) ? this.#content(item) : undefined));
    for (const [i, { path, entry }] of items.entries()) {
      const header = this.#entryHeader(path, entry);
      const content = await contents[i];
      if (content !== undefined && header !== undefined) {
        yield encodeHeader(header);
        yield* fixedSize(content, entry.sizeBytes);
      } else if (contents[i] === undefined && header !== undefined) {
        yield encodeHeader(header);
      }
    }
  }

  async *#linkedOrAttributed(item: FolderItem): AsyncGenerator<Uint8Array> {
    const { path, entry } = item;
    const header = this.#entryHeader(path, entry);
    if (header === undefined) return;
    const linkName = entry.links > 1 ? this.#linked.get(entry.identity) : undefined;
    if (linkName !== undefined) {
      yield encodeHeader({ ...header, type: 'hard-link', sizeBytes: 0, linkName });
      return;
    }
    const encoded = await this.#headerOf(path, entry, header);
    if (hasContent(item)) {
      const content = await this.#content(item);
      if (content === undefined) return;
      yield encoded;
      yield* fixedSize(content, entry.sizeBytes);
    } else {
      yield encoded;
    }
    if (entry.links > 1) this.#linked.set(entry.identity, this.#rename(path));
  }

  #content({ path, entry }: FolderItem): Promise<AsyncIterable<ContentPiece> | undefined> {
    return this.#reader.content(path, entry.sizeBytes);
  }

  #rename(path: string): string {
    return this.#options.rename?.(path) ?? (path || '.');
  }

  #attributes(entry: TreeEntry): readonly string[] {
    return packedAttributes(entry).filter((name) => this.#options.keepsAttribute?.(name) ?? true);
  }

  /** Whether nothing but its content has to be asked for, and nothing else can be a link to it. */
  #isPlain({ entry }: FolderItem): boolean {
    return entry.links === 1 && this.#attributes(entry).length === 0;
  }

  #entryHeader(path: string, entry: TreeEntry): TarHeaderInput | undefined {
    return entryHeader(this.#rename(path), entry);
  }

  async #header(path: string, entry: TreeEntry): Promise<Buffer> {
    const name = this.#rename(path);
    return this.#headerOf(path || '.', entry, entryHeader(name, entry) ?? whiteoutHeader(name));
  }

  async #headerOf(path: string, entry: TreeEntry, header: TarHeaderInput): Promise<Buffer> {
    const names = this.#attributes(entry);
    if (names.length === 0) return encodeHeader(header);
    const xattrs = new Map<string, Uint8Array>();
    for (const name of names) {
      const value = await this.#reader.attribute(path, name);
      if (value !== undefined) xattrs.set(name, packedValue(name, value));
    }
    return encodeHeader({ ...header, xattrs });
  }
}

function hasContent({ entry }: FolderItem): boolean {
  return entry.type === 'file' && entry.sizeBytes > 0;
}

/** Exactly so many bytes of a content, and the zeros that fill its last block. */
async function* fixedSize(
  content: AsyncIterable<ContentPiece>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  for await (const piece of content) {
    if (piece instanceof Uint8Array) {
      yield piece;
      left -= piece.byteLength;
    } else {
      yield* hole(piece.holeBytes);
      left -= piece.holeBytes;
    }
  }
  yield* hole(left);
  yield paddingFor(sizeBytes);
}

function* hole(sizeBytes: number): Generator<Uint8Array> {
  for (let left = sizeBytes; left > 0; left -= zeros.byteLength) {
    yield zeros.subarray(0, Math.min(left, zeros.byteLength));
  }
}
