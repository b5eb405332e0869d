import { posix } from 'node:path';
import type { Device } from '../../spec/device.ts';
import type { Mount } from '../../spec/mount.ts';
import { AT_SYMLINK_NOFOLLOW, S_IFMT } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statDevice, statMode, statSize } from '../../syscall/tree/stat.ts';
import type { Destinations } from '../mounts/destinations.ts';
import { deviceNumber, fileTypes } from './device-node.ts';
import { HostDevices } from './host-device.ts';
import { destinationDescriptor } from '../mounts/host-descriptors.ts';
import { placeMappedDevice } from './mapped-devices.ts';
import { isBind } from '../mounts/mounts.ts';

/** A device that a container gets. */
export interface PlannedDevice extends Device {
  /** What errors call it, such as `linux.devices[0], /dev/fuse`. */
  readonly label: string;
  /** Something else in its place: replaced, so that no image has a null device of its own; or refused. */
  readonly existing: 'replace' | 'compare';
  /** A descriptor of the node, made outside of the user namespace (`mapped-devices.ts`). */
  readonly outside?: number | undefined;
}

/** The devices that every container has: OCI runtime-spec 1.2.1, config-linux.md, "Default Devices". */
const defaultDevices: readonly PlannedDevice[] = (
  [
    ['/dev/null', 1, 3],
    ['/dev/zero', 1, 5],
    ['/dev/full', 1, 7],
    ['/dev/random', 1, 8],
    ['/dev/urandom', 1, 9],
    ['/dev/tty', 5, 0],
  ] as const
).map(([path, major, minor]) => ({
  path,
  type: 'c',
  major,
  minor,
  fileMode: 0o666,
  uid: 0,
  gid: 0,
  label: `the device ${path}`,
  existing: 'replace',
}));

/** Symbolic links of /dev: runtime-linux.md, "Dev symbolic links", and ptmx of the container's own devpts. */
const links: readonly (readonly [string, string])[] = [
  ['/proc/self/fd', 'fd'],
  ['/proc/self/fd/0', 'stdin'],
  ['/proc/self/fd/1', 'stdout'],
  ['/proc/self/fd/2', 'stderr'],
  ['pts/ptmx', 'ptmx'],
];

/** Whether /dev is a folder of somebody else's, in which nothing may be made that was not asked for. */
export function hasForeignDev(mounts: readonly Mount[]): boolean {
  return mounts.some(
    (mount) => isBind(mount) && posix.normalize(`${mount.destination}/`) === '/dev/',
  );
}

/**
 * All devices of a container; the config's own win over the defaults at the same path, and in a /dev that is bound from
 * the host there are only those.
 */
export function devicesOf(
  devices: readonly Device[],
  {
    defaults,
    outside = () => undefined,
  }: {
    readonly defaults: 'with' | 'without';
    /** The descriptor of a device of the config that was made outside, by its place. */
    readonly outside?: (index: number) => number | undefined;
  },
): readonly PlannedDevice[] {
  const own = devices.map((device, i): PlannedDevice => ({
    ...device,
    label: `linux.devices[${i}], ${device.path}`,
    existing: 'compare',
    outside: outside(i),
  }));
  const taken = new Set(devices.map(({ path }) => path));
  const rest = defaults === 'with' ? defaultDevices.filter(({ path }) => !taken.has(path)) : [];
  return [...rest, ...own];
}

/**
 * Makes the device nodes. Needs a umask of 0. Where none can be made, as in a user namespace, the host's own are bound.
 *
 * What is at the path of a device of the config already must be that device (config-linux.md, "Devices").
 */
export function makeDevices(
  p: ProgramBuilder,
  devices: readonly PlannedDevice[],
  destinations: Destinations,
): void {
  const host = new HostDevices(p);
  let open: string | undefined;
  for (const device of devices) {
    const folder = posix.dirname(device.path);
    if (folder !== open) destinations.openFolderOf(device.path);
    open = folder;
    makeDevice(p, device, host);
  }
  host.finish();
}

/** Makes a device in the folder that is the current destination. */
function makeDevice(p: ProgramBuilder, device: PlannedDevice, host: HostDevices): void {
  const { path, type, fileMode = 0o666, uid = 0, gid = 0 } = device;
  const name = p.string(posix.basename(path));
  const label = `make ${device.label}`;
  const again = p.label();
  const [refused, bind, compare, done] = [p.label(), p.label(), p.label(), p.label()];
  p.place(again);
  const mode = fileTypes[type] | (fileMode & 0o7777);
  const make = [destinationDescriptor, name, mode, deviceNumber(device)];
  const made = p.call(label, 'mknodat', make, { onError: refused });
  if (uid !== 0 || gid !== 0) {
    const own = [destinationDescriptor, name, uid, gid, AT_SYMLINK_NOFOLLOW];
    p.call(`set the owner of ${device.label}`, 'fchownat', own);
  }
  p.jump(done);

  p.place(refused);
  p.jumpIf('eq', made, -errnoNumber('EPERM'), bind);
  p.jumpIf('eq', made, -errnoNumber('EEXIST'), compare);
  p.fail(label, p.compute('sub', 0, made));
  p.place(bind);
  const { outside: descriptor } = device;
  if (descriptor !== undefined)
    placeMappedDevice(p, { path, label: device.label, descriptor }, { done });
  host.bind({ ...device, number: deviceNumber(device) });
  p.jump(done);
  p.place(compare);
  jumpIfSame(p, device, done);
  if (device.existing === 'compare') {
    p.fail(`make ${device.label}: what is there already is something else`, errnoNumber('EEXIST'));
  } else {
    // Never what is right already: where the root is the host's, so is /dev. Something of the config that is mounted there stays.
    p.call(`remove ${path}`, 'unlinkat', [destinationDescriptor, name, 0], { onError: done });
    p.jump(again);
  }
  p.place(done);
}

/** Whether what is there is a device of the same type and number; who may use it is its owner's business. */
function jumpIfSame(p: ProgramBuilder, device: PlannedDevice, same: Label): void {
  const status = p.reserve(statSize);
  const label = `look at ${device.path}`;
  const differs = p.label();
  const name = p.string(posix.basename(device.path));
  p.call(label, 'newfstatat', [destinationDescriptor, name, status, AT_SYMLINK_NOFOLLOW]);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.jumpIf('ne', p.compute('and', mode, S_IFMT), fileTypes[device.type], differs);
  if (device.type === 'p') p.jump(same);
  const number = p.load(64, p.compute('add', status, statDevice));
  p.jumpIf('eq', number, deviceNumber(device), same);
  p.place(differs);
}

/** Makes the links of /dev; what an image has there already stays. */
export function makeDeviceLinks(p: ProgramBuilder, destinations: Destinations): void {
  destinations.open('/dev', { make: 'folder' });
  for (const [target, name] of links) {
    const args = [p.string(target), destinationDescriptor, p.string(name)];
    p.call(`link /dev/${name}`, 'symlinkat', args, { onError: 'ignore' });
  }
}
