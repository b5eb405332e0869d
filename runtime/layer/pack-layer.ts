import { TreeReader } from '../syscall/tree/tree-reader.ts';
import type { TreeRunner } from '../syscall/tree/tree-connection.ts';
import type { TreeView } from '../syscall/tree/tree-program.ts';
import { archiveEnd } from '../tar/write-header.ts';
import { Packer } from './packer.ts';
import type { PackRules } from './packer.ts';
import { sourceBelow } from './pack-source.ts';
import type { PackSource } from './pack-source.ts';

/** What is packed, and how. */
export interface PackOptions extends PackRules {
  readonly view: TreeView;
  /** A Launcher. */
  readonly runner: TreeRunner;
}

const outputBytes = 64 * 1024;
const smallBytes = 16 * 1024;

/**
 * Packs a folder as a tar archive, the other way round of `unpackLayer`. The same tree always gives the same bytes: entries
 * are in the order of their names' bytes, whiteouts before their siblings, and nothing of this host or of the time of
 * packing is in them. Sockets are left out.
 *
 * Files may change meanwhile: each has the size it had when it was looked at, cut off or filled up with zeros; what
 * has gone is left out.
 *
 * @throws LAYER_PACK_FAILED, TREE_UNREADABLE, the codes of `Launcher.spawn`, the signal's reason, from the iteration
 */
export async function* packLayer(options: PackOptions): AsyncGenerator<Uint8Array, void> {
  const reader = await TreeReader.open(options.runner, options.view);
  try {
    yield* inLargerPieces(new Packer(reader, options).chunks());
    yield archiveEnd;
  } finally {
    reader.close();
  }
}

/** What `packPath` packs. */
export interface PackedPath {
  /** Its beginning may lead through links. */
  readonly path: string;
  /** `tree`: a folder with all in it. `entry`: itself, whatever it is. */
  readonly what: 'tree' | 'entry';
  /** What it is called in the archive; empty for what is to have absolute names. */
  readonly name: string;
}

/**
 * Packs a file, or a folder with all in it, of a source that stays open: as it is seen, of the extended attributes with
 * those that Docker keeps. Files that change meanwhile are as in `packLayer`.
 *
 * @throws TREE_UNREADABLE, the signal's reason, from the iteration
 */
export async function* packPath(
  source: PackSource,
  { path, what, name }: PackedPath,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const rules = {
    form: 'archive',
    keepsAttribute: (attribute: string) => attribute === 'security.capability',
    signal,
  } as const;
  if (what === 'entry') {
    yield* inLargerPieces(new Packer(source, { ...rules, rename: () => name }).only(path));
  } else {
    const rename = (below: string): string => (below === '' ? name : `${name}/${below}`);
    yield* inLargerPieces(new Packer(sourceBelow(source, path), { ...rules, rename }).chunks());
  }
  yield archiveEnd;
}

/** Joins what is small; what is large passes through as it is, without a copy. */
async function* inLargerPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const isLarge = chunk.byteLength >= smallBytes;
    if (!isLarge) {
      pending.push(chunk);
      bytes += chunk.byteLength;
    }
    if (bytes > 0 && (isLarge || bytes >= outputBytes)) {
      yield Buffer.concat(pending);
      [pending, bytes] = [[], 0];
    }
    if (isLarge) yield chunk;
  }
  if (bytes > 0) yield Buffer.concat(pending);
}
