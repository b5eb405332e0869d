import { posix } from 'node:path';
import type { CgroupHierarchy } from '../cgroup/cgroup-plan.ts';
import type { Mount } from '../spec/mount.ts';
import { AT_FDCWD } from '../syscall/constants/fs.ts';
import { MS_BIND, MS_RDONLY, MS_REMOUNT } from '../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { makeFolders } from './folders.ts';
import { labelledData } from './mount-label.ts';
import { parseMountOptions } from './mount-options.ts';

/** Whether a mount of the config stands for the container's view of its cgroups. */
export function isCgroupMount({ type }: Mount): boolean {
  return type === 'cgroup' || type === 'cgroup2';
}

/**
 * Mounts the container's cgroups, from within its cgroup namespace: the container sees its own cgroup as the root.
 * cgroup v1 needs a folder for each hierarchy, on a tmpfs that is read-only in the end when the mount is to be.
 */
export function addCgroupMount(
  p: ProgramBuilder,
  mount: Mount,
  {
    hierarchies,
    label,
  }: {
    readonly hierarchies: readonly CgroupHierarchy[];
    /** `linux.mountLabel`, for the tmpfs; the policy itself labels cgroups. */
    readonly label?: string | undefined;
  },
): void {
  const { destination } = mount;
  const { flags } = parseMountOptions(mount.options);
  makeFolders(p, destination);
  if (hierarchies.every(({ controllers }) => controllers.length === 0)) {
    p.call(`mount cgroup2 on ${destination}`, 'mount', [
      p.string('cgroup'),
      p.string(destination),
      p.string('cgroup2'),
      flags,
      0,
    ]);
    return;
  }
  const tmpfs = p.string('tmpfs');
  const data = p.string(labelledData('mode=755', label));
  p.call(`mount tmpfs on ${destination}`, 'mount', [
    tmpfs,
    p.string(destination),
    tmpfs,
    flags & ~MS_RDONLY,
    data,
  ]);
  for (const { name: folder, controllers } of hierarchies) {
    const path = posix.join(destination, folder);
    const options = controllers.join(',');
    p.call(`make ${path}`, 'mkdirat', [AT_FDCWD, p.string(path), 0o755]);
    const args = [p.string('cgroup'), p.string(path), p.string('cgroup'), flags, p.string(options)];
    p.call(`mount cgroup ${options} on ${path}`, 'mount', args);
    for (const name of controllers.filter((controller) => controller !== folder)) {
      p.call(
        `link ${name}`,
        'symlinkat',
        [p.string(folder), AT_FDCWD, p.string(posix.join(destination, name))],
        { onError: 'ignore' },
      );
    }
  }
  if (flags & MS_RDONLY) {
    p.call(`make ${destination} read-only`, 'mount', [
      0,
      p.string(destination),
      0,
      MS_REMOUNT | MS_BIND | flags,
      0,
    ]);
  }
}
