import { BerthError } from '../../errors/berth-error.ts';
import type { RootfsMount } from '../../snapshot/rootfs-mount.ts';
import type { TreeView } from '../../syscall/tree/tree-program.ts';

/** Where the parts of a container's root are. */
export interface RootfsViews {
  /** What the container has changed. */
  readonly upper: TreeView;
  /** What its image has. */
  readonly below: TreeView;
  /** What the container sees. */
  readonly merged: TreeView;
}

/** The parts of a container's root. @throws SNAPSHOT_MISSING when it is not made of layers */
export function viewsOf(rootfs: RootfsMount): RootfsViews {
  if (rootfs.type !== 'overlay') {
    throw new BerthError('SNAPSHOT_MISSING', {
      message: `the root file system at "${rootfs.path}" is not made of layers`,
      remedy: 'Create the container from an image.',
    });
  }
  const { upper, lower } = rootfs;
  return {
    upper: { kind: 'folder', path: upper },
    below: overlayOf(lower),
    merged: overlayOf([upper, ...lower]),
  };
}

/** overlayfs wants at least two layers when nothing can be written. */
function overlayOf(layers: readonly string[]): TreeView {
  const [only] = layers;
  return layers.length === 1 && only !== undefined
    ? { kind: 'folder', path: only }
    : { kind: 'overlay', layers };
}
