import type { Count } from './control-files.ts';

/** Memory of one kind: bytes, and how often a limit was reached. */
export interface MemoryCounts {
  readonly limit: Count;
  readonly usage?: Count;
  readonly max?: Count;
  readonly failcnt: Count;
}

/** What one device was asked for. */
export interface BlockCount {
  readonly major: number;
  readonly minor: number;
  readonly op?: string;
  readonly value: Count;
}

/** Stalls (PSI): averages are percentages, the total microseconds. */
export interface Pressure {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly total: Count;
}

/** Pressure of all kinds of tasks that wait. */
export interface Pressures {
  readonly some?: Pressure;
  readonly full?: Pressure;
}

/**
 * What `runc events` tells of a container, with runc's names: cAdvisor, Kubernetes' tools and tests read them.
 * https://github.com/opencontainers/runc/blob/v1.2.6/types/events.go
 */
export interface Statistics {
  readonly cpu: {
    /** Nanoseconds. */
    readonly usage: {
      readonly total: Count;
      readonly percpu?: readonly Count[];
      readonly percpu_kernel?: readonly Count[];
      readonly percpu_user?: readonly Count[];
      readonly kernel: Count;
      readonly user: Count;
    };
    readonly throttling: {
      readonly periods: Count;
      readonly throttledPeriods: Count;
      /** Nanoseconds. */
      readonly throttledTime: Count;
    };
    readonly psi?: Pressures | undefined;
  };
  readonly cpuset: Readonly<Record<string, Count | readonly number[]>>;
  readonly memory: {
    readonly cache: Count;
    readonly usage: MemoryCounts;
    /** Together with memory, as cgroup v1 counts it. */
    readonly swap: MemoryCounts;
    readonly kernel: MemoryCounts;
    readonly kernelTCP: MemoryCounts;
    readonly raw: Readonly<Record<string, Count>>;
    readonly psi?: Pressures | undefined;
  };
  readonly pids: { readonly current: Count; readonly limit: Count };
  readonly blkio: Readonly<Record<string, readonly BlockCount[] | Pressures | undefined>>;
  readonly hugetlb: Readonly<Record<string, object>>;
  readonly intel_rdt: object;
  readonly network_interfaces: null;
}
