import type { CheckContext } from '../context.ts';
import { firewallTimeoutMs as timeoutMs, type FirewallState } from './firewall-state.ts';

/**
 * Asks firewalld, when it runs, for the zone of an interface and whether that accepts (firewall-cmd(1)). An interface
 * without a zone is in the default one, which forwards nothing to others.
 */
export async function askFirewalld(
  { run }: Pick<CheckContext, 'run'>,
  bridge: string,
): Promise<FirewallState> {
  const ask = (...args: readonly string[]): ReturnType<CheckContext['run']> =>
    run('firewall-cmd', args, { timeoutMs });
  if ((await ask('--state')).exitCode !== 0) return { kind: 'absent' };
  const zone = await ask(`--get-zone-of-interface=${bridge}`);
  const name = zone.exitCode === 0 ? zone.stdout.trim() : '';
  if (name === '') return { kind: 'closed' };
  const target = await ask('--permanent', `--zone=${name}`, '--get-target');
  return { kind: target.stdout.trim() === 'ACCEPT' ? 'open' : 'closed' };
}
