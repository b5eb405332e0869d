/** A value to write into a control file: open with O_WRONLY, one write(2) without newline, close. */
export interface CgroupWrite {
  readonly file: string;
  readonly value: string;
  /** For error messages, such as `limit memory to 1048576 bytes`. */
  readonly label: string;
  /** `ignore`: the file may be missing or refuse the value without harm. */
  readonly onError: 'fail' | 'ignore';
  /** Done in its place when it fails, and then only that one's failure counts. */
  readonly orElse?: CgroupWrite | undefined;
}

/** Something that was asked for and that this host cannot do. To be shown to the user as a warning. */
export interface CgroupReport {
  /** Such as `linux.resources.memory.swap`. */
  readonly field: string;
  /** A sentence: what is missing, and what that means. */
  readonly reason: string;
  /** `controller`: the host has none for it, so that nothing of it is carried out. */
  readonly lacks?: 'controller';
}

/** What one controller adds to a plan. */
export interface ControllerPlan {
  readonly writes: readonly CgroupWrite[];
  readonly reports: readonly CgroupReport[];
}

/** A line of a flat keyed file: `<key> <number>`. */
export interface CgroupCounter {
  readonly file: string;
  readonly key: string;
}

/** How to stop all processes of a cgroup, and let them go on. */
export interface CgroupFreezer {
  readonly file: string;
  readonly freeze: string;
  readonly thaw: string;
  /** Where to see whether it has happened: a text that comes up in `file` once all processes stand still. */
  readonly frozen: { readonly file: string; readonly text: string };
}

/** A program that decides which devices the processes of a cgroup may open or make; cgroup v2 alone has them. */
export interface DeviceProgram {
  /** The folder to attach it to. */
  readonly folder: string;
  /** eBPF of type BPF_PROG_TYPE_CGROUP_DEVICE: `struct bpf_insn`, 8 bytes each. */
  readonly instructions: Uint8Array;
}

/** The file by which a process enters a folder of cgroup v2. */
export function unifiedJoin(folder: string): string {
  return `${folder}/cgroup.procs`;
}

/**
 * The hierarchy of cgroup v1 by which systemd knows processes, as /proc/self/cgroup and mounts name it. It has no controller,
 * and stands where those are.
 */
export const namedBySystemd = 'name=systemd';

/** A hierarchy that the container is in, for showing it inside of the container. */
export interface CgroupHierarchy {
  /** The last part of its mount's path, by which it is known under /sys/fs/cgroup: `cpu,cpuacct`. */
  readonly name: string;
  /** v1: controllers that share it, such as `cpu` and `cpuacct`, or `namedBySystemd`: its mount options. v2: none. */
  readonly controllers: readonly string[];
  /** The container's own folder in it. */
  readonly folder: string;
}

/**
 * How to make, use and remove the cgroup of one container. Plain data: the launcher turns it into a syscall program.
 *
 * 1. mkdir each of `create`, in order, mode 0755. Those but `remove` are shared with other containers: EEXIST is fine.
 * 2. Do `writes`, in order.
 * 3. Load `deviceProgram` and attach it to its folder with BPF_F_ALLOW_MULTI (bpf(2)); it goes with the folder.
 * 4. The container's first process, before it unshares its cgroup namespace, writes `0` to each file of `join`; but it is
 *    better born in `unified`, with clone3(2) and CLONE_INTO_CGROUP, than moved to it.
 * 5. After its end: read `oomCounter`, rmdir each of `remove`.
 */
export interface CgroupPlan {
  readonly create: readonly string[];
  readonly writes: readonly CgroupWrite[];
  /** v1: `tasks` files, v2: a `cgroup.procs` file. The process has a single thread, so both mean all of it. */
  readonly join: readonly string[];
  /** The folder in cgroup v2; absent where the container has none there. */
  readonly unified: string | undefined;
  readonly remove: readonly string[];
  /** Absent when the memory controller is. Above 0: the kernel has killed a process for lack of memory. */
  readonly oomCounter: CgroupCounter | undefined;
  /** Absent when the host has no freezer. */
  readonly freezer: CgroupFreezer | undefined;
  /** Absent in v1, and when every device is allowed. */
  readonly deviceProgram: DeviceProgram | undefined;
  /** A hybrid host's v2 is not among them: nothing of it is shown to the container. */
  readonly hierarchies: readonly CgroupHierarchy[];
  readonly unsupported: readonly CgroupReport[];
}
