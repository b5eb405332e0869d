import { BerthError } from '../../errors/berth-error.ts';

/** A scope that systemd is to make for a container. */
export interface ScopeName {
  /** Such as `machine.slice`. */
  readonly slice: string;
  /** Such as `libpod-1234.scope`. */
  readonly unit: string;
}

/**
 * Reads a `cgroupsPath` as runc wants it with `--systemd-cgroup`: `slice:prefix:name`, for the scope `prefix-name.scope` in that
 * slice; an empty slice is `system.slice`. A container whose config names none is in `berth-<id>.scope` there.
 *
 * @throws CGROUP_PATH_INVALID
 */
export function scopeName(cgroupsPath: string | undefined, id: string): ScopeName {
  const path = (cgroupsPath ?? '') === '' ? `:berth:${id}` : (cgroupsPath ?? '');
  const [slice = '', prefix = '', name = '', ...more] = path.split(':');
  // A slice can be asked for as well, in runc; what makes a container of one is kubelet, which asks no runtime.
  const wrong = more.length > 0 || name === '' || name.endsWith('.slice') || path.includes('/');
  if (wrong || !isSlice(slice)) throw invalid(path);
  return { slice: slice === '' ? 'system.slice' : slice, unit: unitOf(prefix, name) };
}

const unitOf = (prefix: string, name: string): string =>
  prefix === '' ? `${name}.scope` : `${prefix}-${name}.scope`;

/** Names of slices are paths: `a-b.slice` is in `a.slice` (systemd.slice(5)). */
function isSlice(slice: string): boolean {
  if (slice === '' || slice === '-.slice') return true;
  const name = slice.slice(0, -'.slice'.length);
  return slice.endsWith('.slice') && name.split('-').every((part) => part !== '');
}

function invalid(path: string): BerthError {
  return new BerthError('CGROUP_PATH_INVALID', {
    message: `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${path.slice(0, 80)}" instead: 'linux.cgroupsPath'`,
    remedy:
      'Name a slice such as "machine.slice", a prefix and a name, such as "machine.slice:libpod:1234"; or leave --systemd-cgroup out.',
    details: { field: 'linux.cgroupsPath' },
  });
}
