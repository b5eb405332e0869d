import { BerthError } from '../errors/berth-error.ts';

/** The folder of berth's containers in each hierarchy. */
export const berthCgroup = '/berth';

/** NAME_MAX (include/uapi/linux/limits.h, Linux 6.18). */
const longestName = 255;

/** PATH_MAX, without what is above: the mount, and the names of control files. */
const longestPath = 3840;

/** The cgroup of a container whose config names none. */
export function defaultCgroupPath(id: string): string {
  return `${berthCgroup}/${id}`;
}

/**
 * Reads a `cgroupsPath` as https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#cgroups-path
 * has it: an absolute path counts from the hierarchy's mount, a relative one from berth's folder there.
 *
 * @returns the names of the folders, from the mount down.
 * @throws CGROUP_PATH_INVALID
 */
export function parseCgroupPath(path: string): readonly string[] {
  const whole = path.startsWith('/') ? path : `${berthCgroup}/${path}`;
  const names = whole.split('/').filter((name) => name !== '' && name !== '.');
  // "slice:prefix:name" is meant for systemd, which would have to be asked.
  const isForSystemd = !path.startsWith('/') && path.includes(':');
  const isTooLong =
    Buffer.byteLength(whole) > longestPath ||
    names.some((name) => Buffer.byteLength(name) > longestName);
  // The kernel refuses a line break, which would make /proc/<pid>/cgroup lie.
  const isNone = path === '' || names.length === 0 || path.includes('\n');
  // What is done to a container would be done to all.
  const isOfAll = `/${names.join('/')}` === berthCgroup;
  if (isNone || isOfAll || names.includes('..') || isForSystemd || isTooLong) {
    throw new BerthError('CGROUP_PATH_INVALID', {
      message: `'linux.cgroupsPath' is "${shortened(path)}", wanted the path of a folder below the mount, such as "/berth/1234"`,
      remedy: `Name a folder without ".." and line breaks in it, of at most ${longestPath} bytes and ${longestName} a name; the form "slice:prefix:name" is for --systemd-cgroup.`,
    });
  }
  return names;
}

function shortened(path: string): string {
  return path.length > 80 ? `${path.slice(0, 77)}...` : path;
}
