import type { Mount } from '../../spec/mount.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
} from '../../syscall/constants/fs.ts';
import {
  MOUNT_ATTR_IDMAP,
  MS_REC,
  MS_SLAVE,
  OPEN_TREE_CLONE,
} from '../../syscall/constants/mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IdNamespaces, IdSource } from '../namespaces/id-namespaces.ts';
import { parseMountOptions } from './mount-options.ts';
import { openBelow } from './open-below.ts';
import type { PlannedSource } from './mount-sources.ts';
import { isSharing } from '../root/root-propagation.ts';
import type { StartPlan } from '../start-plan.ts';

/** Copies of mounts with other ids, by the mounts that they are for: descriptors of trees that are mounted nowhere yet. */
export type IdMappedTrees = ReadonlyMap<Mount, Ref>;

/**
 * Makes the id-mapped sources of a plan's bind mounts (mount_setattr(2), "ID-mapped mounts", Linux 5.12): each a copy of
 * what is mounted at the source, whose ids are looked at through a user namespace. To be called before the container is
 * forked: in a user namespace of its own it has no power over the host's file systems. It inherits the descriptors.
 */
export function openIdMapped(
  p: ProgramBuilder,
  plan: StartPlan,
  namespaces: IdNamespaces,
): IdMappedTrees {
  const trees = new Map<Mount, Ref>();
  for (const [index, mount] of plan.spec.mounts.entries()) {
    const source = plan.sources.get(mount);
    if (source?.is !== 'mounted') continue;
    const ids = idsOf(plan, mount, index);
    // Root of a user namespace cannot get to every folder that the administrator binds.
    // And a link is only mounted itself by a call that can be told not to follow it.
    if (!ids && !plan.clonesSources && source.isLink !== true) continue;
    const namespace = ids && namespaces.open(ids);
    trees.set(mount, openTree(p, mount, { source, namespace, ids, plan }));
  }
  return trees;
}

/** Closes them where they are not needed. */
export function closeIdMapped(p: ProgramBuilder, trees: IdMappedTrees): void {
  for (const tree of trees.values()) p.call('close an id-mapped mount', 'close', [tree]);
}

/** What a mount's ids are: its own, or with the option alone those of the container. */
function idsOf({ spec }: StartPlan, mount: Mount, index: number): IdSource | undefined {
  const { uidMappings = [], gidMappings = [] } = mount;
  if (uidMappings.length > 0 || gidMappings.length > 0) {
    const field = `mounts[${index}].uidMappings`;
    return { field, namespace: undefined, uids: uidMappings, gids: gidMappings };
  }
  const { own } = parseMountOptions(mount.options);
  if (!own.has('idmap') && !own.has('ridmap')) return undefined;
  const { namespaces, uidMappings: uids, gidMappings: gids } = spec.linux;
  const namespace = namespaces.find(({ type }) => type === 'user')?.path;
  return { field: `mounts[${index}].options`, namespace, uids, gids };
}

interface TreeRequest {
  readonly source: Extract<PlannedSource, { readonly is: 'mounted' }>;
  /** Absent: the ids stay as they are. */
  readonly namespace: Ref | undefined;
  readonly ids: IdSource | undefined;
  readonly plan: StartPlan;
}

function openTree(
  p: ProgramBuilder,
  mount: Mount,
  { source: { path, below, isLink }, namespace, ids, plan }: TreeRequest,
): Ref {
  const label = ids ? `map the ids of ${path} (${ids.field})` : `open ${path} of the host`;
  const { flags, own } = parseMountOptions(mount.options);
  const all = flags & MS_REC ? AT_RECURSIVE : 0;
  const open = OPEN_TREE_CLONE | O_CLOEXEC | all | (isLink === true ? AT_SYMLINK_NOFOLLOW : 0);
  const tree =
    below === undefined
      ? p.call(label, 'open_tree', [AT_FDCWD, p.string(path), open])
      : treeBelow(p, { folder: path, path: below, label, open });
  // It comes from the host's mount namespace, where it may be shared; what the container binds there is a slave.
  if (!isSharing(plan.spec.linux.rootfsPropagation)) {
    const slave = attributes(p, { propagation: MS_SLAVE });
    p.call(label, 'mount_setattr', [tree, p.string(''), AT_EMPTY_PATH | all, slave, 32]);
  }
  if (!namespace) return tree;
  const map = attributes(p, { set: MOUNT_ATTR_IDMAP });
  p.set(map.at(24), namespace);
  const mapped = own.has('ridmap') ? AT_RECURSIVE : 0;
  p.call(label, 'mount_setattr', [tree, p.string(''), AT_EMPTY_PATH | mapped, map, 32]);
  return tree;
}

function treeBelow(
  p: ProgramBuilder,
  {
    label,
    open,
    ...below
  }: Parameters<typeof openBelow>[1] & { readonly label: string; readonly open: number },
): Ref {
  const fd = openBelow(p, below);
  const tree = p.call(label, 'open_tree', [fd, p.string(''), open | AT_EMPTY_PATH]);
  p.call(label, 'close', [fd]);
  return tree;
}

/** struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each. */
function attributes(
  p: ProgramBuilder,
  { set = 0, propagation = 0 }: { readonly set?: number; readonly propagation?: number },
): ReturnType<ProgramBuilder['bytes']> {
  return p.bytes(Buffer.from(BigUint64Array.of(BigInt(set), 0n, BigInt(propagation), 0n).buffer));
}
