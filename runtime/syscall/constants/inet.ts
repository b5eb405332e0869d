/**
 * Constants of sockets of the Internet protocols. Sources, Linux 6.18: include/linux/socket.h, include/uapi/linux/in.h,
 * include/uapi/linux/in6.h, include/uapi/asm-generic/socket.h, include/uapi/linux/tcp.h.
 */

export const AF_INET = 2;
export const AF_INET6 = 10;
/** Size of a struct sockaddr_in6; that of IPv4 is shorter, and may be followed by anything. */
export const SOCKADDR_IN6_SIZE = 28;

export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_SCTP = 132;

/** Options of SOL_SOCKET (socket(7)). */
export const SO_REUSEADDR = 2;
export const SO_KEEPALIVE = 9;
export const SO_LINGER = 13;
export const SO_ATTACH_FILTER = 26;
/** An option of IPPROTO_IP (ip(7)). */
export const IP_PKTINFO = 8;
/** Options of IPPROTO_IPV6 (ipv6(7)). */
export const IPV6_RECVPKTINFO = 49;
export const IPV6_V6ONLY = 26;
/** An option of IPPROTO_TCP (tcp(7)). */
export const TCP_NODELAY = 1;

/** shutdown(2). */
export const SHUT_WR = 1;
