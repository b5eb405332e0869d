import { addressBytes, addressOf, type IpAddress } from '../address/ip-address.ts';
import { type IpPrefix, networkOf } from '../address/ip-prefix.ts';
import { type Attribute, u32, u32Of } from './attribute.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RT_TABLE_MAIN,
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PRIORITY,
  RTA_TABLE,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_BOOT,
} from './constants.ts';
import { attributesOf, messageHead, type NetlinkMessage, type NetlinkRequest } from './message.ts';

/** struct rtmsg (rtnetlink(7)): family, lengths of both prefixes, TOS, table, protocol, scope, type, flags. */
const head = { size: 12, family: 0, length: 1, table: 4, protocol: 5, scope: 6, type: 7 } as const;

/** Where a route's request has the index of its interface, from its beginning: it is the first attribute. */
export const routeIndexAt = messageHead.size + head.size + 4;

/** Where packets to a network go; in the main table. */
export interface Route {
  readonly destination: IpPrefix;
  /** Absent: the network is at the interface itself. */
  readonly gateway?: IpAddress | undefined;
  /** Of the interface. */
  readonly index: number;
  /** The lower comes first; absent: the kernel's choice. */
  readonly priority?: number | undefined;
}

/** Adds a route. @throws EEXIST there is one; ENETUNREACH the gateway cannot be reached */
export function addRoute(route: Route): NetlinkRequest {
  return { ...change('add', route), type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_EXCL };
}

/** Adds a route in the place of another one to the same destination. @throws ENETUNREACH the gateway cannot be reached */
export function replaceRoute(route: Route): NetlinkRequest {
  return { ...change('set', route), type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_REPLACE };
}

/** Removes a route. @throws ESRCH there is none */
export function deleteRoute(route: Route): NetlinkRequest {
  return { ...change('remove', route), type: RTM_DELROUTE, flags: 0 };
}

/** Asks for the routes of all tables. */
export const listRoutes: NetlinkRequest = {
  label: 'list the routes',
  type: RTM_GETROUTE,
  flags: NLM_F_DUMP,
  head: Buffer.alloc(head.size, AF_UNSPEC),
  attributes: [],
};

/** A route as the kernel lists it; `undefined` for one that is not unicast, or in another table than the main one. */
export function parseRoute({ body }: NetlinkMessage): Route | undefined {
  const attributes = attributesOf(body, head.size);
  const family = body.readUInt8(head.family);
  const table = u32Of(attributes.get(RTA_TABLE)) ?? body.readUInt8(head.table);
  const index = u32Of(attributes.get(RTA_OIF));
  if (table !== RT_TABLE_MAIN || index === undefined) return undefined;
  if (body.readUInt8(head.type) !== RTN_UNICAST) return undefined;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const gateway = attributes.get(RTA_GATEWAY);
  const address = addressOf(attributes.get(RTA_DST) ?? Buffer.alloc(family === AF_INET ? 4 : 16));
  if (address === undefined) return undefined;
  return {
    destination: { address, length: body.readUInt8(head.length) },
    gateway: gateway && addressOf(gateway),
    index,
    priority: u32Of(attributes.get(RTA_PRIORITY)),
  };
}

function change(
  verb: string,
  { destination, gateway, index, priority }: Route,
): Pick<NetlinkRequest, 'label' | 'head' | 'attributes'> {
  const { family } = destination.address;
  const bytes = Buffer.alloc(head.size);
  bytes.writeUInt8(family === 4 ? AF_INET : AF_INET6, head.family);
  bytes.writeUInt8(destination.length, head.length);
  bytes.writeUInt8(RT_TABLE_MAIN, head.table);
  bytes.writeUInt8(RTPROT_BOOT, head.protocol);
  // Only IPv4 has scopes: what is at the interface itself is a nearer one than what a gateway reaches.
  const isNear = family === 4 && gateway === undefined;
  bytes.writeUInt8(isNear ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, head.scope);
  bytes.writeUInt8(RTN_UNICAST, head.type);
  const attributes: readonly (Attribute | undefined)[] = [
    u32(RTA_OIF, index),
    { type: RTA_DST, value: addressBytes(networkOf(destination).address) },
    gateway && { type: RTA_GATEWAY, value: addressBytes(gateway) },
    priority === undefined ? undefined : u32(RTA_PRIORITY, priority),
  ];
  return {
    label: `${verb} a route`,
    head: bytes,
    attributes: attributes.filter((attribute) => attribute !== undefined),
  };
}
