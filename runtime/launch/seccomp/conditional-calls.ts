import type { SeccompCondition } from '../../spec/seccomp.ts';
import type { Architecture } from '../../syscall/architecture.ts';
import type { CapabilityName } from '../process/capabilities.ts';

/**
 * System calls whose answer depends: on the container's capabilities, on their arguments, on the architecture or on
 * the kernel. Facts from Docker's default profile:
 * https://github.com/moby/profiles/blob/seccomp/v0.2.3/seccomp/default.json
 */

/** Calls that a capability makes useful, and that only a container with it (in its bounding set) may make. */
export const allowedByCapability: Readonly<Partial<Record<CapabilityName, readonly string[]>>> = {
  CAP_BPF: ['bpf'],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_PERFMON: ['perf_event_open'],
  // Mounts, namespaces, quotas, tracing: what makes CAP_SYS_ADMIN nearly root.
  CAP_SYS_ADMIN: [
    ...['mount', 'umount', 'umount2', 'mount_setattr', 'move_mount', 'open_tree'],
    ...['fsopen', 'fsconfig', 'fsmount', 'fspick', 'fanotify_init', 'quotactl', 'quotactl_fd'],
    ...['clone', 'clone3', 'setns', 'unshare', 'sethostname', 'setdomainname'],
    ...['bpf', 'perf_event_open', 'lookup_dcookie', 'syslog'],
    ...['lsm_get_self_attr', 'lsm_set_self_attr', 'lsm_list_modules'],
  ],
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: ['delete_module', 'init_module', 'finit_module'],
  CAP_SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: [
    ...['kcmp', 'pidfd_getfd', 'process_madvise'],
    ...['process_vm_readv', 'process_vm_writev', 'ptrace'],
  ],
  CAP_SYS_RAWIO: ['iopl', 'ioperm'],
  CAP_SYS_TIME: ['settimeofday', 'stime', 'clock_settime', 'clock_settime64'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYSLOG: ['syslog'],
};

/** Calls that belong to a processor. */
export const allowedByArchitecture: Readonly<Record<Architecture, readonly string[]>> = {
  x86_64: ['arch_prctl', 'modify_ldt'],
  aarch64: [
    ...['arm_fadvise64_64', 'arm_sync_file_range', 'sync_file_range2'],
    ...['breakpoint', 'cacheflush', 'set_tls'],
  ],
};

/** Before Linux 4.8 a tracer could change a call after the filter had passed it. */
export const allowedSinceKernel: readonly {
  readonly major: number;
  readonly minor: number;
  readonly names: readonly string[];
}[] = [{ major: 4, minor: 8, names: ['ptrace', 'process_vm_readv', 'process_vm_writev'] }];

/** A call that is allowed when one argument compares so. */
export interface AllowedByArgument {
  readonly name: string;
  readonly condition: SeccompCondition;
}

/** socket(2): AF_ALG has brought kernel bugs, and AF_VSOCK reaches the host past every network namespace. */
const AF_ALG = 38n;
const AF_VSOCK = 40n;

/** personality(2): Linux as it is, 32 bits, old uname, both, and the question for the present one. */
const personalities = [0x0n, 0x8n, 0x20000n, 0x20008n, 0xffffffffn];

function first(op: SeccompCondition['op'], value: bigint, valueTwo: bigint = 0n): SeccompCondition {
  return { index: 0, op, value, valueTwo };
}

/** Calls that are allowed with some values of their first argument. */
export const allowedByArgument: readonly AllowedByArgument[] = [
  { name: 'socket', condition: first('SCMP_CMP_LT', AF_ALG) },
  { name: 'socket', condition: first('SCMP_CMP_EQ', AF_ALG + 1n) },
  { name: 'socket', condition: first('SCMP_CMP_GT', AF_VSOCK) },
  ...personalities.map((value) => ({
    name: 'personality',
    condition: first('SCMP_CMP_EQ', value),
  })),
];

/**
 * The flags of clone(2) that make namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
 * https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/sched.h
 */
const namespaceFlags = 0x7e020000n;

/**
 * Without CAP_SYS_ADMIN, clone(2) may make processes and threads but no namespaces. The flags of clone3(2) are in
 * memory, where a filter cannot look: it answers ENOSYS, so that the C library goes on with clone.
 */
export const withoutAdmin = {
  clone: first('SCMP_CMP_MASKED_EQ', namespaceFlags, 0n),
  absent: ['clone3'],
} as const;
