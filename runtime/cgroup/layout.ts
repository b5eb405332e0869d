/** A controller of cgroup v1 as the kernel names it. */
export type V1Controller =
  | 'blkio'
  | 'cpu'
  | 'cpuacct'
  | 'cpuset'
  | 'devices'
  | 'freezer'
  | 'hugetlb'
  | 'memory'
  | 'net_cls'
  | 'net_prio'
  | 'pids'
  | 'rdma';

/**
 * A host with cgroup v1: a hierarchy for each controller. In a `hybrid` one cgroup v2 is mounted as well, without the
 * controllers that v1 holds; limits and counts are those of v1 there, as with systemd and runc.
 */
export interface CgroupV1Layout {
  readonly version: 'v1' | 'hybrid';
  /** Where each controller is mounted; two that share a hierarchy have the same folder. */
  readonly mounts: Readonly<Partial<Record<V1Controller, string>>>;
  /** Where cgroup v2 is, when containers are to have a folder there too: of a `hybrid` host that lets berth make one. */
  readonly unified?: string | undefined;
  /** Where the hierarchy is that has no controller, but systemd's name, when containers are to have a folder there too. */
  readonly systemd?: string | undefined;
  /** What a new folder of the cpuset hierarchy must be filled with, as `0-3`. */
  readonly cpuset: { readonly cpus: string; readonly mems: string };
  /** What the root has of the time of real-time threads: the most that a shared folder can hand on. */
  readonly realtime: { readonly periodUs: number; readonly runtimeUs: number };
  readonly memory: {
    /** Whether every folder counts what those below it use, and none can be told otherwise. */
    readonly hierarchical: boolean;
    /** Whether a limit of kernel memory by itself does anything: not since Linux 5.16. */
    readonly limitsKernel: boolean;
  };
  /** Those of `mounts` in which berth may not make anything: read-only, or another user's. Absent: none. */
  readonly locked?: ReadonlySet<V1Controller>;
  /** Whether rules for devices can be set: not in a user namespace, where nobody can make a node. Absent: they can. */
  readonly limitsDevices?: boolean;
  /** Names of control files that this kernel has in the root, such as `memory.memsw.limit_in_bytes`. */
  readonly files: ReadonlySet<string>;
  /** As the control files name them, such as `2MB`; the smallest first. */
  readonly hugePageSizes: readonly string[];
}

/** A host with cgroup v2 alone. */
export interface CgroupV2Layout {
  readonly version: 'v2';
  readonly mount: string;
  /** Whether berth may not make anything in it: it is mounted read-only, or another user's. Absent: it may. */
  readonly isLocked?: boolean;
  /** As in `CgroupV1Layout`. */
  readonly limitsDevices?: boolean;
  /** What can be enabled for children of the mount's root, such as `memory`. */
  readonly controllers: ReadonlySet<string>;
  /** As the control files name them, such as `2MB`; the smallest first. */
  readonly hugePageSizes: readonly string[];
}

/** How a host's cgroups are laid out; see cgroups(7). */
export type CgroupLayout = CgroupV1Layout | CgroupV2Layout;
