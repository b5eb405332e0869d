import { type Attribute, encodeAttributes, nested, text, textOf, u32, u32Of } from './attribute.ts';
import {
  AF_UNSPEC,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_BR_NF_CALL_IP6TABLES,
  IFLA_BR_NF_CALL_IPTABLES,
  IFLA_BRPORT_MODE,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_DATA,
  IFLA_INFO_SLAVE_KIND,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  VETH_INFO_PEER,
} from './constants.ts';
import { attributesOf, type NetlinkMessage, type NetlinkRequest } from './message.ts';

/** struct ifinfomsg (rtnetlink(7)): family, type, index, flags, and which of the flags change. */
const head = { size: 16, index: 4, flags: 8, change: 12 } as const;

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly isUp: boolean;
  /** Bytes. */
  readonly mtu: number;
  /** Such as `bridge` or `veth`; empty for hardware. */
  readonly kind: string;
  /** The index of the bridge that it is a port of. */
  readonly master: number | undefined;
  /** `02:42:ac:11:00:02`; empty where there is none. */
  readonly macAddress: string;
  /** What somebody has noted down at it; empty without. */
  readonly alias: string;
}

/** What a new interface is given. */
export interface LinkSettings {
  /** At most 15 bytes. */
  readonly name: string;
  /** Bytes; absent: the kernel's choice. */
  readonly mtu?: number | undefined;
  /** Six bytes; absent: the kernel's choice. */
  readonly macAddress?: Uint8Array | undefined;
}

/** Which interface is meant: that of a name, or of an index. */
export type LinkPlace = { readonly name: string } | { readonly index: number };

/** Makes a bridge. @throws EEXIST there is an interface of that name */
export function addBridge(settings: LinkSettings): NetlinkRequest {
  return addLink(`make the bridge ${settings.name}`, [...settingsOf(settings), linkInfo('bridge')]);
}

/**
 * Makes two interfaces that are joined like the ends of a cable (veth(4)), the other one in another namespace.
 * @throws EEXIST there is an interface of one of the names; EINVAL no interface has the index of `master`
 */
export function addVeth(
  near: LinkSettings & {
    /** Index of the bridge that the near end becomes a port of. */
    readonly master?: number | undefined;
  },
  far: LinkSettings & {
    /** Descriptor of its namespace, in the process that sends this. */
    readonly namespaceFd: number;
  },
): NetlinkRequest {
  const settings = [...settingsOf(far), u32(IFLA_NET_NS_FD, far.namespaceFd)];
  const peer = Buffer.concat([headOf({ index: 0 }), encodeAttributes(settings)]);
  return addLink(`make the pair of ${near.name} and ${far.name}`, [
    ...settingsOf(near),
    ...(near.master === undefined ? [] : [u32(IFLA_MASTER, near.master)]),
    linkInfo('veth', [{ type: VETH_INFO_PEER, value: peer }]),
  ]);
}

/** Brings an interface up. */
export function bringUp(place: LinkPlace): NetlinkRequest {
  return changeLink('bring up', place, { flags: IFF_UP });
}

/**
 * Gives an interface a hardware address. The kernel tells of it also when it is the one that the interface has: with `arp_notify` and
 * `ndisc_notify` (Documentation/networking/ip-sysctl.rst) everybody near hears whose the interface's addresses are.
 */
export function setMacAddress(place: LinkPlace, macAddress: Uint8Array): NetlinkRequest {
  return changeLink('give a hardware address to', place, {
    attributes: [{ type: IFLA_ADDRESS, value: macAddress }],
  });
}

/** Notes something down at an interface: up to 255 bytes. */
export function setAlias(place: LinkPlace, alias: string): NetlinkRequest {
  return changeLink('note down at', place, { attributes: [text(IFLA_IFALIAS, alias)] });
}

/** Makes an interface a port of a bridge, or of none with index 0. */
export function setMaster(place: LinkPlace, master: number): NetlinkRequest {
  return changeLink('join to a bridge', place, { attributes: [u32(IFLA_MASTER, master)] });
}

/** Gives the interface of an index, which is down, another name. */
export function renameLink(index: number, name: string): NetlinkRequest {
  return changeLink(`call ${name}`, { index }, { attributes: [text(IFLA_IFNAME, name)] });
}

/**
 * Has what goes from port to port of a bridge pass the firewall's rules too, as what is routed does; takes the module br_netfilter.
 * Other bridges stay as they are, unlike by net.bridge.bridge-nf-call-iptables.
 */
