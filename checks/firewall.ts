import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';
import type { Outcome, Troubled } from './finding.ts';
import { bridgeName as bridge } from './probes/bridge-name.ts';
import { firewallTimeoutMs } from './probes/firewall-state.ts';
import { askFirewalld } from './probes/firewalld.ts';
import { droppingChains, type ForwardChain } from './probes/forward-chains.ts';
import { askUfw } from './probes/ufw.ts';

/** Whether a firewall lets containers' packets through. What does not is opened for them, never switched off. */
export const firewall: Check = {
  id: 'firewall',
  title: m.firewallTitle,
  group: 'network',
  wanted: () => m.firewallWanted({ bridge }),
  why: m.firewallWhy,
  severity: 'warn',
  privilege: 'root',
  timeoutMs: 8 * firewallTimeoutMs,
  async probe(context): Promise<Outcome> {
    const [firewalld, ufw, chains] = await Promise.all([
      askFirewalld(context, bridge),
      askUfw(context, bridge),
      droppingChains(context, bridge),
    ]);
    // ufw's own chain is FORWARD of iptables, which its rules are for; firewalld's has no policy.
    const others = ufw.kind === 'absent' ? chains : chains.filter(({ name }) => name !== 'FORWARD');
    const details = { firewalld: firewalld.kind, ufw: ufw.kind, chains: others };
    if (firewalld.kind === 'closed') return { ...closed('firewalld'), details };
    if (ufw.kind === 'closed') return { ...closed('ufw'), details };
    const shut = others.find(({ namesBridge }) => !namesBridge);
    if (shut !== undefined) return { ...closedChain(shut), details };
    const open = [
      ...(firewalld.kind === 'open' ? ['firewalld'] : []),
      ...(ufw.kind === 'open' ? ['ufw'] : []),
      ...others.map(nameOf),
    ];
    if (open.length === 0) return { status: 'pass', seen: m.firewallNone(), details };
    const seen = m.firewallOpen({ names: open.join(', '), bridge });
    return { status: 'pass', seen, details };
  },
};

function closed(name: 'firewalld' | 'ufw'): Troubled {
  const seen = name === 'firewalld' ? m.firewallFirewalld({ bridge }) : m.firewallUfw({ bridge });
  return {
    status: 'warn',
    seen,
    remedy: m.firewallOpenZone({ bridge }),
    fix: [{ kind: 'firewall-zone', firewall: name, interface: bridge }],
  };
}

/** Who wrote these rules keeps them in a file of their own: what to add is told, and left to them. */
function closedChain(chain: ForwardChain): Troubled {
  const { family, table, name } = chain;
  const insert = `nft insert rule ${family} ${table} ${name}`;
  const commands = [
    `${insert} iifname ${bridge} accept`,
    `${insert} oifname ${bridge} ct state established,related accept`,
  ].join('; ');
  return {
    status: 'warn',
    seen: m.firewallNft({ chain: nameOf(chain), bridge }),
    remedy: m.firewallNftByHand({ commands }),
  };
}

function nameOf({ family, table, name }: ForwardChain): string {
  return `${family} ${table} ${name}`;
}
