import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { natTimeoutMs, tryIptablesNat, tryNftNat } from './probes/nat-rules.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Whether the addresses of packets can be translated: masquerading, and forwarding of ports. */
export const netNat: Check = {
  id: 'net.nat',
  title: m.natTitle,
  group: 'network',
  wanted: m.natWanted,
  why: m.natWhy,
  severity: 'fail',
  privilege: 'root',
  // Two commands of each tool.
  timeoutMs: 4 * natTimeoutMs,
  async probe(context) {
    const nft = await tryNftNat(context);
    if (nft.kind === 'works') return { status: 'pass', seen: m.natWorks({ tool: 'nft' }) };
    const iptables = await tryIptablesNat(context);
    if (iptables.kind === 'works') {
      return { status: 'pass', seen: m.natWorks({ tool: 'iptables' }) };
    }
    if (nft.kind === 'missing' && iptables.kind === 'missing') {
      return {
        status: 'fail',
        seen: m.natNoTool(),
        remedy: m.natNoToolRemedy(),
        fix: [{ kind: 'package', names: ['nftables'] }],
      };
    }
    if (nft.kind === 'slow' || iptables.kind === 'slow') {
      const seen = m.natSlow({
        tool: nft.kind === 'slow' ? 'nft' : 'iptables',
        seconds: natTimeoutMs / 1000,
      });
      const details = { nft: nft.kind, iptables: iptables.kind };
      return { status: 'warn', seen, remedy: m.natSlowRemedy(), details };
    }
    const refused = joinClauses([
      ...(nft.kind === 'refused' ? [m.natRefused({ tool: 'nft', said: nft.said })] : []),
      ...(iptables.kind === 'refused'
        ? [m.natRefused({ tool: 'iptables', said: iptables.said })]
        : []),
    ]);
    const kernel = await explainKernelOptions(context, [
      { option: 'CONFIG_NF_TABLES', module: 'nf_tables' },
      { option: 'CONFIG_NFT_NAT', module: 'nft_nat' },
      { option: 'CONFIG_NFT_MASQ', module: 'nft_masq' },
    ]);
    return {
      status: 'fail',
      seen: joinClauses([refused, kernel.text]),
      remedy: kernel.remedy,
      ...(kernel.loadable
        ? { fix: kernel.modules.map((name) => ({ kind: 'module', name }) as const) }
        : {}),
      details: { nft: nft.kind, iptables: iptables.kind },
    };
  },
};
