/**
 * Bytes of rtnetlink(7) messages that make network interfaces. Source of the numbers: include/uapi/linux/netlink.h,
 * rtnetlink.h, if_link.h and veth.h, Linux 6.12. Netlink is in the machine's byte order, which is little-endian on
 * both architectures that berth runs on.
 */

export const AF_NETLINK = 16;
export const SOCK_RAW = 3;
export const NETLINK_ROUTE = 0;
/** Size of a nlmsghdr; an answer's i32 error, 0 or a negative errno, follows it. */
export const NLMSG_HDRLEN = 16;

const RTM_NEWLINK = 16;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const IFLA_IFNAME = 3;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFF_UP = 0x1;

/** An interface to make. Its index is chosen by us, so that later messages can name it without asking. */
export interface NewLink {
  readonly index: number;
  readonly name: string;
}

/** Asks for a bridge. */
export function newBridge(link: NewLink): Uint8Array {
  const info = attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, text('bridge')));
  return createMessage(link, info);
}

/** Asks for two interfaces that are the ends of one cable (veth(4)). */
export function newVethPair(link: NewLink, peer: NewLink): Uint8Array {
  const far = concat(interfaceInfo({ index: peer.index }), attribute(IFLA_IFNAME, text(peer.name)));
  const info = attribute(
    IFLA_LINKINFO,
    concat(
      attribute(IFLA_INFO_KIND, text('veth')),
      attribute(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, far)),
    ),
  );
  return createMessage(link, info);
}

/** Asks to plug an interface into a bridge and to bring it up. */
export function plugInAndUp(index: number, bridge: number): Uint8Array {
  const master = attribute(IFLA_MASTER, word(bridge));
  const info = interfaceInfo({ index, flags: IFF_UP });
  return message(NLM_F_REQUEST | NLM_F_ACK, concat(info, master));
}

function createMessage({ index, name }: NewLink, info: Uint8Array): Uint8Array {
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  return message(flags, concat(interfaceInfo({ index }), attribute(IFLA_IFNAME, text(name)), info));
}

function message(flags: number, payload: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(NLMSG_HDRLEN));
  header.setUint32(0, NLMSG_HDRLEN + payload.length, true);
  header.setUint16(4, RTM_NEWLINK, true);
  header.setUint16(6, flags, true);
  return concat(new Uint8Array(header.buffer), payload);
}

/** struct ifinfomsg; `flags` are set and no others touched. */
function interfaceInfo(link: { readonly index: number; readonly flags?: number }): Uint8Array {
  const info = new DataView(new ArrayBuffer(16));
  info.setInt32(4, link.index, true);
  info.setUint32(8, link.flags ?? 0, true);
  info.setUint32(12, link.flags ?? 0, true);
  return new Uint8Array(info.buffer);
}

/** struct rtattr with its payload, padded to 4 bytes (the length does not count the padding). */
function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((4 + payload.length) / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + payload.length, true);
  view.setUint16(2, type, true);
  bytes.set(payload, 4);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

function word(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
