import type { CheckContext } from '../context.ts';
import { firewallTimeoutMs as timeoutMs, type FirewallState } from './firewall-state.ts';

/** Asks ufw(8), when it is on, what it does with routed packets, and whether a rule lets an interface's in and out. */
export async function askUfw(
  {
    run,
    files,
  }: Pick<CheckContext, 'run'> & { readonly files: Pick<CheckContext['files'], 'readText'> },
  bridge: string,
): Promise<FirewallState> {
  // One that is off is told by its own file: ufw(8) would leave a lock file behind.
  if (!/^ENABLED=yes$/m.test((await files.readText('/etc/ufw/ufw.conf')) ?? '')) {
    return { kind: 'absent' };
  }
  const status = await run('ufw', ['status', 'verbose'], { timeoutMs });
  if (status.exitCode !== 0 || !/^Status: active$/m.test(status.stdout)) return { kind: 'absent' };
  const routed = /^Default:.*?(\w+) \(routed\)/m.exec(status.stdout)?.[1];
  // `disabled (routed)`: the kernel forwards nothing, which sysctl.forward tells; ufw's chain drops all the same.
  if (routed === 'allow') return { kind: 'absent' };
  // Rows such as `Anywhere on eth0   ALLOW FWD   Anywhere on berth0`.
  const rows = status.stdout.split('\n').filter((line) => line.includes('ALLOW FWD'));
  const words = rows.map((line) => line.split(/ALLOW FWD\s+/));
  const [into, from] = [0, 1].map((side) =>
    words.some((sides) => new RegExp(`\\bon ${bridge}\\b`).test(sides[side] ?? '')),
  );
  return { kind: into === true && from === true ? 'open' : 'closed' };
}
