import type { CheckContext } from '../context.ts';
import { firewallTimeoutMs as timeoutMs } from './firewall-state.ts';

/** A chain of the forward hook that drops by default. */
export interface ForwardChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** Whether a rule in it names the bridge. */
  readonly namesBridge: boolean;
}

type Look = Pick<CheckContext, 'run' | 'files'>;

/**
 * Chains that drop what is forwarded unless a rule accepts it: base chains of nf_tables, iptables-nft's among them, and
 * the filter table of iptables-legacy. A packet has to be accepted by each of them: an `accept` in a chain of berth's own
 * does not help.
 */
export async function droppingChains(look: Look, bridge: string): Promise<readonly ForwardChain[]> {
  return [...(await nftChains(look, bridge)), ...(await legacyChain(look, bridge))];
}

async function nftChains({ run }: Look, bridge: string): Promise<readonly ForwardChain[]> {
  const listed = await run('nft', ['-j', 'list', 'chains'], { timeoutMs });
  if (listed.exitCode !== 0) return [];
  const dropping = parseChains(listed.stdout).filter(
    ({ hook, policy }) => hook === 'forward' && policy === 'drop',
  );
  return Promise.all(
    dropping.map(async ({ family, table, name }) => {
      const rules = await run('nft', ['list', 'chain', family, table, name], { timeoutMs });
      const namesBridge = new RegExp(`"${bridge}"[^\\n]*accept`).test(rules.stdout);
      return { family, table, name, namesBridge };
    }),
  );
}

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

/** `{"nftables": [{"chain": {...}}, ...]}` (libnftables-json(5)). */
function parseChains(text: string): readonly Chain[] {
  try {
    const { nftables } = JSON.parse(text) as {
      readonly nftables?: readonly { readonly chain?: Chain }[];
    };
    return (nftables ?? []).flatMap(({ chain }) => chain ?? []);
  } catch {
    return [];
  }
}

/**
 * iptables-legacy, only where its table is in use already: to ask for it would load it. Its `-save` takes no lock, which
 * would leave a file behind.
 */
async function legacyChain({ run, files }: Look, bridge: string): Promise<readonly ForwardChain[]> {
  const tables = (await files.readText('/proc/net/ip_tables_names')) ?? '';
  if (!tables.split('\n').includes('filter')) return [];
  const saved = await run('iptables-legacy-save', ['-t', 'filter'], { timeoutMs });
  if (!/^:FORWARD DROP /m.test(saved.stdout)) return [];
  const namesBridge = new RegExp(`^-A \\S+ .*-i ${bridge}\\b.*-j ACCEPT`, 'm').test(saved.stdout);
  return [{ family: 'ip', table: 'filter', name: 'FORWARD', namesBridge }];
}
