import { checkNetworkMessages as m } from '../messages/areas/checks-network.ts';
import type { Check } from './check.ts';

/** Whether iptables, where it is installed, is none of the versions that lose rules. */
export const iptablesVersion: Check = {
  id: 'iptables.version',
  title: m.iptablesTitle,
  group: 'network',
  wanted: m.iptablesWanted,
  why: m.iptablesWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ run }) {
    const result = await run('iptables', ['--version'], { timeoutMs: 2000 });
    // berth sets its rules by nft then.
    if (result.exitCode !== 0) return { status: 'skip', seen: m.iptablesNone() };
    const version = result.stdout.trim();
    const seen = m.iptablesSeen({ version });
    const details = { version };
    // iptables-legacy of the same versions is sound: the trouble is in the translation to nf_tables.
    if (!/v1\.8\.[0-3] \(nf_tables\)/.test(version)) return { status: 'pass', seen, details };
    return { status: 'warn', seen, remedy: m.iptablesUpgrade(), details };
  },
};
