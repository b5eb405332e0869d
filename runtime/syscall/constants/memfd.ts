/** Files in memory and their seals. Sources, Linux 6.18: include/uapi/linux/memfd.h, include/uapi/linux/fcntl.h. */
export const MFD_CLOEXEC = 1;
export const MFD_ALLOW_SEALING = 2;
/** Never to be executed (Linux 6.3); with the sysctl vm.memfd_noexec at 2 nothing else is given. */
export const MFD_NOEXEC_SEAL = 8;
/** Linux 6.3. */
export const MFD_EXEC = 0x10;

export const F_ADD_SEALS = 1033;
export const F_SEAL_SEAL = 1;
export const F_SEAL_SHRINK = 2;
export const F_SEAL_GROW = 4;
export const F_SEAL_WRITE = 8;
