import type { Mount } from '../../spec/mount.ts';
import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import {
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_SYMLINKS,
  MS_BIND,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
} from '../../syscall/constants/mount.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Destinations } from './destinations.ts';
import { descriptorPath, destinationDescriptor } from './host-descriptors.ts';
import type { ParsedMountOptions } from './mount-options.ts';
import { type MountKind, moveToDestination, stagePath } from './mount-stage.ts';
import { preservedFlags } from '../root/preserved-flags.ts';
import { setPropagation } from './propagation.ts';
import { setRecursiveAttributes } from './recursive-attributes.ts';

/** A bind mount's source, opened while the host's tree was still the root. */
export type BindSource =
  | { readonly from: 'descriptor'; readonly descriptor: number; readonly kind: MountKind }
  /** A copy of it, with other ids (`id-mapped-mounts.ts`). */
  | { readonly from: 'tree'; readonly tree: Ref; readonly kind: MountKind }
  /** What a link on the host says: it is made in the container, and nothing is mounted. */
  | { readonly from: 'link'; readonly target: string };

/** A source that is mounted, which is all but a link. */
type MountedSource = Exclude<BindSource, { readonly from: 'link' }>;

/** Binds a file or folder of the host to its destination, which is made when it is not there. */
export function bindMount(
  p: ProgramBuilder,
  { destination }: Mount,
  {
    destinations,
    source,
    options,
  }: {
    readonly destinations: Destinations;
    readonly source: MountedSource;
    readonly options: ParsedMountOptions;
  },
): void {
  const { flags, cleared, recursive, propagation, own } = options;
  const label = `bind to ${destination}`;
  const rest = flags & ~(MS_BIND | MS_REC);
  const changesBelow = recursive.set !== 0 || recursive.clear !== 0;
  if (own.has('dest-nofollow')) destinations.openItself(destination);
  else destinations.open(destination, { make: source.kind });
  if (rest === 0 && cleared === 0 && !changesBelow && propagation.length === 0) {
    attach(p, source, { path: descriptorPath(destinationDescriptor), label, flags });
    return;
  }
  const path = stagePath(source.kind);
  attach(p, source, { path, label, flags });
  if (rest !== 0 || cleared !== 0) {
    remountBind(p, p.string(path), { set: rest, clear: cleared, label: destination });
  }
  if (changesBelow) {
    const below = `set the attributes of all below ${destination}`;
    setRecursiveAttributes(p, path, { ...recursive, label: below });
  }
  setPropagation(p, path, { flags: propagation, label: destination });
  moveToDestination(p, source.kind, label);
}

function attach(
  p: ProgramBuilder,
  source: MountedSource,
  { path, label, flags }: { readonly path: string; readonly label: string; readonly flags: number },
): void {
  if (source.from === 'tree') {
    const how = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS;
    const args = [source.tree, p.string(''), AT_FDCWD, p.string(path), how];
    p.call(label, 'move_mount', args);
    return;
  }
  const from = p.string(descriptorPath(source.descriptor));
  p.call(label, 'mount', [from, p.string(path), 0, MS_BIND | (flags & MS_REC), 0]);
}

/**
 * Changes the flags of a bind mount, keeping those that it has: a bind takes no further flags, they need a remount.
 *
 * @param path of the mount's root, in the program's memory.
 */
export function remountBind(
  p: ProgramBuilder,
  path: Value,
  {
    set,
    clear,
    label: destination,
  }: { readonly set: number; readonly clear: number; readonly label: string },
): void {
  const flags = preservedFlags(p, path, { set, clear, label: destination });
  const all = p.compute('or', flags, MS_REMOUNT | MS_BIND);
  const label = set & MS_RDONLY ? `make ${destination} read-only` : `remount ${destination}`;
  p.call(label, 'mount', [0, path, 0, all, 0]);
}
