import { packLayer } from '../layer/pack-layer.ts';
import type { PackOptions } from '../layer/pack-layer.ts';
import { TreeReader } from '../syscall/tree/tree-reader.ts';
import type { TreeRunner } from '../syscall/tree/tree-reader.ts';
import type { TreeView } from '../syscall/tree/tree-program.ts';

/** The files of containers as they are on the disk, read and packed without anything being mounted on the host. */
export interface RootfsFiles {
  /** Opens them for reading; it must be closed. @throws the codes of `Launcher.spawn` */
  open(view: TreeView): Promise<TreeReader>;
  /** Packs them as a plain tar archive: see `packLayer`. */
  archive(options: Omit<PackOptions, 'runner'>): AsyncIterable<Uint8Array>;
}

/** @param runner A Launcher. */
export function rootfsFiles(runner: TreeRunner): RootfsFiles {
  return {
    open: (view) => TreeReader.open(runner, view),
    archive: (options) => packLayer({ ...options, runner }),
  };
}
