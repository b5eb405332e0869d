import { BerthError } from '../../errors/berth-error.ts';
import { realpath } from '../../host/files.ts';
import { readMounts } from '../../host/mount-points.ts';
import type { MountPoint } from '../../host/mount-points.ts';
import type { Spec } from '../../spec/spec.ts';
import type { ContainerMount } from '../model/container-mount.ts';

/** What a bind's propagation needs of the mount that its source is in (mount_namespaces(7), "Propagation type"). */
const needs = {
  shared: { peers: /^shared:/, words: 'not a shared mount' },
  slave: { peers: /^(?:shared|master):/, words: 'not a shared or slave mount' },
} as const;

type Need = keyof typeof needs;

function needOf(mount: ContainerMount): Need | undefined {
  if (mount.kind !== 'bind') return undefined;
  const propagation = mount.bind.propagation.replace(/^r/, '');
  return propagation === 'shared' || propagation === 'slave' ? propagation : undefined;
}

/**
 * The propagation of a container's root file system, without which that of its binds would have no effect: they are made
 * after the container's mounts have been cut off from the host's.
 */
export function rootfsPropagation(
  mounts: readonly ContainerMount[],
): Spec['linux']['rootfsPropagation'] {
  const wanted = mounts.map(needOf);
  if (wanted.includes('shared')) return 'shared';
  return wanted.includes('slave') ? 'rslave' : undefined;
}

/**
 * Looks whether what is mounted in the sources of binds can reach the container, and the other way round, as they ask.
 *
 * @throws MOUNT_NOT_SHARED in Docker's words
 */
export async function refuseUnsharedBinds(mounts: readonly ContainerMount[]): Promise<void> {
  const wanted = mounts.flatMap((mount) => {
    const need = needOf(mount);
    return mount.kind !== 'bind' || need === undefined ? [] : [{ need, bind: mount.bind }];
  });
  if (wanted.length === 0) return;
  const points = await readMounts();
  for (const { need, bind } of wanted) {
    const { source, propagation } = bind;
    const { path, peers } = mountOf(points, await realpath(source));
    if (peers.some((peer) => needs[need].peers.test(peer))) continue;
    throw new BerthError('MOUNT_NOT_SHARED', {
      message: `path ${source} is mounted on ${path} but it is ${needs[need].words}`,
      remedy: `Share it with "mount --make-rshared ${path}", or leave "${propagation}" out.`,
      details: { source, mountPoint: path, propagation },
    });
  }
}

/** The one that a path is in. */
function mountOf(points: readonly MountPoint[], path: string): MountPoint {
  const root: MountPoint = { path: '/', peers: [] };
  return points
    .filter((point) => `${path}/`.startsWith(point.path === '/' ? '/' : `${point.path}/`))
    .reduce((found, point) => (point.path.length >= found.path.length ? point : found), root);
}
