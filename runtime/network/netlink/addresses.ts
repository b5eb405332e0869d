import { addressBytes, addressOf } from '../address/ip-address.ts';
import { type IpPrefix, lastOf } from '../address/ip-prefix.ts';
import { type Attribute, u32 } from './attribute.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_F_NODAD,
  IFA_FLAGS,
  IFA_LOCAL,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
} from './constants.ts';
import { attributesOf, messageHead, type NetlinkMessage, type NetlinkRequest } from './message.ts';

/** struct ifaddrmsg (rtnetlink(7)): family, length of the prefix, flags, scope, and the interface's index. */
const head = { size: 8, length: 1, index: 4 } as const;

/** Where an address's request has the index of its interface, from its beginning: a blank until that is known. */
export const addressIndexAt = messageHead.size + head.index;

/** An address of an interface. */
export interface InterfaceAddress {
  readonly index: number;
  readonly prefix: IpPrefix;
}

/** Gives an interface an address, which can be used at once. @throws EEXIST it has it */
export function addAddress({ index, prefix }: InterfaceAddress): NetlinkRequest {
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  return { ...change('give', { index, prefix }), type: RTM_NEWADDR, flags };
}

/** Takes an address from an interface. @throws EADDRNOTAVAIL it does not have it */
export function deleteAddress(address: InterfaceAddress): NetlinkRequest {
  return { ...change('take', address), type: RTM_DELADDR, flags: 0 };
}

/** Asks for the addresses of all interfaces. */
export const listAddresses: NetlinkRequest = {
  label: 'list the addresses',
  type: RTM_GETADDR,
  flags: NLM_F_DUMP,
  head: Buffer.of(AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0),
  attributes: [],
};

/** An address as the kernel lists it; `undefined` for one of another protocol. */
export function parseInterfaceAddress({ body }: NetlinkMessage): InterfaceAddress | undefined {
  const attributes = attributesOf(body, head.size);
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  const address = bytes && addressOf(bytes);
  if (address === undefined) return undefined;
  return {
    index: body.readUInt32LE(head.index),
    prefix: { address, length: body.readUInt8(head.length) },
  };
}

function change(
  verb: string,
  { index, prefix }: InterfaceAddress,
): Pick<NetlinkRequest, 'label' | 'head' | 'attributes'> {
  const { address, length } = prefix;
  const bytes = Buffer.alloc(head.size);
  bytes.writeUInt8(address.family === 4 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt8(length, head.length);
  bytes.writeUInt32LE(index, head.index);
  const value = addressBytes(address);
  return {
    label: `${verb} an address`,
    head: bytes,
    attributes: [
      { type: IFA_LOCAL, value },
      { type: IFA_ADDRESS, value },
      ...(address.family === 4 ? broadcastOf(prefix) : [u32(IFA_FLAGS, IFA_F_NODAD)]),
    ],
  };
}

/** Networks of two addresses have none (RFC 3021). */
function broadcastOf(prefix: IpPrefix): readonly Attribute[] {
  if (prefix.length > 30) return [];
  const value = addressBytes({ family: 4, value: lastOf(prefix) });
  return [{ type: IFA_BROADCAST, value }];
}