export function filterInside(name: string): NetlinkRequest {
  const on = Uint8Array.of(1);
  const data = [IFLA_BR_NF_CALL_IPTABLES, IFLA_BR_NF_CALL_IP6TABLES].map((type) => ({
    type,
    value: on,
  }));
  return changeLink('filter inside', { name }, { attributes: [linkInfo('bridge', data)] });
}

/**
 * Lets a port of a bridge send packets back where they came from: a container that asks for its own published port is answered by
 * itself, when packets inside the bridge pass the firewall.
 */
export function allowHairpin(name: string): NetlinkRequest {
  const mode = { type: IFLA_BRPORT_MODE, value: Uint8Array.of(1) };
  const kind = text(IFLA_INFO_SLAVE_KIND, 'bridge');
  const info = nested(IFLA_LINKINFO, [kind, nested(IFLA_INFO_SLAVE_DATA, [mode])]);
  return changeLink('allow hairpins of', { name }, { attributes: [info] });
}

/** Removes an interface; of a pair both ends. */
export function deleteLink(place: LinkPlace): NetlinkRequest {
  return { ...changeLink('remove', place, {}), type: RTM_DELLINK };
}

/** Asks for one interface. */
export function getLink(place: LinkPlace): NetlinkRequest {
  return { ...changeLink('find', place, {}), type: RTM_GETLINK };
}

/** Asks for all interfaces. */
export const listLinks: NetlinkRequest = {
  label: 'list the interfaces',
  type: RTM_GETLINK,
  flags: NLM_F_DUMP,
  head: headOf({ index: 0 }),
  attributes: [],
};

/** An interface as the kernel lists it. */
export function parseLink({ body }: NetlinkMessage): Link {
  const attributes = attributesOf(body, head.size);
  const info = attributesOf(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0), 0);
  const address = attributes.get(IFLA_ADDRESS);
  return {
    index: body.readInt32LE(head.index),
    name: textOf(attributes.get(IFLA_IFNAME)),
    isUp: (body.readUInt32LE(head.flags) & IFF_UP) !== 0,
    mtu: u32Of(attributes.get(IFLA_MTU)) ?? 0,
    kind: textOf(info.get(IFLA_INFO_KIND)),
    master: u32Of(attributes.get(IFLA_MASTER)),
    macAddress: address?.toString('hex').replaceAll(/(..)(?=.)/g, '$1:') ?? '',
    alias: textOf(attributes.get(IFLA_IFALIAS)),
  };
}

/** Makes an interface. @throws EEXIST there is one of that name; EOPNOTSUPP the kernel has none of that kind */
export function addLink(label: string, attributes: readonly Attribute[]): NetlinkRequest {
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  return { label, type: RTM_NEWLINK, flags, head: headOf({ index: 0 }), attributes };
}

function changeLink(
  what: string,
  place: LinkPlace,
  {
    flags = 0,
    attributes = [],
  }: { readonly flags?: number; readonly attributes?: readonly Attribute[] },
): NetlinkRequest {
  const isNamed = 'name' in place;
  return {
    label: `${what} ${isNamed ? place.name : `interface ${place.index}`}`,
    type: RTM_NEWLINK,
    flags: 0,
    head: headOf({ index: isNamed ? 0 : place.index, flags }),
    attributes: [...(isNamed ? [text(IFLA_IFNAME, place.name)] : []), ...attributes],
  };
}

/** What every new interface is given, as attributes. */
export function settingsOf({ name, mtu, macAddress }: LinkSettings): readonly Attribute[] {
  return [
    text(IFLA_IFNAME, name),
    ...(mtu === undefined ? [] : [u32(IFLA_MTU, mtu)]),
    ...(macAddress === undefined ? [] : [{ type: IFLA_ADDRESS, value: macAddress }]),
  ];
}

/** Of what kind an interface is, with what only that kind has. */
export function linkInfo(kind: string, data: readonly Attribute[] = []): Attribute {
  const more = data.length === 0 ? [] : [nested(IFLA_INFO_DATA, data)];
  return nested(IFLA_LINKINFO, [text(IFLA_INFO_KIND, kind), ...more]);
}

function headOf({
  index,
  flags = 0,
}: {
  readonly index: number;
  readonly flags?: number;
}): Uint8Array {
  const bytes = Buffer.alloc(head.size);
  bytes.writeUInt8(AF_UNSPEC, 0);
  bytes.writeInt32LE(index, head.index);
  bytes.writeUInt32LE(flags, head.flags);
  bytes.writeUInt32LE(flags, head.change);
  return bytes;
}
