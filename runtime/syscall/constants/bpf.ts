/** Constants of bpf(2). Source: include/uapi/linux/bpf.h, Linux 6.18. */

export const BPF_PROG_LOAD = 5;
export const BPF_PROG_ATTACH = 8;

export const BPF_PROG_TYPE_CGROUP_DEVICE = 15;

/** Attach type: device programs of a cgroup (Linux 4.15). */
export const BPF_CGROUP_DEVICE = 6;

/** Programs of the folder, and those of folders above and below, all have to agree. */
export const BPF_F_ALLOW_MULTI = 2;

/** Bytes of a struct bpf_insn. */
export const BPF_INSN_SIZE = 8;
