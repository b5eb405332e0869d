import { type Attribute, u16, u32 } from './attribute.ts';
import {
  IFLA_IPVLAN_FLAGS,
  IFLA_IPVLAN_MODE,
  IFLA_LINK,
  IFLA_MACVLAN_MODE,
  IFLA_NET_NS_FD,
  IFLA_VLAN_ID,
  IPVLAN_F_PRIVATE,
  IPVLAN_F_VEPA,
  IPVLAN_MODE_L2,
  IPVLAN_MODE_L3,
  IPVLAN_MODE_L3S,
  MACVLAN_MODE_BRIDGE,
  MACVLAN_MODE_PASSTHRU,
  MACVLAN_MODE_PRIVATE,
  MACVLAN_MODE_VEPA,
} from './constants.ts';
import { addLink, linkInfo, type LinkSettings, settingsOf } from './links.ts';
import type { NetlinkRequest } from './message.ts';

/** How the interfaces of one parent reach each other; words of ip-link(8). */
export const macvlanModes = {
  bridge: MACVLAN_MODE_BRIDGE,
  private: MACVLAN_MODE_PRIVATE,
  vepa: MACVLAN_MODE_VEPA,
  passthru: MACVLAN_MODE_PASSTHRU,
} as const;

/** By what packets find an interface of a parent: Documentation/networking/ipvlan.rst. */
export const ipvlanModes = {
  l2: IPVLAN_MODE_L2,
  l3: IPVLAN_MODE_L3,
  l3s: IPVLAN_MODE_L3S,
} as const;

/** How the interfaces of one parent reach each other. */
export const ipvlanFlags = { bridge: 0, private: IPVLAN_F_PRIVATE, vepa: IPVLAN_F_VEPA } as const;

/** An interface that sends and receives by another one. */
export interface SubLinkSettings extends LinkSettings {
  /** Index of the interface that it is on. */
  readonly parent: number;
}

/** One that is made in another namespace than its parent's: it is never seen in that. */
export interface FarLinkSettings extends SubLinkSettings {
  /** Descriptor of its namespace, in the process that sends this. */
  readonly namespaceFd: number;
}

/** Makes an interface with a hardware address of its own. @throws EBUSY its parent has one of another kind, or in `passthru` another one; ENODEV no interface has the index of `parent` */
export function addMacvlan(
  settings: FarLinkSettings & { readonly mode: keyof typeof macvlanModes },
): NetlinkRequest {
  const data = [u32(IFLA_MACVLAN_MODE, macvlanModes[settings.mode])];
  return addSubLink('macvlan', settings, [u32(IFLA_NET_NS_FD, settings.namespaceFd)], data);
}

/** Makes an interface with the hardware address of its parent. @throws as `addMacvlan` */
export function addIpvlan(
  settings: FarLinkSettings & {
    readonly mode: keyof typeof ipvlanModes;
    readonly flag: keyof typeof ipvlanFlags;
  },
): NetlinkRequest {
  const data = [
    u16(IFLA_IPVLAN_MODE, ipvlanModes[settings.mode]),
    u16(IFLA_IPVLAN_FLAGS, ipvlanFlags[settings.flag]),
  ];
  return addSubLink('ipvlan', settings, [u32(IFLA_NET_NS_FD, settings.namespaceFd)], data);
}

/** Makes an interface for the packets of one VLAN (IEEE 802.1Q). @param settings `id`: 1 to 4094 @throws EEXIST there is one of that name, or of that id */
export function addVlan(settings: SubLinkSettings & { readonly id: number }): NetlinkRequest {
  return addSubLink('vlan', settings, [], [u16(IFLA_VLAN_ID, settings.id)]);
}

/** Makes an interface that leads nowhere. @throws EEXIST there is one of that name */
export function addDummy(settings: LinkSettings): NetlinkRequest {
  const label = `make the dummy interface ${settings.name}`;
  return addLink(label, [...settingsOf(settings), linkInfo('dummy')]);
}

function addSubLink(
  kind: string,
  settings: SubLinkSettings,
  more: readonly Attribute[],
  data: readonly Attribute[],
): NetlinkRequest {
  return addLink(`make the ${kind} interface ${settings.name}`, [
    ...[...settingsOf(settings), u32(IFLA_LINK, settings.parent), ...more],
    linkInfo(kind, data),
  ]);
}
