/** Flags of clone(2), unshare(2) and setns(2). Source: include/uapi/linux/sched.h, Linux 6.18. */

export const CLONE_NEWTIME = 0x00000080;
export const CLONE_FILES = 0x00000400;
export const CLONE_PARENT = 0x00008000;
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWCGROUP = 0x02000000;
export const CLONE_NEWUTS = 0x04000000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWUSER = 0x10000000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWNET = 0x40000000;
/** clone3(2) alone, Linux 5.7. */
export const CLONE_INTO_CGROUP = 0x200000000;
