import { addressBytes, addressOf, type IpAddress } from '../address/ip-address.ts';
import { u32 } from './attribute.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NDA_DST,
  NDA_IFINDEX,
  NDA_LLADDR,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from './constants.ts';
import { attributesOf, messageHead, type NetlinkMessage, type NetlinkRequest } from './message.ts';

/** struct ndmsg (rtnetlink(7)): family, padding, the interface's index, state, flags, type. */
const head = { size: 12, family: 0, index: 4, state: 8 } as const;

/** Where a neighbour's request has the index of its interface, from its beginning: a blank until that is known. */
export const neighbourIndexAt = messageHead.size + head.index;

/** What is known of a neighbour (arp(7)), in the words of ip-neighbour(8). */
const states = {
  incomplete: NUD_INCOMPLETE,
  reachable: NUD_REACHABLE,
  stale: NUD_STALE,
  delay: NUD_DELAY,
  probe: NUD_PROBE,
  failed: NUD_FAILED,
  noarp: NUD_NOARP,
  permanent: NUD_PERMANENT,
} as const;

type NeighbourState = keyof typeof states;

/** Whom an entry of the table of neighbours is about. */
export interface NeighbourPlace {
  /** Of the interface at which it is. */
  readonly index: number;
  readonly address: IpAddress;
}

/** An entry of the table of neighbours: at which hardware address an address is. */
export interface Neighbour extends NeighbourPlace {
  /** Six bytes; absent as long as nobody has answered. */
  readonly macAddress?: Uint8Array | undefined;
  readonly state: NeighbourState;
}

/** Adds an entry. @throws EEXIST there is one of that address */
export function addNeighbour(neighbour: Neighbour): NetlinkRequest {
  return { ...change('add', neighbour), type: RTM_NEWNEIGH, flags: NLM_F_CREATE | NLM_F_EXCL };
}

/** Puts an entry that is there right; makes none. @throws ENOENT there is none */
export function correctNeighbour(neighbour: Neighbour): NetlinkRequest {
  return { ...change('correct', neighbour), type: RTM_NEWNEIGH, flags: NLM_F_REPLACE };
}

/** Removes an entry, of whatever state. @throws ENOENT there is none; ENODEV there is no such interface */
export function deleteNeighbour(place: NeighbourPlace): NetlinkRequest {
  return { ...change('remove', place), type: RTM_DELNEIGH, flags: 0 };
}

/** Asks for the entries of one interface, of both protocols. The kernel leaves out the others. */
export function listNeighbours(index: number): NetlinkRequest {
  return {
    label: `list the neighbours at interface ${index}`,
    type: RTM_GETNEIGH,
    flags: NLM_F_DUMP,
    head: Buffer.alloc(head.size, AF_UNSPEC),
    attributes: [u32(NDA_IFINDEX, index)],
  };
}

/** An entry as the kernel lists it; `undefined` for one of another protocol. */
export function parseNeighbour({ body }: NetlinkMessage): Neighbour | undefined {
  const attributes = attributesOf(body, head.size);
  const family = body.readUInt8(head.family);
  const address = addressOf(attributes.get(NDA_DST) ?? Buffer.alloc(0));
  if (address === undefined || (family !== AF_INET && family !== AF_INET6)) return undefined;
  return {
    index: body.readInt32LE(head.index),
    address,
    macAddress: attributes.get(NDA_LLADDR),
    state: stateOf(body.readUInt16LE(head.state)),
  };
}

function change(
  verb: string,
  { index, address, macAddress, state }: NeighbourPlace & Partial<Neighbour>,
): Pick<NetlinkRequest, 'label' | 'head' | 'attributes'> {
  const bytes = Buffer.alloc(head.size);
  bytes.writeUInt8(address.family === 4 ? AF_INET : AF_INET6, head.family);
  bytes.writeInt32LE(index, head.index);
  bytes.writeUInt16LE(state === undefined ? 0 : states[state], head.state);
  return {
    label: `${verb} a neighbour`,
    head: bytes,
    attributes: [
      { type: NDA_DST, value: addressBytes(address) },
      ...(macAddress === undefined ? [] : [{ type: NDA_LLADDR, value: macAddress }]),
    ],
  };
}

/** One bit is set; none as long as nobody has been asked. */
function stateOf(bits: number): NeighbourState {
  const found = Object.entries(states).find(([, bit]) => bit === bits);
  return found === undefined ? 'incomplete' : (found[0] as NeighbourState);
}
