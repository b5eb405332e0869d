/**
 * Constants of mmap(2) and memfd_create(2). Sources, Linux 6.18: include/uapi/asm-generic/mman-common.h,
 * include/uapi/linux/mman.h, include/uapi/linux/memfd.h.
 */

export const PROT_READ = 1;
export const PROT_WRITE = 2;

export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_ANONYMOUS = 0x20;

export const MFD_CLOEXEC = 1;
/** Never to be executed (Linux 6.3); with the sysctl vm.memfd_noexec at 2 nothing else is given. */
export const MFD_NOEXEC_SEAL = 8;
