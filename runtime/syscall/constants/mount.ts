/** Flags of mount(2), umount2(2) and mount_setattr(2). Source: include/uapi/linux/mount.h, Linux 6.18. */

export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_SYNCHRONOUS = 16;
export const MS_REMOUNT = 32;
export const MS_MANDLOCK = 64;
export const MS_DIRSYNC = 128;
export const MS_NOSYMFOLLOW = 256;
export const MS_NOATIME = 1024;
export const MS_NODIRATIME = 2048;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MS_REC = 16384;
export const MS_SILENT = 32768;
export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;
export const MS_RELATIME = 1 << 21;
export const MS_I_VERSION = 1 << 23;
export const MS_STRICTATIME = 1 << 24;
export const MS_LAZYTIME = 1 << 25;

export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

/** move_mount(2), Linux 5.2: the source is the descriptor itself. */
export const MOVE_MOUNT_F_EMPTY_PATH = 0x4;
/** A link at the end of the target, such as a descriptor's name in procfs, is followed. */
export const MOVE_MOUNT_T_SYMLINKS = 0x10;

/** open_tree(2), Linux 5.2: a copy of the mount that nobody has yet. */
export const OPEN_TREE_CLONE = 1;

/** mount_setattr(2): other ids, Linux 5.12. */
export const MOUNT_ATTR_IDMAP = 0x10_0000;
