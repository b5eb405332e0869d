/**
 * Constants of sched_setattr(2), ioprio_set(2) and personality(2); the same on x86-64 and AArch64. Sources, Linux 6.18:
 * include/uapi/linux/sched.h, include/uapi/linux/sched/types.h, include/uapi/linux/ioprio.h,
 * include/uapi/linux/personality.h.
 */

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
/** Kept free: no kernel has it. */
export const SCHED_ISO = 4;
export const SCHED_IDLE = 5;
export const SCHED_DEADLINE = 6;

export const SCHED_FLAG_RESET_ON_FORK = 0x01;
export const SCHED_FLAG_RECLAIM = 0x02;
export const SCHED_FLAG_DL_OVERRUN = 0x04;
export const SCHED_FLAG_KEEP_POLICY = 0x08;
export const SCHED_FLAG_KEEP_PARAMS = 0x10;
export const SCHED_FLAG_UTIL_CLAMP_MIN = 0x20;
export const SCHED_FLAG_UTIL_CLAMP_MAX = 0x40;
/** Size of a struct sched_attr with the utilization clamps (SCHED_ATTR_SIZE_VER1, Linux 5.3). */
export const SCHED_ATTR_SIZE = 56;

export const IOPRIO_WHO_PROCESS = 1;
export const IOPRIO_CLASS_RT = 1;
export const IOPRIO_CLASS_BE = 2;
export const IOPRIO_CLASS_IDLE = 3;
/** The class stands above the priority within it. */
export const IOPRIO_CLASS_SHIFT = 13;

export const PER_LINUX = 0x0;
export const PER_LINUX32 = 0x8;
