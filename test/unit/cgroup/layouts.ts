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
  realtime: { periodUs: 1_000_000, runtimeUs: 950_000 },
  memory: { hierarchical: true, limitsKernel: false },
  hugePageSizes: ['2MB', '1GB'],
};

/** A host with every hierarchy and an I/O scheduler, on a kernel that has every control file. */
export const fullV1Layout: CgroupV1Layout = {
  ...v1Layout,
  mounts: {
    ...v1Layout.mounts,
    blkio: '/cg/blkio',
    hugetlb: '/cg/hugetlb',
    net_cls: '/cg/net_cls,net_prio',
    net_prio: '/cg/net_cls,net_prio',
    rdma: '/cg/rdma',
  },
  files: new Set([
    ...v1Layout.files,
    'cpu.rt_runtime_us',
    'cpu.rt_period_us',
    'memory.kmem.limit_in_bytes',
    'memory.kmem.tcp.limit_in_bytes',
    'blkio.bfq.io_service_bytes',
    'blkio.throttle.read_bps_device',
    'blkio.throttle.write_bps_device',
    'blkio.throttle.read_iops_device',
    'blkio.throttle.write_iops_device',
  ]),
};

/** The same on an old kernel without swap accounting, bandwidth control and bursts. */
export const plainV1Layout: CgroupV1Layout = { ...v1Layout, files: new Set() };

/** A recent distribution. */
export const v2Layout: CgroupV2Layout = {
  version: 'v2',
  mount: '/cg',
  controllers: new Set(['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids']),
  hugePageSizes: ['2MB', '1GB'],
};

/** The same with a controller for RDMA. */
export const fullV2Layout: CgroupV2Layout = {
  ...v2Layout,
  controllers: new Set([...v2Layout.controllers, 'rdma']),
};
