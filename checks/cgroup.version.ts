import type { Check } from './check.ts';
import { readCgroupLayout } from './probes/cgroup-layout.ts';

/** Which version of control groups the host mounts. */
export const cgroupVersion: Check = {
  id: 'cgroup.version',
  title: 'Control groups',
  group: 'cgroups',
  wanted: 'cgroup v2, or v1 controllers beside it (hybrid)',
  why: 'Control groups count and limit what a container uses; v1 alone is on its way out.',
  severity: 'fail',
  privilege: 'none',
  async probe({ files }) {
    const layout = await readCgroupLayout(files);
    const details = {
      version: layout.version,
      unified: layout.unified,
      unifiedControllers: [...layout.unifiedControllers],
      legacy: Object.fromEntries(layout.legacy),
    };
    switch (layout.version) {
      case 'v2':
        return { status: 'pass', seen: `cgroup v2 at "${layout.unified ?? ''}"`, details };
      case 'hybrid':
        return {
          status: 'pass',
          seen: `hybrid: v1 controllers, and v2 at "${layout.unified ?? ''}"`,
          note: 'Limits are set through the v1 controllers; v2 alone is what new systems have.',
          details,
        };
      case 'v1':
        return {
          status: 'warn',
          seen: 'cgroup v1 only',
          remedy:
            'Works. For v2 boot with "systemd.unified_cgroup_hierarchy=1" on the kernel command line (systemd 244 or newer).',
          details,
        };
      case 'none':
        return {
          status: 'fail',
          seen: 'no cgroup file system is mounted',
          remedy:
            'Mount it: mount -t cgroup2 none /sys/fs/cgroup; on a system without systemd install "cgroupfs-mount".',
          details,
        };
    }
  },
};
