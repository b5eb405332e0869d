import { basename, dirname } from 'node:path';
import type { RootfsMount } from '../../snapshot/rootfs-mount.ts';
import type { Linux } from '../../spec/linux.ts';
import { CLONE_FILES, CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_EMPTY_PATH, AT_FDCWD, O_CLOEXEC } from '../../syscall/constants/fs.ts';
import {
  MOUNT_ATTR_IDMAP,
  MOVE_MOUNT_F_EMPTY_PATH,
  MS_PRIVATE,
  MS_REC,
  OPEN_TREE_CLONE,
} from '../../syscall/constants/mount.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { mountOverlay } from '../../syscall/overlay-mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { rootTreeDescriptor } from '../mounts/host-descriptors.ts';
import type { IdNamespaces } from '../namespaces/id-namespaces.ts';
import { rootFolder, type StartPlan } from '../start-plan.ts';

/** What of a plan such a root depends on. */
interface MappedRoot extends Pick<StartPlan, 'rootfs' | 'overlayOptions' | 'runDir'> {
  readonly namespaces: Pick<StartPlan['namespaces'], 'user'>;
  readonly spec: { readonly linux: Pick<Linux, 'uidMappings' | 'gidMappings'> };
}

type OverlayRoot = Extract<RootfsMount, { type: 'overlay' }>;

/**
 * On the disk, what overlayfs makes for itself (its work folder, whiteouts) belongs to this id: it acts as root of the
 * host, which must be somebody where ids are mapped. No file of an image has it, since it cannot be mapped otherwise.
 */
const ownerOnDisk = 0xffff_fffd;

/**
 * Mounts a root of layers that have the ids of the container on the disk, so that all containers share them whatever
 * users they run as: each layer is looked at with the ids of the container's user namespace (Linux 5.19 for overlayfs).
 *
 * By a process of our rights in mounts of its own, which are gone with it; what is left is a descriptor of the mounted
 * root, `rootTreeDescriptor`, that the container's process inherits and puts into its place. In its own user namespace it
 * could neither map ids nor set overlayfs's attributes.
 */
export function openMappedRoot(
  p: ProgramBuilder,
  plan: MappedRoot,
  namespaces: IdNamespaces,
): void {
  const { rootfs } = plan;
  if (!hasMappedRoot(plan) || rootfs.type !== 'overlay') return;
  const ids = namespaces.open(idsOfRoot(plan));
  const label = 'mount the root with the ids of the container';
  const waiting = p.label();
  const flags = CLONE_FILES | CLONE_NEWNS | SIGCHLD;
  const process = p.call(label, 'clone', [flags, 0, 0, 0, 0]);
  p.jumpIf('ne', process, 0, waiting);
  mountLayers(p, {
    rootfs,
    options: plan.overlayOptions,
    folder: `${plan.runDir}/${rootFolder}`,
    ids,
  });
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

/** Whether a root comes by way of `openMappedRoot`. */
export function hasMappedRoot({
  rootfs,
  namespaces,
}: Pick<MappedRoot, 'rootfs' | 'namespaces'>): boolean {
  return rootfs.type === 'overlay' && rootfs.ids === 'container' && namespaces.user !== 'host';
}

/** Puts the root into its place, in the container's mount namespace. */
export function placeMappedRoot(p: ProgramBuilder, target: string): void {
  const args = [
    rootTreeDescriptor,
    p.string(''),
    AT_FDCWD,
    p.string(target),
    MOVE_MOUNT_F_EMPTY_PATH,
  ];
  p.call('put the root into its place', 'move_mount', args);
  closeMappedRoot(p);
}

/** Closes it where it is not needed. */
export function closeMappedRoot(p: ProgramBuilder): void {
  p.call('close the root', 'close', [rootTreeDescriptor]);
}

function idsOfRoot({ spec }: MappedRoot): Parameters<IdNamespaces['open']>[0] {
  const { uidMappings, gidMappings } = spec.linux;
  const overlayfs = { containerID: ownerOnDisk, hostID: 0, size: 1 };
  return {
    field: 'linux.uidMappings',
    namespace: undefined,
    uids: [...uidMappings, overlayfs],
    gids: [...gidMappings, overlayfs],
  };
}

interface Layers {
  readonly rootfs: OverlayRoot;
  readonly options: readonly string[];
  readonly folder: string;
  readonly ids: Ref;
}

function mountLayers(p: ProgramBuilder, { rootfs, options, folder, ids }: Layers): void {
  const label = 'make a place for the layers';
  p.call(label, 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  const tmpfs = p.string('tmpfs');
  p.call(label, 'mount', [tmpfs, p.string(folder), tmpfs, 0, p.string('size=4m,mode=755')]);
  p.call(label, 'chdir', [p.string(folder)]);
  const attach = (path: string, name: string): string => {
    mapFolder(p, { path, name, ids });
    return name;
  };
  const lower = rootfs.lower.map((path, i) => attach(path, i.toString(36)));
  const writable = attach(dirname(rootfs.upper), 'W');
  p.call(label, 'mkdirat', [AT_FDCWD, p.string('R'), 0o755]);
  const names = [rootfs.upper, rootfs.work].map((path) => `${writable}/${basename(path)}`);
  const [upper = '', work = ''] = names;
  const { changes } = rootfs;
  mountOverlay(p, { lower, writable: { upper, work, changes }, options }, 'R');
  const tree = p.call('hold the mounted root', 'open_tree', [
    AT_FDCWD,
    p.string('R'),
    OPEN_TREE_CLONE | O_CLOEXEC,
  ]);
  p.call('hold the mounted root', 'dup3', [tree, rootTreeDescriptor, O_CLOEXEC]);
  p.call('hold the mounted root', 'close', [tree]);
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
