import { posix } from 'node:path';
import type { Device } from '../spec/device.ts';
import { AT_FDCWD, S_IFBLK, S_IFCHR, S_IFIFO } from '../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { makeFolders, makeMountFile } from './folders.ts';
import type { HostDescriptors } from './host-descriptors.ts';

/** The devices that every container has: OCI runtime-spec 1.2.1, config-linux.md, "Default Devices". */
const defaultDevices: readonly Device[] = (
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
}));

/** Symbolic links of /dev: runtime-linux.md, "Dev symbolic links", and ptmx of the container's own devpts. */
const links: readonly (readonly [string, string])[] = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['pts/ptmx', '/dev/ptmx'],
];

const fileTypes: Readonly<Record<Device['type'], number>> = {
  c: S_IFCHR,
  u: S_IFCHR,
  b: S_IFBLK,
  p: S_IFIFO,
};

/** All devices of a container; the config's own win over the defaults at the same path. */
export function devicesOf(devices: readonly Device[]): readonly Device[] {
  const own = new Set(devices.map(({ path }) => path));
  return [...defaultDevices.filter(({ path }) => !own.has(path)), ...devices];
}

/** Makes the device nodes and the links of /dev. Needs a umask of 0. */
export function makeDevices(p: ProgramBuilder, devices: readonly Device[]): void {
  for (const { path, type, major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } of devices) {
    makeFolders(p, posix.dirname(path));
    // An image may have a node or a file of that name: it is replaced.
    p.call(`remove ${path}`, 'unlinkat', [AT_FDCWD, p.string(path), 0], { onError: 'ignore' });
    const mode = fileTypes[type] | (fileMode & 0o7777);
    p.call(`make the device ${path}`, 'mknodat', [
      AT_FDCWD,
      p.string(path),
      mode,
      deviceNumber(major, minor),
    ]);
    if (uid !== 0 || gid !== 0) {
      p.call(`set the owner of ${path}`, 'fchownat', [AT_FDCWD, p.string(path), uid, gid, 0]);
    }
  }
}

/** Makes the links of /dev; what an image has there already stays. */
export function makeDeviceLinks(p: ProgramBuilder): void {
  for (const [target, path] of links) {
    p.call(`link ${path}`, 'symlinkat', [p.string(target), AT_FDCWD, p.string(path)], {
      onError: 'ignore',
    });
  }
}

/** In a user namespace no node can be made: the host's own are opened before the root changes ... */
export function openHostDevices(
  host: HostDescriptors,
  devices: readonly Device[],
): readonly number[] {
  return devices.map(({ path }) => host.open(path));
}

/** ... and bound to their places afterwards. */
export function bindHostDevices(
  p: ProgramBuilder,
  devices: readonly Device[],
  { host, opened }: { readonly host: HostDescriptors; readonly opened: readonly number[] },
): void {
  devices.forEach(({ path }, i) => {
    makeMountFile(p, path);
    host.bind(opened[i] ?? -1, path, { recursive: 0 });
  });
}

/** The kernel's encoding of a device number for user space (new_encode_dev, include/linux/kdev_t.h, Linux 6.18). */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}
