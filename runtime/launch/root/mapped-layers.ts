import { basename, dirname } from 'node:path';
import type { IdMapping } from '../../spec/id-mappings.ts';
import { CLONE_FILES, CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_EMPTY_PATH, AT_FDCWD, O_CLOEXEC } from '../../syscall/constants/fs.ts';
import {
  MOUNT_ATTR_IDMAP,
  MOVE_MOUNT_F_EMPTY_PATH,
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  OPEN_TREE_CLONE,
} from '../../syscall/constants/mount.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { mountOverlay, type Overlay } from '../../syscall/overlay-mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { rootTreeDescriptor } from '../mounts/host-descriptors.ts';

/** Layers that are looked at with other ids than they have on the disk. */
export interface MappedLayers extends Overlay {
  /** Of the steps, in errors. */
  readonly label: string;
  /** An existing folder, in whose place they are mounted meanwhile. */
  readonly folder: string;
  /** A user namespace with the ids, open: see `idsOfLayers`. */
  readonly ids: Ref;
}

/** The ids that containers have, as `linux.uidMappings` and `linux.gidMappings` have them. */
interface Ids {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/**
 * On the disk, what overlayfs makes for itself (its work folder, whiteouts) belongs to this id: it acts as root of the
 * host, which must be somebody where ids are mapped. No file of an image has it, since it cannot be mapped otherwise.
 */
const ownerOnDisk = 0xffff_fffd;

/** The ids that layers are looked at with. */
export function idsOfLayers({ uids, gids }: Ids): Ids {
  const overlayfs = { containerID: ownerOnDisk, hostID: 0, size: 1 };
  return { uids: [...uids, overlayfs], gids: [...gids, overlayfs] };
}

/**
 * Mounts layers that have the ids of containers on the disk, so that all share them whatever users they run as: each layer is
 * looked at with the ids of a user namespace (Linux 5.19 for overlayfs).
 *
 * By a process of our rights in mounts of its own, which are gone with it; what is left is a descriptor of what is mounted,
 * `rootTreeDescriptor`. In the container's user namespace nobody could map ids, nor set overlayfs's attributes.
 */
export function holdMappedLayers(p: ProgramBuilder, layers: MappedLayers): void {
  const { label } = layers;
  const waiting = p.label();
  const flags = CLONE_FILES | CLONE_NEWNS | SIGCHLD;
  const process = p.call(label, 'clone', [flags, 0, 0, 0, 0]);
  p.jumpIf('ne', process, 0, waiting);
  mountLayers(p, layers);
  p.exit(0);

  p.place(waiting);
  const mounted = p.label();
  const status = p.reserve(8);
  p.call(label, 'wait4', [process, status, 0, 0]);
  p.jumpIf('eq', p.value32(status), 0, mounted);
  // It has said itself what went wrong.
  p.exit(1);
  p.place(mounted);
}

/** Puts what is held into its place, in the mount namespace of the program. */
export function placeMappedLayers(
  p: ProgramBuilder,
  { label, target }: { readonly label: string; readonly target: string },
): void {
  const to = [AT_FDCWD, p.string(target), MOVE_MOUNT_F_EMPTY_PATH];
  p.call(label, 'move_mount', [rootTreeDescriptor, p.string(''), ...to]);
  p.call(label, 'close', [rootTreeDescriptor]);
}

function mountLayers(p: ProgramBuilder, { folder, ids, ...overlay }: MappedLayers): void {
  const label = 'make a place for the layers';
  p.call(label, 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  const tmpfs = p.string('tmpfs');
  p.call(label, 'mount', [tmpfs, p.string(folder), tmpfs, 0, p.string('size=4m,mode=755')]);
  p.call(label, 'chdir', [p.string(folder)]);
  const attach = (path: string, name: string): string => {
    mapFolder(p, { path, name, ids });
    return name;
  };
  const lower = overlay.lower.map((path, i) => attach(path, i.toString(36)));
  const tree = p.call('hold what is mounted', 'open_tree', [
    AT_FDCWD,
    p.string(mountNamed(p, { overlay, lower, attach })),
    OPEN_TREE_CLONE | O_CLOEXEC,
  ]);
  p.call('hold what is mounted', 'dup3', [tree, rootTreeDescriptor, O_CLOEXEC]);
  p.call('hold what is mounted', 'close', [tree]);
}

/** Mounts the layers whose names in the current folder are known; gives the name of the whole. */
function mountNamed(
  p: ProgramBuilder,
  {
    overlay: { writable, options = [] },
    lower,
    attach,
  }: {
    readonly overlay: Pick<Overlay, 'writable' | 'options'>;
    readonly lower: readonly string[];
    readonly attach: (path: string, name: string) => string;
  },
): string {
  const [only = ''] = lower;
  if (writable === undefined && lower.length === 1) {
    // Overlayfs wants two.
    const args = [0, p.string(only), 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0];
    p.call('make the layer read-only', 'mount', args);
    return only;
  }
  p.call('make a place for the layers', 'mkdirat', [AT_FDCWD, p.string('R'), 0o755]);
  if (writable === undefined) {
    mountOverlay(p, { lower, options }, 'R');
    return 'R';
  }
  const folder = attach(dirname(writable.upper), 'W');
  const names = [writable.upper, writable.work].map((path) => `${folder}/${basename(path)}`);
  const [upper = '', work = ''] = names;
  mountOverlay(p, { lower, writable: { ...writable, upper, work }, options }, 'R');
  return 'R';
}

/** Shows a folder of the host under a name in the current one, with other ids. */
function mapFolder(
  p: ProgramBuilder,
  { path, name, ids }: { readonly path: string; readonly name: string; readonly ids: Ref },
): void {
  const label = `map the ids of ${path}`;
  p.call(label, 'mkdirat', [AT_FDCWD, p.string(name), 0o755]);
  const tree = p.call(label, 'open_tree', [AT_FDCWD, p.string(path), OPEN_TREE_CLONE | O_CLOEXEC]);
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
  const attributes = p.bytes(
    Buffer.from(BigUint64Array.of(BigInt(MOUNT_ATTR_IDMAP), 0n, 0n, 0n).buffer),
  );
  p.set(attributes.at(24), ids);
  p.call(label, 'mount_setattr', [tree, p.string(''), AT_EMPTY_PATH, attributes, 32]);
  const args = [tree, p.string(''), AT_FDCWD, p.string(name), MOVE_MOUNT_F_EMPTY_PATH];
  p.call(label, 'move_mount', args);
  p.call(label, 'close', [tree]);
}
