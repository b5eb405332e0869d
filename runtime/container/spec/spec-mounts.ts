import type { Mount } from '../../spec/mount.ts';
import { shmMount, usualMounts } from '../../spec/usual-mounts.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { IdRemap } from '../ports.ts';
import { imageFolder } from '../store/container-paths.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import type { DonorPlaces, NameFiles } from './spec-namespaces.ts';
import { type ContainerMount, destinationOf } from '../model/container-mount.ts';
import { donorOf } from '../model/namespace-mode.ts';
import { mountsOf } from './container-mounts.ts';
import type { SecurityOptions } from './security-options.ts';

/** Size of /dev/shm unless the client says otherwise, as Docker's. */
export const defaultShmBytes = 64 * 1024 * 1024;

/** What a container has at /dev/shm of its own, or lends to others. */
export function ownShm({ ShmSize }: ContainerRecord['hostConfig']): Mount {
  return shmMount(String(ShmSize === 0 ? defaultShmBytes : ShmSize));
}

/** Whether others can have its shared memory: not that of a mount which a client has put in its place, as in Docker. */
export function lendsShm(record: ContainerRecord): boolean {
  const isTaken = mountsOf(record).some((mount) => destinationOf(mount) === '/dev/shm');
  return record.hostConfig.IpcMode === 'shareable' && !isTaken;
}

/** Shared memory goes with the IPC namespace (shm_overview(7)); of another container that is not known it is left out. */
function shmMounts({ record, folder, donors }: MountSource): readonly Mount[] {
  const { hostConfig } = record;
  const sources: Readonly<Record<string, string | undefined>> = {
    none: undefined,
    host: '/dev/shm',
    shareable: folder.shm,
  };
  const { IpcMode } = hostConfig;
  if (IpcMode === 'private') return [ownShm(hostConfig)];
  const source = donorOf(IpcMode) === undefined ? sources[IpcMode] : donors?.shm;
  return source === undefined ? [] : [bind(source, '/dev/shm', ['rbind', 'rprivate'])];
}

/** What Docker mounts in every container. */
function standardMounts(source: MountSource): readonly Mount[] {
  const { Privileged } = source.record.hostConfig;
  const access = Privileged ? [] : ['ro'];
  const cgroups = { default: access, writable: [], 'read-only': ['ro'] }[source.cgroups];
  return [
    {
      destination: '/proc',
      type: 'proc',
      source: 'proc',
      options: ['nosuid', 'noexec', 'nodev'],
    },
    usualMounts.dev,
    usualMounts.pts,
    {
      destination: '/sys',
      type: 'sysfs',
      source: 'sysfs',
      options: ['nosuid', 'noexec', 'nodev', ...access],
    },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...cgroups, 'nosuid', 'noexec', 'nodev'],
    },
    usualMounts.mqueue,
    ...shmMounts(source),
  ];
}

function bind(source: string, destination: string, options: readonly string[]): Mount {
  return { destination, type: 'bind', source, options };
}

function partOf(whole: Mount, subpath: string): Mount {
  return subpath === '' ? whole : { ...whole, sourceBelow: subpath };
}

/**
 * The files that name services need, from the container's own folder. They are the host's on the disk, and whoever is root
 * in the container may write to them.
 */
function nameMounts(folder: NameFiles, ids: readonly string[]): readonly Mount[] {
  return [
    bind(folder.resolvConf, '/etc/resolv.conf', ['rbind', 'rprivate', ...ids]),
    bind(folder.hostname, '/etc/hostname', ['rbind', 'rprivate', ...ids]),
    bind(folder.hosts, '/etc/hosts', ['rbind', 'rprivate', ...ids]),
  ];
}

function toSpecMount(
  mount: ContainerMount,
  { folder, hasSubmounts, idRemap, volumePath }: MountSource,
): Mount {
  if (mount.kind === 'image') {
    const { chainId = '', destination, subpath } = mount.image;
    return partOf(
      bind(imageFolder(folder, chainId), destination, ['rbind', 'ro', 'rprivate']),
      subpath,
    );
  }
  if (mount.kind === 'volume') {
    const { name, destination, access, subpath } = mount.volume;
    // On the disk its files are of the users of the container, as those of images are.
    const ids = idRemap ? ['idmap'] : [];
    const options = ['rbind', ...(access === 'ro' ? ['ro'] : []), 'rprivate', ...ids];
    return partOf(bind(volumePath(name), destination, options), subpath);
  }
  if (mount.kind === 'tmpfs') {
    return {
      destination: mount.tmpfs.destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: tmpfsOptions(mount.tmpfs.options),
    };
  }
  const { source, destination, access, readOnly, submounts, propagation } = mount.bind;
  const deep = readOnly === 'recursive' && submounts === 'with' && hasSubmounts(source);
  const readOnlyOption = deep ? 'rro' : 'ro';
  return bind(source, destination, [
    submounts === 'with' ? 'rbind' : 'bind',
    ...(access === 'ro' ? [readOnlyOption] : []),
    propagation,
  ]);
}

/** The opposite of a mount option, which takes it back. */
const opposites: Readonly<Record<string, string>> = {
  noexec: 'exec',
  nosuid: 'suid',
  nodev: 'dev',
};

/** Docker's defaults for a tmpfs, unless the client asks for the opposite. */
function tmpfsOptions(given: readonly string[]): readonly string[] {
  const defaults = ['noexec', 'nosuid', 'nodev'].filter(
    (option) => !given.includes(opposites[option] ?? '') && !given.includes(option),
  );
  return [...defaults, ...given];
}

/** Mounts that stay writable in a container with a read-only root, because nothing in it works without. */
const alwaysWritable = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];

/** What `specMounts` goes by. */
export interface MountSource {
  readonly record: ContainerRecord;
  readonly folder: ContainerFolder;
  /** See `ContainerPorts`. */
  readonly idRemap?: IdRemap | undefined;
  readonly donors?: DonorPlaces | undefined;
  readonly cgroups: SecurityOptions['cgroups'];
  /** Where a volume is on the host. */
  readonly volumePath: (name: string) => string;
  /** Whether something is mounted below a path of the host: only then must a read-only bind reach deeper. */
  readonly hasSubmounts: (path: string) => boolean;
}

/**
 * Everything that is mounted in a container, in order. What the client mounts takes the place of what every container
 * has there.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export function specMounts(source: MountSource): readonly Mount[] {
  const { record, folder, idRemap } = source;
  const wanted = mountsOf(record);
  const taken = new Set(wanted.map(destinationOf));
  const own = (mounts: readonly Mount[]): readonly Mount[] =>
    mounts
      .filter(({ destination }) => !taken.has(destination))
      .filter(({ destination }) => !(taken.has('/dev') && destination.startsWith('/dev/')))
      .map((mount) => withRootAccess(mount, record));
  // A client's mount on /etc comes before the files in it.
  const rest = [
    ...own(nameMounts(source.donors?.names ?? folder, idRemap ? ['idmap'] : [])),
    ...wanted.map((mount) => toSpecMount(mount, source)),
  ];
  const depth = (mount: Mount): number => mount.destination.split('/').length;
  return [...own(standardMounts(source)), ...rest.toSorted((a, b) => depth(a) - depth(b))];
}

function withRootAccess(mount: Mount, record: ContainerRecord): Mount {
  const readOnly =
    record.hostConfig.ReadonlyRootfs &&
    !alwaysWritable.includes(mount.destination) &&
    !mount.options.includes('ro');
  return readOnly ? { ...mount, options: [...mount.options, 'ro'] } : mount;
}
