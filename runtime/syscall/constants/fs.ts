/**
 * Flags of the calls on files. Sources, Linux 6.18: include/uapi/asm-generic/fcntl.h,
 * arch/arm64/include/uapi/asm/fcntl.h, include/uapi/linux/fcntl.h, include/uapi/linux/stat.h.
 */
import { PerArchitecture } from '../program.ts';

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const O_DIRECTORY = new PerArchitecture({ x86_64: 0o200000, aarch64: 0o40000 });
export const O_NOFOLLOW = new PerArchitecture({ x86_64: 0o400000, aarch64: 0o100000 });

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;

export const S_IFMT = 0o170000;
export const S_IFIFO = 0o010000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;

export const F_SETFD = 2;
export const F_SETFL = 4;
export const FD_CLOEXEC = 1;
export const F_DUPFD_CLOEXEC = 1030;
export const F_SETPIPE_SZ = 1031;

/** statfs(2): what f_type, the first 64 bits of a struct statfs, says of procfs (include/uapi/linux/magic.h). */
export const PROC_SUPER_MAGIC = 0x9fa0;
/** The same of sysfs. */
export const SYSFS_MAGIC = 0x62656572;
/** The same of devpts. */
export const DEVPTS_SUPER_MAGIC = 0x1cd1;
/** Size of a struct statfs on 64-bit architectures (include/uapi/asm-generic/statfs.h). */
export const STATFS_SIZE = 120;

/** The inode number of the root of any procfs (include/linux/proc_ns.h). */
export const PROC_ROOT_INO = 1;
/** Where struct stat has st_ino, and room for it: arch/x86/include/uapi/asm/stat.h, include/uapi/asm-generic/stat.h. */
export const ST_INO_OFFSET = 8;
export const STAT_SIZE = 144;

/** openat2(2), Linux 5.6: no other mount on the way, no links of /proc/<pid>/fd and the like, nothing above the start. */
export const RESOLVE_NO_XDEV = 1;
export const RESOLVE_NO_MAGICLINKS = 2;
export const RESOLVE_NO_SYMLINKS = 4;
export const RESOLVE_BENEATH = 8;
export const RESOLVE_IN_ROOT = 16;

/** lseek(2): the next data, the next hole (Linux 3.1). */
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

/** close_range(2): mark as close-on-exec instead of closing (Linux 5.11). */
export const CLOSE_RANGE_CLOEXEC = 4;

/** flock(2), include/uapi/asm-generic/fcntl.h. */
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;
