/**
 * Constants of poll(2), sockets and terminals. Sources, Linux 6.18: include/uapi/asm-generic/poll.h,
 * include/linux/socket.h, include/uapi/asm-generic/ioctls.h, include/uapi/linux/time.h.
 */

export const POLLIN = 0x1;
export const POLLPRI = 0x2;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const POLLNVAL = 0x20;
/** Size of a struct pollfd: {i32 fd, i16 events, i16 revents}. */
export const POLLFD_SIZE = 8;

export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
/** include/uapi/asm-generic/socket.h. */
export const SOL_SOCKET = 1;
/** A struct timeval that sends may take (socket(7)); the old number, which is 64 bits where long is. */
export const SO_SNDTIMEO = 21;
/** Bytes that a socket may have waiting, beyond what anyone may set with SO_RCVBUF (socket(7)); the kernel doubles the number. */
export const SO_RCVBUFFORCE = 33;
/** Descriptors, as a control message (unix(7)). */
export const SCM_RIGHTS = 1;
/** Credentials of the sender, as a control message (unix(7)). */
export const SCM_CREDENTIALS = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;

/** eventfd(2); the numbers of O_CLOEXEC and O_NONBLOCK. */
export const EFD_CLOEXEC = 0o2000000;
export const EFD_NONBLOCK = 0o4000;

/** Reads and sets a terminal's settings (ioctl_tty(2)). */
export const TCGETS = 0x5401;
export const TCSETS = 0x5402;
/** c_oflag: a line feed is written as carriage return and line feed; the same on all architectures that berth knows. */
export const ONLCR = 0o4;
/** The kernel's struct termios: four words of flags, the line discipline and 19 characters, in whole words. */
export const TERMIOS_SIZE = 36;
export const TIOCGWINSZ = 0x5413;
export const TIOCSCTTY = 0x540e;
/** Makes a process group the terminal's foreground (tcsetpgrp(3)). */
export const TIOCSPGRP = 0x5410;
export const TIOCSWINSZ = 0x5414;
/** Unlocks the slave of a pseudo-terminal (ioctl_tty(2)). */
export const TIOCSPTLCK = 0x40045431;
/** Number of the slave of a pseudo-terminal below /dev/pts (ioctl_tty(2)). */
export const TIOCGPTN = 0x80045430;
/** Opens the slave of a pseudo-terminal without its path (ioctl_tty(2), Linux 4.13). */
export const TIOCGPTPEER = 0x5441;

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
