import { isBerthError } from '../../../errors/berth-error.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../../syscall/constants/fs.ts';
import { ProgramBuilder } from '../../../syscall/program-builder.ts';
import { textOf } from '../../netlink/attribute.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  NETLINK_NETFILTER,
  NFNL_SUBSYS_NFTABLES,
  NFT_MSG_GETTABLE,
  NFTA_TABLE_NAME,
  NLM_F_DUMP,
} from '../../netlink/constants.ts';
import { attributesOf, decodeMessages, itemsOf } from '../../netlink/message.ts';
import { NetlinkSocket } from '../../netlink/netlink-socket.ts';
import { enterNamespace } from '../../namespaces/network-namespace.ts';
import type { ProgramPlace } from '../bridge-settings.ts';

/** Both may have rules at once: those of nf_tables that iptables(8) makes, and those from before nf_tables. */
export type Variant = 'iptables-nft' | 'ip6tables-nft' | 'iptables-legacy' | 'ip6tables-legacy';

const variants: readonly Variant[] = [
  ...(['iptables-nft', 'iptables-legacy'] as const),
  ...(['ip6tables-nft', 'ip6tables-legacy'] as const),
];

/** Tables that the kernel has of the namespace that is looked at, a line each; no file without the module. */
const legacyTables = {
  'iptables-legacy': '/proc/self/net/ip_tables_names',
  'ip6tables-legacy': '/proc/self/net/ip6_tables_names',
} as const;

/** The tables of iptables(8), as nf_tables has them. */
const tables = ['filter', 'nat', 'mangle', 'raw', 'security'];
/** struct nfgenmsg. */
const headSize = 4;

/**
 * Which kinds of iptables have tables here: one program that asks the kernel takes less than a millisecond, a run of
 * iptables-save(8) for each of them ten and more. All, where the kernel does not say.
 */
export async function usedVariants({
  launcher,
  namespace,
}: ProgramPlace): Promise<readonly Variant[]> {
  const p = new ProgramBuilder('look for rules of iptables');
  if (namespace !== undefined) enterNamespace(p, namespace);
  for (const path of Object.values(legacyTables)) replySize(p, path);
  NetlinkSocket.open(p, NETLINK_NETFILTER).list(listTables);
  try {
    return variantsIn((await launcher.run(p)).data);
  } catch (error) {
    if (isBerthError(error, 'SYSCALL_FAILED')) return variants;
    throw error;
  }
}

const listTables = {
  ...{ label: 'list the tables of nf_tables', flags: NLM_F_DUMP },
  type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE,
  ...{ head: Uint8Array.of(AF_UNSPEC, 0, 0, 0), attributes: [] },
};

/** Adds steps that reply how many bytes can be read of a file; not above 0 where there is none. */
function replySize(p: ProgramBuilder, path: string): void {
  const label = `read ${path}`;
  const ignore = { onError: 'ignore' } as const;
  const args = [AT_FDCWD, p.string(path), O_RDONLY | O_CLOEXEC, 0];
  const file = p.call(label, 'openat', args, ignore);
  const size = p.call(label, 'read', [file, p.reserve(64), 64], ignore);
  p.reply(size.address, 8);
}

function variantsIn(data: Buffer): readonly Variant[] {
  const legacy = Object.keys(legacyTables).map((_, i) => data.readBigInt64LE(8 * i) > 0n);
  const listed = itemsOf([...decodeMessages(data.subarray(8 * legacy.length))]);
  const families = new Set(
    listed.flatMap(({ body }) => {
      const name = textOf(attributesOf(body, headSize).get(NFTA_TABLE_NAME));
      return tables.includes(name) ? [body.readUInt8(0)] : [];
    }),
  );
  const used: Readonly<Record<Variant, boolean | undefined>> = {
    'iptables-nft': families.has(AF_INET),
    'ip6tables-nft': families.has(AF_INET6),
    'iptables-legacy': legacy[0],
    'ip6tables-legacy': legacy[1],
  };
  return variants.filter((variant) => used[variant]);
}
