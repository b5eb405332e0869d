/**
 * Constants of mmap(2). Sources, Linux 6.18: include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h.
 */

export const PROT_READ = 1;
export const PROT_WRITE = 2;

export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_ANONYMOUS = 0x20;
