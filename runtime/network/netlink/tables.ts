import { type Attribute, nested, text } from './attribute.ts';
import {
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO_IPV4,
  NFT_MSG_DELTABLE,
  NFT_MSG_NEWCHAIN,
  NFT_MSG_NEWRULE,
  NFT_MSG_NEWTABLE,
  NFTA_CHAIN_HOOK,
  NFTA_CHAIN_NAME,
  NFTA_CHAIN_TABLE,
  NFTA_CHAIN_TYPE,
  NFTA_HOOK_HOOKNUM,
  NFTA_HOOK_PRIORITY,
  NFTA_LIST_ELEM,
  NFTA_RULE_CHAIN,
  NFTA_RULE_EXPRESSIONS,
  NFTA_RULE_TABLE,
  NFTA_TABLE_NAME,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
} from './constants.ts';
import { be32, type Expression, expressionAttributes } from './expressions.ts';
import { encodeRequest, type NetlinkRequest } from './message.ts';

/** NLM_F_APPEND of netlink.h: behind the rules that there are. */
const NLM_F_APPEND = 0x800;

/** A chain of a table: what packets go through at a hook. */
export interface FilterChain {
  readonly name: string;
  /** NF_INET_LOCAL_OUT and so on. */
  readonly hook: number;
  /** Among the chains of the hook: the lower comes first (nft(8), "priority"). */
  readonly priority: number;
  readonly rules: readonly (readonly Expression[])[];
}

/** A table of nf_tables for IPv4, with its chains of the type `filter`. */
export interface FilterTable {
  readonly name: string;
  readonly chains: readonly FilterChain[];
}

/**
 * The messages that make a table, in one batch: all of it or nothing (net/netfilter/nfnetlink.c, nfnetlink_rcv_batch). The last is
 * confirmed, and before it what the kernel does not accept: the first answer says how it went. Without nf_tables in the kernel it
 * is EOPNOTSUPP, and EEXIST when there is one of that name.
 */
export function addTable(table: FilterTable): Buffer {
  return batchOf(tableRequests(table));
}

/**
 * The same in place of one that is there. The kernel waits for all who may still look at the old one, for 10 milliseconds and
 * more, when the socket is closed.
 * @throws ENOENT there is none
 */
export function replaceTable(table: FilterTable): Buffer {
  const removal = request(NFT_MSG_DELTABLE, 0, [text(NFTA_TABLE_NAME, table.name)]);
  return batchOf([removal, ...tableRequests(table)]);
}

function tableRequests({ name, chains }: FilterTable): readonly NetlinkRequest[] {
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  return [
    request(NFT_MSG_NEWTABLE, flags, [text(NFTA_TABLE_NAME, name)]),
    ...chains.flatMap((chain) => chainRequests(name, chain)),
  ];
}

function batchOf(contents: readonly NetlinkRequest[]): Buffer {
  const confirmed = contents.map((each, i) =>
    i === contents.length - 1 ? { ...each, flags: each.flags | NLM_F_ACK } : each,
  );
  const batch = [edge(NFNL_MSG_BATCH_BEGIN), ...confirmed, edge(NFNL_MSG_BATCH_END)];
  return Buffer.concat(batch.map(encodeRequest));
}

function chainRequests(
  table: string,
  { name, hook, priority, rules }: FilterChain,
): readonly NetlinkRequest[] {
  const chain = request(NFT_MSG_NEWCHAIN, NLM_F_CREATE, [
    text(NFTA_CHAIN_TABLE, table),
    text(NFTA_CHAIN_NAME, name),
    nested(NFTA_CHAIN_HOOK, [be32(NFTA_HOOK_HOOKNUM, hook), be32(NFTA_HOOK_PRIORITY, priority)]),
    text(NFTA_CHAIN_TYPE, 'filter'),
  ]);
  const inChain = rules.map((expressions) =>
    request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, [
      text(NFTA_RULE_TABLE, table),
      text(NFTA_RULE_CHAIN, name),
      nested(
        NFTA_RULE_EXPRESSIONS,
        expressions.map((each) => nested(NFTA_LIST_ELEM, expressionAttributes(each))),
      ),
    ]),
  );
  return [chain, ...inChain];
}

function request(type: number, flags: number, attributes: readonly Attribute[]): NetlinkRequest {
  return {
    label: 'change a table',
    type: NFNL_SUBSYS_NFTABLES * 256 + type,
    flags,
    head: Buffer.of(NFPROTO_IPV4, 0, 0, 0),
    attributes,
  };
}

/** The beginning or the end of a batch: struct nfgenmsg has the subsystem in its last two bytes, the higher one first. */
function edge(type: number): NetlinkRequest {
  const head = Buffer.of(0, 0, 0, NFNL_SUBSYS_NFTABLES);
  return { label: 'change a table', type, flags: 0, head, attributes: [] };
}
