import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { lstat, orIfMissing, readlink, stat } from '../../host/files.ts';
import type { Mount } from '../../spec/mount.ts';
import { MS_BIND, MS_REC } from '../../syscall/constants/mount.ts';
import type { Ref } from '../../syscall/program.ts';
import type { BindSource } from './bind-mount.ts';
import type { HostDescriptors } from './host-descriptors.ts';
import type { MountKind } from './mount-stage.ts';
import { parseMountOptions } from './mount-options.ts';
import { isBind } from './mounts.ts';

/** What a bind mount's source is, as it was found before the start. */
export type PlannedSource =
  | {
      readonly is: 'mounted';
      readonly path: string;
      /** What of it is mounted: see `Mount`. */
      readonly below?: string;
      readonly kind: MountKind;
      /** Under `src-nofollow`: a link, which is to be mounted itself. */
      readonly isLink?: true;
    }
  /** Under `copy-symlink`: what the link says. */
  | { readonly is: 'link'; readonly target: string };

/**
 * Looks at the sources of the bind mounts. A relative one is in the bundle (config.md, "Mounts").
 *
 * @throws MOUNT_SOURCE_MISSING
 */
export async function planSources(
  mounts: readonly Mount[],
  bundle: string,
): Promise<ReadonlyMap<Mount, PlannedSource>> {
  const found = await Promise.all(
    mounts.filter(isBind).map(async (mount): Promise<readonly [Mount, PlannedSource]> => {
      const path = posix.resolve(bundle, mount.source ?? '');
      return [mount, await planSource(path, mount)];
    }),
  );
  return new Map(found);
}

async function planSource(path: string, { options, sourceBelow }: Mount): Promise<PlannedSource> {
  if (sourceBelow !== undefined) {
    const kind = await kindBelow(path, sourceBelow);
    return { is: 'mounted', path, below: sourceBelow, kind };
  }
  if (options.includes('copy-symlink')) {
    const itself = await orIfMissing(lstat(path), undefined);
    if (itself?.isSymbolicLink()) return { is: 'link', target: await readlink(path) };
  }
  if (options.includes('src-nofollow')) {
    const itself = await orIfMissing(lstat(path), undefined);
    if (itself?.isSymbolicLink()) {
      refuseChanges(path, options);
      return { is: 'mounted', path, kind: 'file', isLink: true };
    }
  }
  return { is: 'mounted', path, kind: await kindOf(path) };
}

/** @throws MOUNT_SOURCE_MISSING, in Docker's words */
async function kindBelow(folder: string, below: string): Promise<MountKind> {
  const kind = await kindIfThere(posix.join(folder, below));
  if (kind !== undefined) return kind;
  throw new BerthError('MOUNT_SOURCE_MISSING', {
    message: `cannot access path ${posix.join(folder, below)}: there is no "${below}" in what is to be mounted; wanted a file or folder of it.`,
    remedy: 'Make it first, or name another subpath.',
    details: { source: folder, path: below },
  });
}

async function kindIfThere(path: string): Promise<MountKind | undefined> {
  const status = await orIfMissing(stat(path), undefined);
  if (status === undefined) return undefined;
  return status.isDirectory() ? 'folder' : 'file';
}

/** @throws MOUNT_SOURCE_MISSING */
async function kindOf(path: string): Promise<MountKind> {
  const kind = await kindIfThere(path);
  if (kind !== undefined) return kind;
  throw new BerthError('MOUNT_SOURCE_MISSING', {
    message: `The source of a bind mount, "${path}", does not exist; wanted a file or folder of the host.`,
    remedy: 'Make it first, or name another path.',
    details: { source: path },
  });
}

/** Whatever changes a mount names it by a path, which would lead through the link. */
function refuseChanges(path: string, options: readonly string[]): void {
  const { flags, cleared, propagation, recursive } = parseMountOptions(options);
  const changed = (flags & ~(MS_BIND | MS_REC)) | cleared | recursive.set | recursive.clear;
  if (changed === 0 && propagation.length === 0) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `a mount of the link "${path}" with 'options' "${options.join(',')}" cannot be made; wanted "bind" with "src-nofollow" and "dest-nofollow" alone`,
    remedy: 'Leave the other options out: a link has no rights that they could take away.',
    details: { fields: ['mounts[].options'], source: path },
  });
}

/** Opens the sources, before the root changes; those that have other ids are open already (`openIdMapped`). */
export function openSources(
  host: HostDescriptors,
  sources: ReadonlyMap<Mount, PlannedSource>,
  idMapped: ReadonlyMap<Mount, Ref>,
): ReadonlyMap<Mount, BindSource> {
  return new Map(
    [...sources].map(([mount, source]): readonly [Mount, BindSource] => {
      if (source.is === 'link') return [mount, { from: 'link', target: source.target }];
      const { path, below, kind } = source;
      const tree = idMapped.get(mount);
      if (tree) return [mount, { from: 'tree', tree, kind }];
      return [mount, { from: 'descriptor', descriptor: host.open(path, below), kind }];
    }),
  );
}
