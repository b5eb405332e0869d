import { type CgroupHierarchy, namedBySystemd } from '../../cgroup/cgroup-plan.ts';
import type { Mount } from '../../spec/mount.ts';
import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import { MS_BIND, MS_RDONLY, MS_REMOUNT } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { remountBind } from './bind-mount.ts';
import type { Destinations } from './destinations.ts';
import { atHost } from './file-system-mount.ts';
import { labelledData } from './mount-label.ts';
import { type ParsedMountOptions, parseMountOptions } from './mount-options.ts';
import { moveToDestination, stagePath } from './mount-stage.ts';
import { setPropagation } from './propagation.ts';

/** Whether a mount of the config stands for the container's view of its cgroups. */
export function isCgroupMount({ type, options }: Mount): boolean {
  return (type === 'cgroup' || type === 'cgroup2') && !options.includes('remount');
}

interface CgroupMountContext {
  readonly destinations: Destinations;
  readonly hierarchies: readonly CgroupHierarchy[];
  /** In a cgroup namespace the container's cgroup is the root; without one its folder is bound from the host. */
  readonly from: 'namespace' | 'host';
  /** `linux.mountLabel`, for the tmpfs; the policy itself labels cgroups. */
  readonly label?: string | undefined;
}

/**
 * Mounts the container's cgroups: the container sees its own cgroup as the root. cgroup v1 needs a folder for each
 * hierarchy, on a tmpfs that is read-only in the end when the mount is to be.
 */
export function addCgroupMount(p: ProgramBuilder, mount: Mount, context: CgroupMountContext): void {
  const { destination } = mount;
  const { hierarchies, destinations } = context;
  const options = parseMountOptions(mount.options);
  destinations.open(destination, { make: 'folder' });
  const path = stagePath('folder');
  const [unified] = hierarchies;
  if (unified && hierarchies.every(({ controllers }) => controllers.length === 0)) {
    mountHierarchy(p, unified, { path, destination, options, from: context.from });
  } else {
    mountFolders(p, mount, { ...context, path, options });
  }
  setPropagation(p, path, { flags: options.propagation, label: destination });
  moveToDestination(p, 'folder', `mount ${mount.type ?? 'cgroup'} on ${destination}`);
}

function mountFolders(
  p: ProgramBuilder,
  { destination }: Mount,
  {
    hierarchies,
    from,
    label,
    path,
    options,
  }: CgroupMountContext & { readonly path: string; readonly options: ParsedMountOptions },
): void {
  const { flags } = options;
  const tmpfs = p.string('tmpfs');
  const data = p.string(labelledData('mode=755', label));
  const args = [tmpfs, p.string(path), tmpfs, flags & ~MS_RDONLY, data];
  p.call(`mount tmpfs on ${destination}`, 'mount', args);
  for (const hierarchy of hierarchies) {
    const { name: folder, controllers } = hierarchy;
    const inner = `${path}/${folder}`;
    p.call(`make ${destination}/${folder}`, 'mkdirat', [AT_FDCWD, p.string(inner), 0o755]);
    mountHierarchy(p, hierarchy, {
      path: inner,
      destination: `${destination}/${folder}`,
      options,
      from,
    });
    const links = controllers.filter((name) => name !== folder && name !== namedBySystemd);
    for (const name of links) {
      const link = [p.string(folder), AT_FDCWD, p.string(`${path}/${name}`)];
      p.call(`link ${name}`, 'symlinkat', link, { onError: 'ignore' });
    }
  }
  if (flags & MS_RDONLY) {
    const again = [0, p.string(path), 0, MS_REMOUNT | MS_BIND | flags, 0];
    p.call(`make ${destination} read-only`, 'mount', again);
  }
}

function mountHierarchy(
  p: ProgramBuilder,
  { controllers, folder }: CgroupHierarchy,
  {
    path,
    destination,
    options: { flags, cleared },
    from,
  }: {
    readonly path: string;
    readonly destination: string;
    readonly options: ParsedMountOptions;
    readonly from: CgroupMountContext['from'];
  },
): void {
  const kind = controllers.length === 0 ? 'cgroup2' : 'cgroup';
  const names = controllers.join(',');
  if (from === 'host') {
    atHost(p, () => {
      const args = [p.string(folder), p.string(path), 0, MS_BIND, 0];
      p.call(`bind ${folder} to ${destination}`, 'mount', args);
    });
    remountBind(p, p.string(path), { set: flags, clear: cleared, label: destination });
    return;
  }
  p.call(`mount ${kind}${names && ` ${names}`} on ${destination}`, 'mount', [
    p.string('cgroup'),
    p.string(path),
    p.string(kind),
    flags,
    names === '' ? 0 : p.string(names),
  ]);
}
