import { type Attribute, nested, text } from '../../netlink/attribute.ts';
import { AF_INET, AF_INET6, AF_UNSPEC, NLM_F_ACK, NLM_F_CREATE } from '../../netlink/constants.ts';
import type { NetlinkRequest } from '../../netlink/message.ts';
import { type Element, type Part, partsBytes, rangeBytes, type Verdict } from './element.ts';
import { tableName } from './ruleset.ts';

/** Numbers of include/uapi/linux/netfilter/nfnetlink.h and nf_tables.h of Linux 6.12. */
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_DELSETELEM = 14;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_FLAGS = 3;
const NFT_SET_ELEM_INTERVAL_END = 1;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;
/** NF_ACCEPT of netfilter.h, NFT_GOTO. */
const verdictCodes = { accept: 1, goto: -4 } as const;

/**
 * One transaction of nf_tables that adds or removes elements: as much work for the kernel whatever the sets hold, which nft(8)
 * reads whole. What is there already is added again without an error if it is the same.
 *
 * @throws (its last but one request) ENOENT no such table, set or element; EBUSY a map has other data there
 */
export function elementRequests(
  elements: readonly Element[],
  action: 'add' | 'remove',
): readonly NetlinkRequest[] {
  const bySet = [...Map.groupBy(elements, ({ family, set }) => `${family} ${set}`).values()];
  // The kernel answers for the last, or for the first that it refuses.
  const changes = bySet.map((theirs, i) => ({
    ...changeOf(theirs, action),
    ...(i === bySet.length - 1 ? { flags: flagsOf(action) | NLM_F_ACK } : {}),
  }));
  return [batchEdge(NFNL_MSG_BATCH_BEGIN), ...changes, batchEdge(NFNL_MSG_BATCH_END)];
}

function flagsOf(action: 'add' | 'remove'): number {
  return action === 'add' ? NLM_F_CREATE : 0;
}

/** Of elements of one set. */
function changeOf(elements: readonly Element[], action: 'add' | 'remove'): NetlinkRequest {
  const [{ family, set } = { family: 4, set: '' }] = elements;
  const isAdded = action === 'add';
  return {
    label: `${isAdded ? 'add to' : 'remove from'} the set ${set}`,
    type: (NFNL_SUBSYS_NFTABLES << 8) | (isAdded ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM),
    flags: flagsOf(action),
    head: headOf(family === 4 ? AF_INET : AF_INET6, 0),
    attributes: [
      text(NFTA_SET_ELEM_LIST_TABLE, tableName),
      text(NFTA_SET_ELEM_LIST_SET, set),
      nested(
        NFTA_SET_ELEM_LIST_ELEMENTS,
        elements.flatMap(itemsOf).map((item) => nested(NFTA_LIST_ELEM, item)),
      ),
    ],
  };
}

/** An interval is two: where it begins, and where it does not hold any more. */
function itemsOf({ key, data }: Element): readonly (readonly Attribute[])[] {
  const more = data === undefined ? [] : [nested(NFTA_SET_ELEM_DATA, [dataOf(data)])];
  if (!('length' in key && 'address' in key)) return [[keyOf(partsBytes(key)), ...more]];
  const [first, behind] = rangeBytes(key);
  const flags = big32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
  const end = behind === undefined ? [] : [[keyOf(behind), flags]];
  return [[keyOf(first), ...more], ...end];
}

function keyOf(value: Uint8Array): Attribute {
  return nested(NFTA_SET_ELEM_KEY, [{ type: NFTA_DATA_VALUE, value }]);
}

function dataOf(data: readonly Part[] | Verdict): Attribute {
  if (data === 'accept')
    return nested(NFTA_DATA_VERDICT, [big32(NFTA_VERDICT_CODE, verdictCodes.accept)]);
  if (!('goto' in data)) return { type: NFTA_DATA_VALUE, value: partsBytes(data) };
  const code = big32(NFTA_VERDICT_CODE, verdictCodes.goto);
  return nested(NFTA_DATA_VERDICT, [code, text(NFTA_VERDICT_CHAIN, data.goto)]);
}

function batchEdge(type: number): NetlinkRequest {
  const head = headOf(AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
  return { label: 'change the rules', type, flags: 0, head, attributes: [] };
}

/** struct nfgenmsg: family, version, and which of netfilter's parts, in the order of the network. */
function headOf(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 0xff);
}

/** 32 bits in the order of the network. */
function big32(type: number, number: number): Attribute {
  const value = Buffer.alloc(4);
  value.writeInt32BE(number);
  return { type, value };
}
