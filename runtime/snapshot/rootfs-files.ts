import { extractArchive } from '../layer/extract-archive.ts';
import type { ExtractOptions } from '../layer/extract-archive.ts';
import { packLayer, packPath } from '../layer/pack-layer.ts';
import type { PackedPath, PackOptions } from '../layer/pack-layer.ts';
import type { PackSource } from '../layer/pack-source.ts';
import { TreeReader } from '../syscall/tree/tree-reader.ts';
import type { TreeRunner } from '../syscall/tree/tree-connection.ts';
import type { TreeView } from '../syscall/tree/tree-program.ts';

/** The files of containers as they are on the disk, read and packed without anything being mounted on the host. */
export interface RootfsFiles {
  /** Opens them for reading; it must be closed. @throws the codes of `Launcher.spawn` */
  open(view: TreeView): Promise<TreeReader>;
  /** Packs them as a plain tar archive: see `packLayer`. */
  archive(options: Omit<PackOptions, 'runner'>): AsyncIterable<Uint8Array>;
  /** Packs a part of what is open: see `packPath`. */
  pack(source: PackSource, packed: PackedPath, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Extracts an archive: see `extractArchive`. */
  extract(options: ExtractOptions): Promise<void>;
}

/** @param runner A Launcher. */
export function rootfsFiles(runner: TreeRunner): RootfsFiles {
  return {
    open: (view) => TreeReader.open(runner, view),
    archive: (options) => packLayer({ ...options, runner }),
    pack: packPath,
    extract: extractArchive,
  };
}
