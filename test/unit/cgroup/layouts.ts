import type { CgroupV1Layout, CgroupV2Layout } from '../../../runtime/cgroup/layout.ts';

/** Debian 12 with systemd's old layout: cpu and cpuacct share a hierarchy. */
export const v1Layout: CgroupV1Layout = {
  version: 'v1',
  mounts: {
    memory: '/cg/memory',
    cpu: '/cg/cpu,cpuacct',
    cpuacct: '/cg/cpu,cpuacct',
    pids: '/cg/pids',
    devices: '/cg/devices',
    freezer: '/cg/freezer',
    cpuset: '/cg/cpuset',
  },
  cpuset: { cpus: '0-3', mems: '0' },
  files: new Set([
    'memory.memsw.limit_in_bytes',
    'cpu.cfs_quota_us',
    'cpu.cfs_period_us',
    'cpu.cfs_burst_us',
    'cpu.idle',
  ]),
};

/** The same on an old kernel without swap accounting, bandwidth control and bursts. */
export const plainV1Layout: CgroupV1Layout = { ...v1Layout, files: new Set() };

/** A recent distribution. */
export const v2Layout: CgroupV2Layout = {
  version: 'v2',
  mount: '/cg',
  controllers: new Set(['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids']),
};
