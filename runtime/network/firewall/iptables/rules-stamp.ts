import { isBerthError } from '../../../errors/berth-error.ts';
import { SOCK_CLOEXEC } from '../../../syscall/constants/io.ts';
import { ProgramBuilder } from '../../../syscall/program-builder.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NETLINK_NETFILTER,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_GETGEN,
  NFTA_GEN_ID,
} from '../../netlink/constants.ts';
import { attributesOf, decodeMessages } from '../../netlink/message.ts';
import { NetlinkSocket } from '../../netlink/netlink-socket.ts';
import { enterNamespace } from '../../namespaces/network-namespace.ts';
import type { ProgramPlace } from '../bridge-settings.ts';
import type { Family } from '../family-rules.ts';
import { ask, type HostTools } from '../host-tools.ts';
import { programs } from './tables.ts';
import { tableNames } from './rules.ts';

/** What iptables(8) makes rules of: nf_tables, or the tables from before it. */
export type RulesKind = 'nft' | 'legacy';

/** struct nfgenmsg. */
const headSize = 4;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
/** linux/netfilter_ipv4/ip_tables.h, ip6_tables.h: their numbers are the same; the levels are those of netinet/in.h. */
const IPT_SO_GET_INFO = 64;
const levels = { 4: { domain: AF_INET, level: 0 }, 6: { domain: AF_INET6, level: 41 } } as const;
/** struct ipt_getinfo: the table's name, its hooks, two times 5 offsets, how many entries, and their bytes. */
const infoSize = 84;

/** As iptables(8) says itself: `iptables v1.8.9 (nf_tables)`; before 1.8 it said nothing. */
export async function rulesKind(tools: HostTools, family: Family): Promise<RulesKind> {
  const said = await ask(tools, [programs[family].tables, '--version']);
  return said?.includes('nf_tables') === true ? 'nft' : 'legacy';
}

/**
 * A value that is another one when rules have come or gone, whoever's: the generation of nf_tables, or how many entries each of the
 * tables has, and their bytes. It takes a fraction of a millisecond, however many rules there are. All tables have to be
 * there: asking makes those of `legacy`. `undefined` where the kernel does not say.
 */
export async function rulesStamp(
  kind: RulesKind,
  families: readonly Family[],
  { launcher, namespace }: ProgramPlace,
): Promise<string | undefined> {
  const p = new ProgramBuilder('look whether rules have changed');
  if (namespace !== undefined) enterNamespace(p, namespace);
  if (kind === 'nft') NetlinkSocket.open(p, NETLINK_NETFILTER).reply(getGeneration);
  else for (const family of families) replyTables(p, family);
  try {
    const { data } = await launcher.run(p);
    return kind === 'nft' ? generationIn(data) : data.toString('base64');
  } catch (error) {
    if (isBerthError(error, 'SYSCALL_FAILED')) return undefined;
    throw error;
  }
}

const getGeneration = {
  ...{ label: 'ask for the generation of nf_tables', flags: 0 },
  type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN,
  ...{ head: Uint8Array.of(AF_UNSPEC, 0, 0, 0), attributes: [] },
};

function generationIn(data: Buffer): string | undefined {
  const [message] = [...decodeMessages(data)];
  if (message === undefined) return undefined;
  return attributesOf(message.body, headSize).get(NFTA_GEN_ID)?.toString('hex');
}

/** Adds steps that reply what the kernel says of the tables of iptables that are from before nf_tables. */
function replyTables(p: ProgramBuilder, family: Family): void {
  const { domain, level } = levels[family];
  const args = [domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW];
  const socket = p.call('open a raw socket', 'socket', args);
  for (const table of tableNames) {
    const info = Buffer.alloc(infoSize);
    info.write(table);
    const [at, length] = [p.bytes(info), p.bytes(new Uint8Array(Uint32Array.of(infoSize).buffer))];
    p.call(`look at the table ${table}`, 'getsockopt', [
      socket,
      level,
      IPT_SO_GET_INFO,
      at,
      length,
    ]);
    p.reply(at, infoSize);
  }
  p.call('close the socket', 'close', [socket]);
}
