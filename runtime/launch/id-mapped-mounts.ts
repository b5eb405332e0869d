import type { IdMapping } from '../spec/id-mappings.ts';
import type { Mount } from '../spec/mount.ts';
import { CLONE_NEWUSER } from '../syscall/constants/clone.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  O_CLOEXEC,
  O_RDONLY,
} from '../syscall/constants/fs.ts';
import { MOUNT_ATTR_IDMAP, MS_REC, MS_SLAVE, OPEN_TREE_CLONE } from '../syscall/constants/mount.ts';
import { SIGCHLD } from '../syscall/constants/process.ts';
import { numberedPath } from '../syscall/decimal.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { writeHostProcFile } from './host-proc-file.ts';
import { mappingLine } from './map-ids.ts';
import { parseMountOptions } from './mount-options.ts';
import { isSharing } from './root-propagation.ts';
import type { StartPlan } from './start-plan.ts';

/** Copies of mounts with other ids, by the mounts that they are for: descriptors of trees that are mounted nowhere yet. */
export type IdMappedTrees = ReadonlyMap<Mount, Ref>;

/** The ids of a mount, and where in the config they come from. */
interface MountIds {
  readonly field: string;
  /** Of the container's user namespace by path, when it is to have those of that. */
  readonly namespace: string | undefined;
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/**
 * Makes the id-mapped sources of a plan's bind mounts (mount_setattr(2), "ID-mapped mounts", Linux 5.12): each a copy of
 * what is mounted at the source, whose ids are looked at through a user namespace. To be called before the container is
 * forked: in a user namespace of its own it has no power over the host's file systems. It inherits the descriptors.
 */
export function openIdMapped(p: ProgramBuilder, plan: StartPlan): IdMappedTrees {
  const trees = new Map<Mount, Ref>();
  const namespaces = new Map<string, Ref>();
  for (const [index, mount] of plan.spec.mounts.entries()) {
    const source = plan.sources.get(mount);
    const ids = idsOf(plan, mount, index);
    if (!ids || source?.is !== 'mounted') continue;
    const key = JSON.stringify([ids.namespace, ids.uids, ids.gids]);
    const namespace = namespaces.get(key) ?? openNamespace(p, ids);
    namespaces.set(key, namespace);
    trees.set(mount, openTree(p, mount, { path: source.path, namespace, ids, plan }));
  }
  for (const namespace of namespaces.values()) p.call('close the ids', 'close', [namespace]);
  return trees;
}

/** Closes them where they are not needed. */
export function closeIdMapped(p: ProgramBuilder, trees: IdMappedTrees): void {
  for (const tree of trees.values()) p.call('close an id-mapped mount', 'close', [tree]);
}

/** What a mount's ids are: its own, or with the option alone those of the container. */
function idsOf({ spec }: StartPlan, mount: Mount, index: number): MountIds | undefined {
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

/** A user namespace with the ids. */
function openNamespace(p: ProgramBuilder, { field, namespace, uids, gids }: MountIds): Ref {
  if (namespace === undefined) return makeNamespace(p, { field, uids, gids });
  const args = [AT_FDCWD, p.string(namespace), O_RDONLY | O_CLOEXEC, 0];
  return p.call(`open the ids of ${field}`, 'openat', args);
}

/** Makes a namespace: a process has to be born in it, which waits until its ids are written, and ends. */
function makeNamespace(p: ProgramBuilder, { field, uids, gids }: Omit<MountIds, 'namespace'>): Ref {
  const label = `make the ids of ${field}`;
  const ends = p.reserve(8);
  const [waits, holds] = [p.value32(ends), p.value32(ends.at(4))];
  const parent = p.label();
  p.call(label, 'pipe2', [ends, O_CLOEXEC]);
  const child = p.call(label, 'clone', [CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  // Until the other end is closed, also because whoever holds it has died.
  p.call(label, 'close', [holds]);
  p.call(label, 'read', [waits, p.reserve(8), 1], { onError: 'ignore' });
  p.exit(0);

  p.place(parent);
  p.call(label, 'close', [waits]);
  for (const [file, mappings] of [
    ['uid_map', uids],
    ['gid_map', gids],
  ] as const) {
    writeHostProcFile(p, {
      label,
      proc: '/proc',
      files: [numberedPath(p, { prefix: '', number: child, suffix: `/${file}` })],
      value: mappings.map(mappingLine).join(''),
    });
  }
  const path = numberedPath(p, { prefix: '/proc/', number: child, suffix: '/ns/user' });
  const namespace = p.call(label, 'openat', [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0]);
  p.call(label, 'close', [holds]);
  p.call(label, 'wait4', [child, 0, 0, 0]);
  return namespace;
}

interface TreeRequest {
  readonly path: string;
  readonly namespace: Ref;
  readonly ids: MountIds;
  readonly plan: StartPlan;
}

function openTree(
  p: ProgramBuilder,
  mount: Mount,
  { path, namespace, ids, plan }: TreeRequest,
): Ref {
  const label = `map the ids of ${path} (${ids.field})`;
  const { flags, own } = parseMountOptions(mount.options);
  const all = flags & MS_REC ? AT_RECURSIVE : 0;
  const open = OPEN_TREE_CLONE | O_CLOEXEC | all;
  const tree = p.call(label, 'open_tree', [AT_FDCWD, p.string(path), open]);
  // It comes from the host's mount namespace, where it may be shared; what the container binds there is a slave.
  if (!isSharing(plan.spec.linux.rootfsPropagation)) {
    const slave = attributes(p, { propagation: MS_SLAVE });
    p.call(label, 'mount_setattr', [tree, p.string(''), AT_EMPTY_PATH | all, slave, 32]);
  }
  const map = attributes(p, { set: MOUNT_ATTR_IDMAP });
  p.set(map.at(24), namespace);
  const below = own.has('ridmap') ? AT_RECURSIVE : 0;
  p.call(label, 'mount_setattr', [tree, p.string(''), AT_EMPTY_PATH | below, map, 32]);
  return tree;
}

/** struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each. */
function attributes(
  p: ProgramBuilder,
  { set = 0, propagation = 0 }: { readonly set?: number; readonly propagation?: number },
): ReturnType<ProgramBuilder['bytes']> {
  return p.bytes(Buffer.from(BigUint64Array.of(BigInt(set), 0n, BigInt(propagation), 0n).buffer));
}
